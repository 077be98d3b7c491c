import type { OutputChannel, OutputChunk } from '../container/output-chunk.js';
import type { LogPosition } from './log-cursor.js';

const NEWLINE = 0x0a;

/**
 * Where the last lines of a log begin, of both channels together. What has no newline at the end counts as a line.
 *
 * @remarks
 * Not left to Podman's `tail`: 4.3.1 leaves out what follows the last newline, or writes it into another line, and takes
 * the channels for one (libpod/logs/log.go, getTailLog). Two numbers are kept for each line asked for, and no text.
 */
export async function findTail(source: AsyncIterable<OutputChunk>, lines: number): Promise<LogPosition> {
  const start: LogPosition = { stdout: 0, stderr: 0 };
  const read: LogPosition = { stdout: 0, stderr: 0 };
  const lineEnds = new LineEnds(lines, start);
  const open: Record<OutputChannel, boolean> = { stdout: false, stderr: false };
  let latest: OutputChannel = 'stdout';
  for await (const { channel, bytes } of source) {
    if (bytes.length === 0) continue;
    latest = channel;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
      lineEnds.add(channel, read[channel] + at + 1);
    }
    open[channel] = bytes.at(-1) !== NEWLINE;
    read[channel] += bytes.length;
  }
  const other = latest === 'stdout' ? 'stderr' : 'stdout';
  for (const channel of [other, latest] as const) {
    if (open[channel]) lineEnds.add(channel, read[channel]);
  }
  return start;
}

/** The ends of the last lines. What falls out is in front of the tail. */
class LineEnds {
  readonly #most: number;
  readonly #start: LogPosition;
  readonly #ends: (readonly [OutputChannel, number])[] = [];
  #oldest = 0;

  constructor(most: number, start: LogPosition) {
    this.#most = most;
    this.#start = start;
  }

  add(channel: OutputChannel, end: number): void {
    const fallen = this.#most === 0 ? ([channel, end] as const) : this.#ends[this.#oldest];
    if (this.#most > 0) {
      this.#ends[this.#oldest] = [channel, end];
      this.#oldest = (this.#oldest + 1) % this.#most;
    }
    if (fallen !== undefined) this.#start[fallen[0]] = fallen[1];
  }
}
