import type { LinkedSignal } from '../abort.js';

/** How long an answer is still waited for after an abort, when without it nobody knows what was made. */
export const LATE_ANSWER_MS = 10_000;

/**
 * A signal that aborts some time after another, with its reason: for requests whose answer says what is to be undone.
 */
export function delayAbort(source: AbortSignal, delayMs: number): LinkedSignal {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => {
      controller.abort(source.reason);
    }, delayMs);
  };
  if (source.aborted) onAbort();
  else source.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      source.removeEventListener('abort', onAbort);
    },
  };
}
