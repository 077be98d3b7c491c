import type { ContainerEvent } from '../../container/description.js';

/** What happened to the containers of the in-memory runtime. */
export class EventFeed {
  readonly #events: ContainerEvent[] = [];
  #waiters: (() => void)[] = [];

  add(event: Omit<ContainerEvent, 'timeNanoseconds'>): void {
    const last = this.#events.at(-1)?.timeNanoseconds ?? 0n;
    const now = toNanoseconds(Date.now());
    this.#events.push({ ...event, timeNanoseconds: now > last ? now : last + 1n });
    this.#wake();
  }

  /** The number of the first event from then on, or of the next one. */
  numberSince(since: Date | undefined): number {
    if (since === undefined) return this.#events.length;
    const time = toNanoseconds(since.getTime());
    return this.#events.filter(({ timeNanoseconds }) => timeNanoseconds < time).length;
  }

  /** Events of containers with these labels, from the one of that number on. */
  async *read(
    first: number,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<ContainerEvent> {
    const wake = (): void => {
      this.#wake();
    };
    signal.addEventListener('abort', wake);
    try {
      for (let next = first; ;) {
        signal.throwIfAborted();
        const event = this.#events[next];
        if (event === undefined) {
          await new Promise<void>((resolve) => this.#waiters.push(resolve));
          continue;
        }
        next += 1;
        if (Object.entries(labels).every(([key, value]) => event.labels[key] === value)) yield event;
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

function toNanoseconds(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1_000_000n;
}
