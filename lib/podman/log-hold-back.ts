import type { OutputChannel, OutputChunk } from '../container/output-chunk.js';

const NEWLINE = 0x0a;
/** Longer than the piece of a line that conmon writes at once (8 to 32 KiB). */
const MOST_HELD_BYTES = 64 * 1024;

/** Keeps back the last line of a log, or the end of it where it is long, and lets go of what is in front. */
export class LogHoldBack {
  #channel: OutputChannel = 'stdout';
  #time = 0;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** Takes the next chunk and gives what cannot be of the last line. */
  *add(chunk: OutputChunk): Generator<OutputChunk, void, undefined> {
    const { channel, bytes, time } = chunk;
    if (bytes.length === 0) return;
    if (channel !== this.#channel || this.#pieces.at(-1)?.at(-1) === NEWLINE)
      yield* this.#release(this.#length);
    this.#channel = channel;
    this.#time = time;
    // A newline that ends the chunk may end the log, and is then of the last line.
    const lineStart = bytes.length < 2 ? 0 : bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
    if (lineStart > 0) {
      yield* this.#release(this.#length);
      yield { channel, bytes: bytes.subarray(0, lineStart), time };
    }
    this.#pieces.push(bytes.subarray(lineStart));
    this.#length += bytes.length - lineStart;
    if (this.#length > 2 * MOST_HELD_BYTES) yield* this.#release(this.#length - MOST_HELD_BYTES);
  }

  /** Ends the log: gives what is too much to be kept back, however the log was cut into chunks. */
  *finish(): Generator<OutputChunk, void, undefined> {
    yield* this.#release(Math.max(0, this.#length - MOST_HELD_BYTES));
  }

  /** What is kept back. */
  get rest(): (OutputChunk & { readonly bytes: Buffer }) | undefined {
    if (this.#length === 0) return undefined;
    return { channel: this.#channel, bytes: Buffer.concat(this.#pieces), time: this.#time };
  }

  *#release(length: number): Generator<OutputChunk, void, undefined> {
    if (length === 0) return;
    const held = Buffer.concat(this.#pieces);
    this.#pieces = length === held.length ? [] : [held.subarray(length)];
    this.#length -= length;
    yield { channel: this.#channel, bytes: held.subarray(0, length), time: this.#time };
  }
}
