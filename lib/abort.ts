import { setMaxListeners } from 'node:events';
import { ContainerError } from './errors.js';

/**
 * What every call takes.
 *
 * @public
 */
export interface CallOptions {
  /**
   * Ends the call early: it rejects with the signal's `reason`, untouched. What happens to the thing in flight is said
   * at each method.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A signal for one call, made of others and a time limit. `release` must be called on every path. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Links signals and a time limit into one signal for one call.
 *
 * A controller of our own for each call, and not `AbortSignal.any`, because listeners that a long-lived signal collects
 * are otherwise only dropped at garbage collection (nodejs/node#51441).
 *
 * @param timeoutMs - the time limit; `undefined` or `0` means none
 */
export function linkSignals(
  sources: readonly (AbortSignal | undefined)[],
  timeoutMs: number | undefined,
  operation: string,
): LinkedSignal {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  for (const source of sources) {
    if (source === undefined) continue;
    const onAbort = (): void => {
      controller.abort(source.reason);
    };
    if (source.aborted) onAbort();
    // A host's only signal may stand for hundreds of commands; Node would warn of a leak from the eleventh listener on.
    setMaxListeners(0, source);
    source.addEventListener('abort', onAbort, { once: true });
    releases.push(() => {
      source.removeEventListener('abort', onAbort);
    });
  }
  if (timeoutMs !== undefined && timeoutMs > 0 && !controller.signal.aborted) {
    const timer = setTimeout(() => {
      controller.abort(deadlineExceeded(operation, timeoutMs));
    }, timeoutMs);
    releases.push(() => {
      clearTimeout(timer);
    });
  }
  return {
    signal: controller.signal,
    release() {
      for (const release of releases) release();
    },
  };
}

/** The error of a time limit that ran out. */
export function deadlineExceeded(operation: string, timeoutMs: number): ContainerError {
  return new ContainerError(
    'DEADLINE_EXCEEDED',
    `${operation} took longer than its limit of ${timeoutMs} ms`,
    {
      operation,
    },
  );
}

/** Waits, and rejects with the signal's reason when it aborts first. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Settles like `promise`, but rejects with the signal's reason as soon as it aborts. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason);
    };
    if (signal.aborted) {
      onAbort();
      promise.catch(() => undefined);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
