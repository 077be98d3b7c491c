import type { CallOptions } from '../abort.js';
import { PodrootError } from '../errors.js';
import { adler32, toHexDigest } from './adler32.js';
import { isStruct } from './keyword-arguments.js';
import type { KojiSession, RawUploadReply } from './koji-session.js';

/**
 * Where an uploaded file goes.
 *
 * @public
 */
export interface UploadTarget {
  /** The folder below the hub's work folder; see {@link taskUploadPath}. */
  readonly path: string;
  /** The file's name there. */
  readonly name: string;
  /** The hub's volume. @defaultValue the hub's default one */
  readonly volume?: string | undefined;
}

/**
 * What was uploaded.
 *
 * @public
 */
export interface UploadResult {
  /** Bytes. */
  readonly size: number;
  /** The Adler-32 checksum of all of them: 8 hexadecimal digits. */
  readonly adler32: string;
}

/** What an upload has sent, for its verification. */
export interface Sent {
  readonly size: number;
  readonly checksum: number;
  /** Whether a chunk had to be sent more than once. */
  readonly retried: boolean;
}

export const NOTHING_SENT: Sent = { size: 0, checksum: 1, retried: false };

/**
 * Where a task's files go: `tasks/<id modulo 10000>/<id>`. Kojiweb, `koji watch-logs` and importers look there.
 *
 * @public
 */
export function taskUploadPath(taskId: number): string {
  return `tasks/${taskId % 10_000}/${taskId}`;
}

/** Sends a chunk that begins where the last one ended, and compares what the hub wrote with it. */
export async function sendChunk(
  session: KojiSession,
  chunk: Uint8Array,
  target: UploadTarget,
  sent: Sent,
  options: CallOptions & { readonly overwrite: boolean },
): Promise<Sent> {
  const { overwrite, signal } = options;
  const reply = await session.rawUpload(chunk, { ...chunkTarget(target, sent.size), overwrite }, { signal });
  assertReply(reply, chunk, target, sent.size);
  return {
    size: sent.size + chunk.length,
    checksum: adler32(chunk, sent.checksum),
    retried: sent.retried || reply.retried === true,
  };
}

/**
 * Asks the hub what it has of a file and compares it with what was sent: its size, and its checksum where something had to be sent
 * more than once (ClientSession's `fastUpload`).
 */
export async function verifyUpload(
  session: KojiSession,
  target: UploadTarget,
  sent: Sent,
  options: CallOptions,
): Promise<UploadResult> {
  const { path, name } = target;
  const keywords = { volume: volumeOf(target), verify: sent.retried ? 'adler32' : undefined };
  const found = await session.call('checkUpload', [path, name], keywords, options);
  const result = { size: sent.size, adler32: toHexDigest(sent.checksum) };
  if (!isStruct(found)) throw uploadFailed(target, 'the hub has no such file');
  const { size, hexdigest } = found;
  // Upstream's client reads a size of text as well.
  if (Number(size) !== result.size)
    throw uploadFailed(target, `the hub has ${JSON.stringify(size)} bytes of ${result.size}`);
  if (sent.retried && hexdigest !== result.adler32)
    throw uploadFailed(target, `the hub's checksum is ${JSON.stringify(hexdigest)}, not ${result.adler32}`);
  return result;
}

/** The error of an upload that cannot be relied on. */
export function uploadFailed({ path, name }: UploadTarget, reason: string, cause?: unknown): PodrootError {
  return new PodrootError('KOJI_UPLOAD_FAILED', `upload of ${path}/${name}: ${reason}`, { cause });
}

function assertReply(reply: RawUploadReply, chunk: Uint8Array, target: UploadTarget, offset: number): void {
  const expected = toHexDigest(adler32(chunk));
  if (reply.size !== chunk.length)
    throw uploadFailed(target, `the hub wrote ${reply.size} bytes at ${offset}, not ${chunk.length}`);
  if (reply.hexdigest !== expected)
    throw uploadFailed(target, `the checksum at ${offset} is ${reply.hexdigest}, not ${expected}`);
}

function chunkTarget(target: UploadTarget, offset: number): UploadTarget & { readonly offset: number } {
  return { path: target.path, name: target.name, volume: volumeOf(target), offset };
}

/** Upstream leaves the default volume out, so that hubs without volumes are content. */
function volumeOf({ volume }: UploadTarget): string | undefined {
  return volume === 'DEFAULT' ? undefined : volume;
}
