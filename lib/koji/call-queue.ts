import { untilAborted } from '../abort.js';

/** Runs tasks one after the other, in their order. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** An abort takes a task that waits out of the queue; one that runs ends itself, and the next waits for that. */
  run<T>(task: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const result = this.#last.then(() => {
      signal?.throwIfAborted();
      return task();
    });
    this.#last = result.catch(() => undefined);
    return untilAborted(result, signal);
  }
}
