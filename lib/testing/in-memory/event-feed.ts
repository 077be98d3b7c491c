import type { ContainerEvent } from '../../container/description.js';

/** Which events are read. */
export interface EventSelection {
  readonly labels: Readonly<Record<string, string>>;
  /** @defaultValue from now on */
  readonly since: Date | undefined;
}

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

  /** Begins with this call, not with the first event that is asked for. */
  read(selection: EventSelection, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const since = selection.since === undefined ? undefined : toNanoseconds(selection.since.getTime());
    const first =
      since === undefined
        ? this.#events.length
        : this.#events.filter(({ timeNanoseconds }) => timeNanoseconds < since).length;
    return this.#readFrom(first, Object.entries(selection.labels), signal);
  }

  async *#readFrom(
    first: number,
    labels: readonly (readonly [string, string])[],
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
        if (labels.every(([key, value]) => event.labels[key] === value)) yield event;
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
