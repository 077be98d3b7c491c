import { open, type FileHandle } from 'node:fs/promises';
import type { CallOptions } from '../abort.js';
import { assertBoolean, assertWholeNumber } from '../container/assert.js';
import type { KojiSession } from './koji-session.js';
import {
  NOTHING_SENT,
  sendChunk,
  uploadFailed,
  verifyUpload,
  type UploadResult,
  type UploadTarget,
} from './upload.js';

const MIB = 1024 * 1024;

/**
 * How a file is uploaded.
 *
 * @public
 */
export interface UploadFileOptions extends CallOptions {
  /** Bytes in a chunk; they are in memory once. 1 to 1 GiB. @defaultValue 1 MiB */
  readonly blockBytes?: number | undefined;
  /** Replaces a file of that name on the hub. @defaultValue true */
  readonly overwrite?: boolean | undefined;
  /** Is told of every chunk that has arrived. */
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Uploads a file that is complete: a result of a task. It goes in chunks, each compared by its checksum; a chunk whose connection
 * breaks is sent again, not the file; at the end the hub is asked what it has.
 *
 * @throws `KOJI_UPLOAD_FAILED` when the file cannot be read, changes meanwhile, or arrives otherwise than it was sent
 * @public
 */
export async function uploadFile(
  session: KojiSession,
  file: string,
  target: UploadTarget,
  options: UploadFileOptions = {},
): Promise<UploadResult> {
  const { blockBytes = MIB, overwrite = true, onProgress, signal } = options;
  assertWholeNumber('blockBytes', blockBytes, 1, 1024 * MIB);
  assertBoolean('overwrite', overwrite);
  signal?.throwIfAborted();
  const handle = await reading(target, () => open(file));
  try {
    const { size } = await reading(target, () => handle.stat());
    const block = Buffer.allocUnsafe(Math.max(1, Math.min(blockBytes, size)));
    let sent = NOTHING_SENT;
    // An empty file is one empty chunk.
    do {
      const chunk = await readBlock(handle, block, sent.size, target);
      if (chunk.length === 0 && size > 0) break;
      sent = await sendChunk(session, chunk, target, sent, { overwrite, signal });
      onProgress?.(sent.size, size);
    } while (sent.size < size);
    if (sent.size !== size || (await handle.stat()).size !== size)
      throw uploadFailed(target, `${file} changed its size while it was uploaded`);
    return await verifyUpload(session, target, sent, { signal });
  } finally {
    await handle.close();
  }
}

/** Fills the block as far as the file goes; one read may give less. */
async function readBlock(
  handle: FileHandle,
  block: Buffer,
  position: number,
  target: UploadTarget,
): Promise<Uint8Array> {
  let length = 0;
  while (length < block.length) {
    const at = length;
    const { bytesRead } = await reading(target, () =>
      handle.read(block, at, block.length - at, position + at),
    );
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return block.subarray(0, length);
}

async function reading<T>(target: UploadTarget, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw uploadFailed(target, 'the file cannot be read', error);
  }
}
