/**
 * Where output came from.
 *
 * @public
 */
export type OutputChannel = 'stdout' | 'stderr';

/**
 * A piece of output, as it came: cut anywhere, also inside a character.
 *
 * @public
 */
export interface OutputChunk {
  /** Where it came from. */
  readonly channel: OutputChannel;
  /** What came. The consumer may keep it: it is not written over. */
  readonly bytes: Uint8Array;
  /** When it reached this process, in milliseconds since 1970. */
  readonly time: number;
}

/**
 * Takes output. When it returns a promise, nothing more is read until that resolves (and in the end the process that
 * writes is held up); when it throws or rejects, the call it was given to is ended and rejects with the same.
 *
 * @public
 */
export type OutputSink = (chunk: OutputChunk) => void | Promise<void>;
