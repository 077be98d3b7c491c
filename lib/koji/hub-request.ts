import type { RawUploadTarget } from './koji-session.js';

/**
 * What a hub knows a session by. The key is a secret.
 *
 * @public
 */
export interface KojiSessionIdentity {
  /** The session's number. */
  readonly id: number;
  /** Its key, which changes when the session is renewed. */
  readonly key: string;
  /** Whether they go in headers; old hubs take them in the query. @defaultValue true */
  readonly headerAuth?: boolean | undefined;
  /** The number of the next call. @defaultValue 0 */
  readonly callnum?: number | undefined;
  /** Whether it holds the user's exclusive lock. @defaultValue false */
  readonly exclusive?: boolean | undefined;
}

/** One request, ready to be sent as often as it takes: its call number stays the same. */
export interface HubRequest {
  /** The hub's method, for errors. */
  readonly method: string;
  /** Appended to the hub's path. */
  readonly path: string;
  readonly query: readonly [string, string][];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Who calls, and for the how manieth time. */
export interface Caller {
  readonly identity: KojiSessionIdentity;
  readonly callnum: number;
  readonly oldCallnumHeader: boolean;
}

/** A call's request (ClientSession's `_prepCall`). */
export function toCallRequest(
  method: string,
  xml: string,
  caller: Caller | undefined,
  path = '',
): HubRequest {
  const { headers, query } = credentials(caller);
  return {
    method,
    path,
    query,
    headers: { ...headers, 'Content-Type': 'text/xml' },
    body: Buffer.from(xml, 'utf8'),
  };
}

/** An upload's request (ClientSession's `_prepUpload`). The content type alone, compared exactly, makes it one. */
export function toUploadRequest(chunk: Uint8Array, target: RawUploadTarget, caller: Caller): HubRequest {
  const { headers, query } = credentials(caller);
  const parameters: [string, string][] = [
    ['filename', target.name],
    ['filepath', target.path],
    ['fileverify', 'adler32'],
    ['offset', String(target.offset)],
  ];
  if (target.overwrite === true) parameters.push(['overwrite', '1']);
  if (target.volume !== undefined) parameters.push(['volume', target.volume]);
  return {
    method: 'rawUpload',
    path: '',
    query: [...query, ...parameters],
    headers: { ...headers, 'Content-Type': 'application/octet-stream' },
    body: chunk,
  };
}

function credentials(caller: Caller | undefined): Pick<HubRequest, 'headers' | 'query'> {
  if (caller === undefined) return { headers: {}, query: [] };
  const { identity, callnum, oldCallnumHeader } = caller;
  if (identity.headerAuth === false)
    return {
      headers: {},
      query: [
        ['session-id', String(identity.id)],
        ['session-key', identity.key],
        ['callnum', String(callnum)],
      ],
    };
  const headers = {
    'Koji-Session-Id': String(identity.id),
    'Koji-Session-Key': identity.key,
    'Koji-Session-Callnum': String(callnum),
  };
  return { headers: oldCallnumHeader ? { ...headers, 'Koji-Callnum': String(callnum) } : headers, query: [] };
}
