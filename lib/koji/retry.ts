import { delay } from '../abort.js';
import { PodrootError, type PodrootErrorCode } from '../errors.js';
import { isFault, KojiError } from './koji-error.js';
import type { KojiRetry } from './koji-hub-options.js';

export interface RetryPolicy {
  readonly maxRetries: number;
  readonly retryIntervalMs: number;
  readonly anonymousRetry: boolean;
  readonly offlineRetry: boolean;
  readonly offlineRetryIntervalMs: number;
  readonly onRetry: (retry: KojiRetry) => void;
}

export interface RetriedRequest {
  readonly method: string;
  readonly loggedIn: boolean;
  /** `false` for a request that is not worth making again: what fails in it fails for good. */
  readonly retry: boolean;
  readonly signal: AbortSignal | undefined;
}

/** What making the same request again cannot change. */
const FINAL: ReadonlySet<PodrootErrorCode> = new Set([
  'KOJI_FAULT',
  'KOJI_UNTRUSTED',
  'RESPONSE_LIMIT',
  'CLOSED',
  'INVALID_ARGUMENT',
]);

/**
 * Sends a request until it is answered, by the rules of upstream's client (ClientSession's `_callMethod` and `_sendCall`): a
 * dropped connection is made anew at once; faults are final, but for a hub that says it is offline; everything else is tried
 * again while the session is logged in, the first time at once and then at intervals.
 */
export async function withRetries<T>(
  send: () => Promise<T>,
  request: RetriedRequest,
  policy: RetryPolicy,
): Promise<T> {
  let attempt = 0;
  for (;;) {
    attempt += 1;
    try {
      return await withFreshConnection(send, request.signal);
    } catch (error) {
      const delayMs = delayBeforeRetry(error, attempt, request, policy);
      if (delayMs === undefined) throw error;
      policy.onRetry({ method: request.method, attempt, delayMs, error: error as PodrootError });
      if (delayMs > 0) await delay(delayMs, request.signal);
      // A hub that answers is alive: what went before does not count.
      if (error instanceof KojiError) attempt = 0;
    }
  }
}

/** Sends once more when the connection drops: a kept one may have been closed by the hub just as it was used. */
export async function withFreshConnection<T>(
  send: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (signal?.aborted === true || !(error instanceof PodrootError) || error.code !== 'CONNECTION_LOST')
      throw error;
    return send();
  }
}

function delayBeforeRetry(
  error: unknown,
  attempt: number,
  request: RetriedRequest,
  policy: RetryPolicy,
): number | undefined {
  if (request.signal?.aborted === true || !(error instanceof PodrootError)) return undefined;
  if (isFault(error, 'ServerOffline')) return policy.offlineRetry ? policy.offlineRetryIntervalMs : undefined;
  if (FINAL.has(error.code) || !request.retry) return undefined;
  if (!request.loggedIn && !policy.anonymousRetry) return undefined;
  if (attempt > policy.maxRetries) return undefined;
  return attempt > 1 ? policy.retryIntervalMs : 0;
}
