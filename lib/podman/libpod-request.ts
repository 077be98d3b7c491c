import { Readable } from 'node:stream';
import type { ErrorContext } from './wire-error.js';

/** The path version every request is made under: one wire shape from 4.0 to 5.x. */
const API_PREFIX = '/v4.0.0/libpod/';

type QueryValue = string | number | boolean | readonly string[] | undefined;

/** A request to Podman's service. */
export interface LibpodRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/libpod/`, with its parts escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a tar archive. */
  readonly tar?: AsyncIterable<Uint8Array> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Limit of the whole call. `undefined`: the client's; 0: none. A call that states its own may last, and does not wait
   * in line with the others.
   */
  readonly timeoutMs?: number | undefined;
  /** Whether it may be sent again after its answer was lost. GET and HEAD always may. */
  readonly idempotent?: boolean | undefined;
  /** For errors. */
  readonly context: ErrorContext;
}

/** Escapes the values put into a path below `/libpod/`. */
export function libpodPath(strings: TemplateStringsArray, ...values: readonly string[]): string {
  return strings.reduce((path, part, index) => path + encodeURIComponent(values[index - 1] ?? '') + part);
}

/** Whether it may be sent again after its answer was lost. */
export function isRepeatable(request: LibpodRequest): boolean {
  return request.idempotent ?? (request.method === 'GET' || request.method === 'HEAD');
}

/** The request as an HTTP client takes it. */
export function toHttpRequest(request: LibpodRequest): {
  readonly method: LibpodRequest['method'];
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Readable | null;
} {
  return {
    method: request.method,
    path: toPath(request),
    headers: toHeaders(request),
    body: toBody(request),
  };
}

function toPath(request: LibpodRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value === undefined) continue;
    for (const item of typeof value === 'object' ? value : [value]) query.append(name, String(item));
  }
  const text = query.toString();
  return `${API_PREFIX}${request.path}${text === '' ? '' : `?${text}`}`;
}

/** Never a form's type: the service would take such a body for parameters, answer 200 and write nothing. */
function toHeaders(request: LibpodRequest): Record<string, string> {
  const headers: Record<string, string> = { ...request.headers };
  if (request.json !== undefined) headers['content-type'] = 'application/json';
  if (request.tar !== undefined) headers['content-type'] = 'application/x-tar';
  return headers;
}

function toBody(request: LibpodRequest): string | Readable | null {
  if (request.tar !== undefined) return Readable.from(request.tar, { objectMode: false });
  return request.json === undefined ? null : JSON.stringify(request.json);
}
