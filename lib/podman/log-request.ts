import { libpodPath, type LibpodRequest } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

/** Which part of a log the service is asked for. */
export interface LogRange {
  readonly follow?: boolean | undefined;
  /** As `since` is written on the wire. */
  readonly since?: string | undefined;
  readonly tail?: number | undefined;
}

/** A request for a log, always in frames. Both channels are named, because the service gives only those. */
export function toLogRequest(container: string, range: LogRange, context: ErrorContext): LibpodRequest {
  const { follow = false, since, tail } = range;
  return {
    method: 'GET',
    path: libpodPath`containers/${container}/logs`,
    query: { stdout: true, stderr: true, follow, since, tail: tail ?? 'all' },
    context,
  };
}
