import { assertWholeNumber } from '../../container/assert.js';
import type { LogsOptions } from '../../container/container-manager.js';
import type { OutputChunk, OutputChannel } from '../../container/output-chunk.js';

/** Everything a container's main process wrote. */
export class OutputLog {
  readonly #chunks: OutputChunk[] = [];
  #ended = false;
  #waiters: (() => void)[] = [];

  append(channel: OutputChannel, bytes: Uint8Array): void {
    this.#chunks.push({ channel, bytes, time: Date.now() });
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Has a reader that waits look up, so that it sees that its signal has aborted. */
  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** What was written, and with `follow` what will be, until the end or the signal. */
  async *read(
    { follow = false, since, tail }: LogsOptions,
    signal: AbortSignal,
  ): AsyncGenerator<OutputChunk> {
    if (tail !== undefined) assertWholeNumber('tail', tail, 0, Number.MAX_SAFE_INTEGER);
    const sinceMs = since?.getTime() ?? 0;
    const past = this.#chunks.filter((chunk) => chunk.time >= sinceMs);
    let next = this.#chunks.length;
    yield* lastLines(past, tail ?? Infinity);
    const wake = (): void => {
      this.#wake();
    };
    signal.addEventListener('abort', wake);
    try {
      while (follow) {
        signal.throwIfAborted();
        const chunk = this.#chunks[next];
        if (chunk !== undefined) {
          next += 1;
          if (chunk.time >= sinceMs) yield chunk;
        } else if (this.#ended) {
          return;
        } else {
          await new Promise<void>((resolve) => this.#waiters.push(resolve));
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}

const NEWLINE = 0x0a;

/** Cuts chunks into lines, in the order in which they began, and keeps the last ones. */
function lastLines(chunks: readonly OutputChunk[], count: number): readonly OutputChunk[] {
  if (!Number.isFinite(count)) return chunks;
  const lines: OutputChunk[][] = [];
  const open = new Map<OutputChannel, OutputChunk[]>();
  for (const chunk of chunks) {
    let from = 0;
    while (from < chunk.bytes.length) {
      const newline = chunk.bytes.indexOf(NEWLINE, from);
      const to = newline < 0 ? chunk.bytes.length : newline + 1;
      let line = open.get(chunk.channel);
      if (line === undefined) {
        line = [];
        lines.push(line);
        open.set(chunk.channel, line);
      }
      line.push({ ...chunk, bytes: chunk.bytes.subarray(from, to) });
      if (newline >= 0) open.delete(chunk.channel);
      from = to;
    }
  }
  return count === 0 ? [] : lines.slice(-count).flat();
}
