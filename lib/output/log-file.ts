import { open, type FileHandle } from 'node:fs/promises';
import type { OutputChunk } from '../container/output-chunk.js';

/**
 * A file that output is written into, byte for byte in the order it came, both channels together.
 *
 * @public
 */
export interface LogFile extends AsyncDisposable {
  /** Bytes written so far: where the next chunk begins. */
  readonly bytes: number;
  /** Writes a chunk; resolves when it is handed to the file system. Fits {@link ExecOptions.output}. */
  write(chunk: OutputChunk | Uint8Array | string): Promise<void>;
  /** Closes the file. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Opens a log file for appending, made when absent, readable by all and writable by this user.
 *
 * @public
 */
export async function openLogFile(path: string): Promise<LogFile> {
  const file = await open(path, 'a', 0o644);
  const { size } = await file.stat();
  return new AppendingLogFile(file, size);
}

class AppendingLogFile implements LogFile {
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  bytes: number;

  constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  write(chunk: OutputChunk | Uint8Array | string): Promise<void> {
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk) : chunk instanceof Uint8Array ? chunk : chunk.bytes;
    this.bytes += bytes.length;
    // One after the other, so that what is not awaited keeps its order too.
    this.#writing = this.#writing.then(() => this.#file.appendFile(bytes));
    return this.#writing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#writing.catch(() => undefined).then(() => this.#file.close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
