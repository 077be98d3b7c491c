import { open, stat, type FileHandle } from 'node:fs/promises';
import { delay, type CallOptions } from '../abort.js';
import { assertTimeoutMs, assertWholeNumber } from '../container/assert.js';
import { PodrootError } from '../errors.js';
import { CallQueue } from './call-queue.js';
import type { KojiSession } from './koji-session.js';
import {
  NOTHING_SENT,
  sendChunk,
  uploadFailed,
  verifyUpload,
  type Sent,
  type UploadResult,
  type UploadTarget,
} from './upload.js';

/**
 * How a log is uploaded.
 *
 * @public
 */
export interface LogUploadOptions {
  /** Bytes in a chunk; 1 to 16 MiB. @defaultValue 64 KiB, as kojid */
  readonly chunkBytes?: number | undefined;
  /** How often a chunk that arrives damaged is sent again; 0 to 1000. @defaultValue 5 */
  readonly retries?: number | undefined;
  /** Wait before it is. @defaultValue 10 000 */
  readonly retryDelayMs?: number | undefined;
}

/**
 * Uploads a log while it grows (koji/daemon.py: `fast_incremental_upload`). When the file is replaced, or becomes shorter, the hub's
 * copy begins anew, as each call of mock begins its logs anew.
 *
 * @remarks
 * A chunk that does not arrive stays due: the next `flush()` begins with it. A shrunk file that has grown beyond its former
 * length meanwhile is not noticed.
 * @public
 */
export class LogUpload {
  readonly #session: KojiSession;
  readonly #file: string;
  readonly #target: UploadTarget;
  readonly #options: Required<{ readonly [K in keyof LogUploadOptions]: number }>;
  readonly #queue = new CallQueue();
  /** Held between flushes, so that its inode cannot become another file's. */
  #handle: FileHandle | undefined;
  #sent = NOTHING_SENT;

  /**
   * Sends nothing yet. The file need not be there.
   *
   * @throws `InvalidArgumentError` when an option is refused
   */
  constructor(session: KojiSession, file: string, target: UploadTarget, options: LogUploadOptions = {}) {
    const { chunkBytes = 64 * 1024, retries = 5, retryDelayMs = 10_000 } = options;
    assertWholeNumber('chunkBytes', chunkBytes, 1, 16 * 1024 * 1024);
    assertWholeNumber('retries', retries, 0, 1000);
    assertTimeoutMs('retryDelayMs', retryDelayMs);
    this.#session = session;
    this.#file = file;
    this.#target = target;
    this.#options = { chunkBytes, retries, retryDelayMs };
  }

  /** Bytes of the file that the hub has. */
  get sentBytes(): number {
    return this.#sent.size;
  }

  /**
   * Sends what the file has gained.
   *
   * @throws `KOJI_UPLOAD_FAILED` when a chunk arrives damaged again and again, or the file cannot be read
   */
  flush(options: CallOptions = {}): Promise<void> {
    return this.#queue.run(() => this.#flush(options.signal), options.signal);
  }

  /** Sends the rest, and asks the hub whether it has all. A log that is empty, or was never written, is not sent at all. */
  finish(options: CallOptions = {}): Promise<UploadResult> {
    return this.#queue.run(async () => {
      await this.#flush(options.signal);
      if (this.#sent.size === 0) return { size: 0, adler32: '00000001' };
      return verifyUpload(this.#session, this.#target, this.#sent, options);
    }, options.signal);
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#queue.run(() => this.#release(), undefined);
  }

  /** The same as {@link LogUpload.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #flush(signal: AbortSignal | undefined): Promise<void> {
    const handle = await this.#current();
    if (handle === undefined) return;
    const chunk = Buffer.allocUnsafe(this.#options.chunkBytes);
    for (;;) {
      const bytesRead = await this.#read(handle, chunk);
      if (bytesRead === 0) return;
      this.#sent = await this.#send(chunk.subarray(0, bytesRead), signal);
    }
  }

  async #read(handle: FileHandle, chunk: Buffer): Promise<number> {
    try {
      return (await handle.read(chunk, 0, chunk.length, this.#sent.size)).bytesRead;
    } catch (error) {
      throw uploadFailed(this.#target, `${this.#file} cannot be read`, error);
    }
  }

  async #send(chunk: Uint8Array, signal: AbortSignal | undefined): Promise<Sent> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await sendChunk(this.#session, chunk, this.#target, this.#sent, { overwrite: true, signal });
      } catch (error) {
        const damaged = error instanceof PodrootError && error.code === 'KOJI_UPLOAD_FAILED';
        if (!damaged || tries >= this.#options.retries) throw error;
        this.#sent = { ...this.#sent, retried: true };
      }
      await delay(this.#options.retryDelayMs, signal);
    }
  }

  /** The file that has the name now; `undefined` when there is none. */
  async #current(): Promise<FileHandle | undefined> {
    try {
      const named = await stat(this.#file);
      const held = await this.#handle?.stat();
      if (held?.ino !== named.ino || held.dev !== named.dev) {
        await this.#release();
        this.#handle = await open(this.#file);
        this.#sent = NOTHING_SENT;
      } else if (held.size < this.#sent.size) {
        this.#sent = NOTHING_SENT;
      }
      return this.#handle;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw uploadFailed(this.#target, `${this.#file} cannot be read`, error);
    }
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
