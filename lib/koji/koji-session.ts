import type { CallOptions } from '../abort.js';
import type { KojiKeywords } from './keyword-arguments.js';
import type { XmlRpcValue } from './xmlrpc-value.js';

/**
 * Where a chunk of an upload goes.
 *
 * @public
 */
export interface RawUploadTarget {
  /** The folder below the hub's work folder: `tasks/<id modulo 10000>/<id>` for a task's files. */
  readonly path: string;
  /** The file's name. The hub refuses a slash in it, and a dot at its beginning. */
  readonly name: string;
  /** Where in the file the chunk begins. The hub cuts the file there first; -1 appends. */
  readonly offset: number;
  /** Allows to write into a file that is there. Without it, sending a first chunk again is a fault. @defaultValue false */
  readonly overwrite?: boolean | undefined;
  /** The hub's volume. @defaultValue the hub's default one */
  readonly volume?: string | undefined;
}

/**
 * What the hub says of a chunk that it has written.
 *
 * @public
 */
export interface RawUploadReply {
  /** Bytes in the chunk. */
  readonly size: number;
  /** Where it was written. */
  readonly offset: number;
  /** Its Adler-32 checksum: 8 hexadecimal digits. */
  readonly hexdigest: string;
  /** Whether the chunk had to be sent more than once. @defaultValue false */
  readonly retried?: boolean | undefined;
}

/**
 * A session with a hub: what podroot's Koji parts need of one. `KojiHubSession` is one over HTTP; a host may bring its own.
 *
 * @remarks
 * A session is strictly serial: calls that are made at once are sent one after the other, in their order. For what goes on
 * beside each other there are subsessions. Faults reject with {@link KojiError}.
 * @public
 */
export interface KojiSession {
  /** Calls a method of the hub. An abort while the call is in flight leaves open whether the hub runs it. */
  call(
    method: string,
    args?: readonly XmlRpcValue[],
    keywords?: KojiKeywords,
    options?: CallOptions,
  ): Promise<XmlRpcValue>;
  /** Writes one chunk of a file on the hub. */
  rawUpload(chunk: Uint8Array, target: RawUploadTarget, options?: CallOptions): Promise<RawUploadReply>;
  /** A session of its own for the same user, which shares this one's exclusive lock: one for each task. */
  subsession(options?: CallOptions): Promise<KojiSession>;
  /** Ends the session on the hub. A session that is over already is ended as well. */
  logout(options?: CallOptions): Promise<void>;
}
