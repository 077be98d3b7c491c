import type { Duplex } from 'node:stream';
import type { OutputChannel, OutputChunk } from '../container/output-chunk.js';
import { ContainerError } from '../errors.js';

/** What became of the connection, filled in while it is read. */
export interface ConnectionState {
  /** Whether it broke, and did not end. */
  broken: boolean;
}

/**
 * The bytes of a connection to its end. Leaving it early does not destroy the connection: its owner does.
 *
 * @remarks
 * A connection that breaks is no failure here: the service resets that of a command that did not read all of its input,
 * and how the command ended is asked for in any case.
 */
export async function* readConnection(
  socket: Duplex,
  state: ConnectionState,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof ContainerError) throw error;
    state.broken = true;
  }
}

/** A terminal's output: raw, one stream. */
export async function* asTerminalOutput(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<OutputChunk, void> {
  for await (const bytes of source) yield { channel: 'stdout', bytes, time: Date.now() };
}

/**
 * Lines that the service itself writes into the command's output, once it can send no status any more: that the command
 * could not be started, or that it ended without reading its input. Seen on 4.3.1 and 5.4.2.
 */
const START_FAILURE_LINE = /^Error: .*OCI (runtime|permission)/s;
const SERVICE_LINES = [/^Error: (write|read) unixpacket /, START_FAILURE_LINE];
const SERVICE_LINE_BEGINNINGS = [
  'Error: write unixpacket ',
  'Error: read unixpacket ',
  'Error: runc: ',
  'Error: crun: ',
];
const MOST_HELD_BYTES = 16 * 1024;

/**
 * Passes output on, but holds what may be the service's own lines back until what follows, or the end, tells: nothing
 * follows them.
 */
export class ServiceLineFilter {
  readonly #channel: OutputChannel;
  readonly #onlyFirst: boolean;
  #held: OutputChunk[] = [];

  /** @param terminal - whether a person may be at the other end, from whom nothing is held back but at the beginning */
  constructor(terminal: boolean) {
    this.#channel = terminal ? 'stdout' : 'stderr';
    this.#onlyFirst = terminal;
  }

  async *filter(source: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk, void> {
    let holding = true;
    for await (const chunk of source) {
      if (holding && chunk.channel === this.#channel) {
        if (this.#hold([...this.#held, chunk])) continue;
        yield* this.release();
        // Released output may be followed by a service line after all.
        if (!this.#onlyFirst && this.#hold([chunk])) continue;
      }
      if (this.#held.length > 0) yield* this.release();
      yield chunk;
      if (this.#onlyFirst) holding = false;
    }
  }

  /** What was held back at the end, as text. */
  get heldText(): string {
    return textOf(this.#held);
  }

  /** Gives what was held back, as output after all. */
  *release(): Generator<OutputChunk, void> {
    const held = this.#held;
    this.#held = [];
    yield* held;
  }

  #hold(chunks: OutputChunk[]): boolean {
    const maybe = maybeServiceLines(chunks);
    if (maybe) this.#held = chunks;
    return maybe;
  }
}

const FIRST_BYTE = 'E'.charCodeAt(0);

function maybeServiceLines(chunks: readonly OutputChunk[]): boolean {
  if (chunks[0]?.bytes[0] !== FIRST_BYTE) return false;
  const text = textOf(chunks);
  if (text.length > MOST_HELD_BYTES) return false;
  return (
    SERVICE_LINES.some((line) => line.test(text)) ||
    SERVICE_LINE_BEGINNINGS.some((beginning) => beginning.startsWith(text) || text.startsWith(beginning))
  );
}

function textOf(chunks: readonly OutputChunk[]): string {
  // A single byte a character is enough to recognise them, and never fails.
  return chunks.map((chunk) => Buffer.from(chunk.bytes).toString('latin1')).join('');
}

/** Exit codes that the runtime gives a command that it could not start. */
const START_FAILURES = new Set([125, 126, 127]);

/** Whether these held lines and this exit code say that the command was never started. */
export function isStartFailure(heldText: string, exitCode: number): boolean {
  return START_FAILURES.has(exitCode) && START_FAILURE_LINE.test(heldText);
}

/**
 * Whether these held lines are the service's complaint that the command ended without reading its input. It stops passing
 * output on with it, so that some may be missing.
 */
export function isInputComplaint(heldText: string): boolean {
  return /^(Error: (write|read) unixpacket [^\n]*\n*)+$/.test(heldText);
}
