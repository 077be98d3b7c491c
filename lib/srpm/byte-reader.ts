import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isUint8Array } from 'node:util/types';
import { untilAborted } from '../abort.js';
import { InvalidArgumentError } from '../errors.js';
import { SrpmError } from './srpm-error.js';

/**
 * An RPM file: its path on this machine, its bytes, or a stream of its bytes.
 *
 * @public
 */
export type SrpmSource = string | Uint8Array | AsyncIterable<Uint8Array>;

const CHUNK_BYTES = 64 * 1024;

/** Takes bytes off the front of a source, in the amounts that are asked for, and counts them. */
export class ByteReader {
  readonly file: string;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  #buffered: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #pending = false;

  constructor(source: SrpmSource, name: string | undefined, signal: AbortSignal | undefined) {
    this.file = name ?? (typeof source === 'string' ? source : 'RPM file');
    this.#chunks = toChunks(source, this.file)[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Takes `count` bytes, or what there is when the source ends before. Memory follows what comes, not `count`. */
  async take(count: number): Promise<Uint8Array> {
    const parts = [this.#buffered];
    let length = this.#buffered.length;
    while (length < count) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      parts.push(chunk);
      length += chunk.length;
    }
    const bytes = parts.length === 1 ? this.#buffered : Buffer.concat(parts, length);
    const taken = bytes.subarray(0, count);
    this.#buffered = bytes.subarray(taken.length);
    this.#offset += taken.length;
    return taken;
  }

  /** Takes `count` bytes of what is named. @throws SRPM_TRUNCATED when the source ends before */
  async takeAll(count: number, what: string): Promise<Uint8Array> {
    const start = this.#offset;
    const bytes = await this.take(count);
    if (bytes.length === count) return bytes;
    throw new SrpmError(
      'SRPM_TRUNCATED',
      this.file,
      `ends at byte ${this.#offset}, in its ${what}: that has ${count} bytes from byte ${start} on`,
      { offset: this.#offset },
    );
  }

  /** Takes all that is left. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#buffered.length > 0 ? this.#buffered : await this.#next();
      if (chunk === undefined) return;
      this.#buffered = chunk.subarray(chunk.length);
      this.#offset += chunk.length;
      yield chunk;
    }
  }

  /** Ends the source. */
  async close(): Promise<void> {
    const ended = this.#chunks.return?.();
    // A source that never answers must not hold up the rejection of a call that was aborted for that reason.
    if (this.#pending) ended?.catch(() => undefined);
    else await ended;
  }

  async #next(): Promise<Uint8Array | undefined> {
    this.#signal?.throwIfAborted();
    this.#pending = true;
    const result = await untilAborted(this.#chunks.next(), this.#signal);
    this.#pending = false;
    if (result.done === true) return undefined;
    if (!isUint8Array(result.value))
      throw new InvalidArgumentError('source', result.value, 'must give bytes');
    return result.value;
  }
}

function toChunks(source: SrpmSource, file: string): AsyncIterable<Uint8Array> {
  if (typeof source === 'string') return readChunks(source, file);
  if (isUint8Array(source)) return once(source);
  if (typeof source === 'object' && Symbol.asyncIterator in source) return source;
  throw new InvalidArgumentError('source', source, 'must be a path, bytes or a stream of bytes');
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* readChunks(path: string, file: string): AsyncGenerator<Uint8Array> {
  try {
    // O_NONBLOCK, because opening a fifo would wait for a writer.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile())
        throw new SrpmError('SRPM_UNREADABLE', file, 'is not a regular file');
      for (;;) {
        const { bytesRead, buffer } = await handle.read(
          Buffer.allocUnsafeSlow(CHUNK_BYTES),
          0,
          CHUNK_BYTES,
          null,
        );
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SrpmError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SrpmError('SRPM_UNREADABLE', file, `cannot be read: ${reason}`, { cause: error });
  }
}
