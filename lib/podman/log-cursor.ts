import { createHash, type Hash } from 'node:crypto';
import type { OutputChannel, OutputChunk } from '../container/output-chunk.js';
import { ContainerError } from '../errors.js';
import { LogHoldBack } from './log-hold-back.js';
import type { ErrorContext } from './wire-error.js';

/** Bytes from the beginning of a log, of each channel. */
export type LogPosition = Record<OutputChannel, number>;

const CHANNELS: readonly OutputChannel[] = ['stdout', 'stderr'];

/**
 * Reads a log that grows over and over from its beginning, and gives each byte once. Where it stands is a number of bytes
 * of each channel, because that is all that two reads of a log have in common.
 */
export class LogCursor {
  readonly #context: ErrorContext;
  readonly #position: LogPosition;
  /** Of all in front of the position; `undefined` where nobody has read that yet. */
  readonly #hashes: Record<OutputChannel, Hash | undefined>;
  #held: { readonly channel: OutputChannel; readonly position: number; readonly bytes: Buffer } | undefined;

  /** @param start - where the first byte that counts is; what is in front of it is never given */
  constructor(start: LogPosition | undefined, context: ErrorContext) {
    this.#context = context;
    this.#position = { ...(start ?? { stdout: 0, stderr: 0 }) };
    this.#hashes =
      start === undefined
        ? { stdout: createHash('sha256'), stderr: createHash('sha256') }
        : { stdout: undefined, stderr: undefined };
  }

  /** Whether the last read ended with a line that is kept back until another read confirms it. */
  get holding(): boolean {
    return this.#held !== undefined;
  }

  /**
   * Gives what a read from the beginning has beyond the position.
   *
   * @param complete - whether nothing can be written any more. Otherwise the last line is kept back until two reads
   * agree on it: the service may have met it half written, and ends it with a newline of its own
   * @throws `PROTOCOL_ERROR` when the log is not the one that was read before: it was rotated
   */
  async *advance(
    source: AsyncIterable<OutputChunk>,
    complete: boolean,
  ): AsyncGenerator<OutputChunk, void, undefined> {
    const read = new Reading();
    const holdBack = new LogHoldBack();
    for await (const chunk of source) {
      for (const settled of holdBack.add(chunk)) yield* this.#take(settled, read);
    }
    for (const settled of holdBack.finish()) yield* this.#take(settled, read);
    const { rest } = holdBack;
    const before = this.#held;
    this.#held = undefined;
    if (rest !== undefined) {
      const { channel, bytes } = rest;
      const position = read.position[channel];
      const confirmed =
        complete ||
        (before?.channel === channel && before.position === position && before.bytes.equals(bytes));
      // What was given before is only compared with, whether or not this line is settled.
      const settled = confirmed ? bytes.length : Math.max(0, this.#position[channel] - position);
      yield* this.#take({ ...rest, bytes: bytes.subarray(0, settled) }, read);
      if (!confirmed && settled < bytes.length) this.#held = { channel, position, bytes };
    }
    for (const channel of CHANNELS) {
      if (read.position[channel] < this.#position[channel]) throw this.#rotated();
    }
  }

  *#take({ channel, bytes, time }: OutputChunk, read: Reading): Generator<OutputChunk, void, undefined> {
    const known = Math.min(bytes.length, Math.max(0, this.#position[channel] - read.position[channel]));
    const hash = read.hashes[channel];
    if (known > 0) hash.update(bytes.subarray(0, known));
    read.position[channel] += known;
    if (read.position[channel] < this.#position[channel]) return;
    this.#compare(channel, read);
    if (known === bytes.length) return;
    const fresh = bytes.subarray(known);
    hash.update(fresh);
    this.#hashes[channel]?.update(fresh);
    read.position[channel] += fresh.length;
    this.#position[channel] += fresh.length;
    yield { channel, bytes: fresh, time };
  }

  /** Once a read, where it comes to what is new. */
  #compare(channel: OutputChannel, read: Reading): void {
    if (read.compared.has(channel)) return;
    read.compared.add(channel);
    const own = this.#hashes[channel];
    if (own === undefined) this.#hashes[channel] = read.hashes[channel].copy();
    else if (!own.copy().digest().equals(read.hashes[channel].copy().digest())) throw this.#rotated();
  }

  #rotated(): ContainerError {
    return new ContainerError(
      'PROTOCOL_ERROR',
      `${this.#context.operation} ${this.#context.container ?? ''}: the log no longer begins with what was read of it; it was rotated`,
      this.#context,
    );
  }
}

/** Where one read from the beginning is. */
class Reading {
  readonly position: LogPosition = { stdout: 0, stderr: 0 };
  readonly hashes = { stdout: createHash('sha256'), stderr: createHash('sha256') };
  readonly compared = new Set<OutputChannel>();
}
