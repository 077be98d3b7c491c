import type { ContainerEvent } from '../container/description.js';

/**
 * Events are not written in the order of their times: each process takes the time and then waits for its turn. What is
 * asked for again after a lost connection begins so much before the last event.
 */
const MARGIN_NANOSECONDS = 10_000_000_000n;

/** Knows which events were seen lately, and from when on they must be asked for to miss none. */
export class RecentEvents {
  readonly #from: bigint;
  readonly #seen = new Map<string, bigint>();
  #newest = 0n;
  #forgottenAt = 0n;

  /** @param from - in nanoseconds since 1970 */
  constructor(from: bigint) {
    this.#from = from;
  }

  /** In nanoseconds since 1970. */
  get resumeFrom(): bigint {
    const margin = this.#newest - MARGIN_NANOSECONDS;
    return margin > this.#from ? margin : this.#from;
  }

  /**
   * Whether the event is a new one.
   *
   * @param text - all of it: the time alone may be that of another
   */
  add({ timeNanoseconds }: ContainerEvent, text: string): boolean {
    if (this.#seen.has(text)) return false;
    this.#seen.set(text, timeNanoseconds);
    if (timeNanoseconds > this.#newest) this.#newest = timeNanoseconds;
    // Not at each event, which would look through all of them each time.
    if (this.#newest - this.#forgottenAt > MARGIN_NANOSECONDS) this.#forget();
    return true;
  }

  #forget(): void {
    const { resumeFrom } = this;
    for (const [text, time] of this.#seen) if (time < resumeFrom) this.#seen.delete(text);
    this.#forgottenAt = this.#newest;
  }
}
