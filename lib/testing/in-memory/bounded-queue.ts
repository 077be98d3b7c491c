/**
 * Items on their way from one writer's side to one reader. Adding waits while more than the limit is queued, which is
 * what holds a writer up.
 */
export class BoundedQueue<T> {
  readonly #limit: number;
  readonly #items: { readonly item: T; readonly size: number }[] = [];
  #queued = 0;
  #ended = false;
  #cut = false;
  #waiters: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Queues the item and waits for room after it. What is added after the end is dropped. */
  async add(item: T, size: number): Promise<void> {
    if (this.#ended) return;
    this.#items.push({ item, size });
    this.#queued += size;
    this.#wake();
    while (this.#queued > this.#limit) await this.#change();
  }

  /** Takes no more; what is queued can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Takes no more and forgets what is queued: there is no reader. */
  drop(): void {
    this.#cut ||= this.#items.length > 0;
    this.#items.length = 0;
    this.#queued = 0;
    this.end();
  }

  /** Whether something that was queued never reached the reader. */
  get cut(): boolean {
    return this.#cut;
  }

  /** Resolves when it has ended and everything was taken out. */
  async drained(): Promise<void> {
    while (!this.#ended || this.#items.length > 0) await this.#change();
  }

  /** The next item, waiting for it; `undefined` at the end. */
  async next(): Promise<T | undefined> {
    while (this.#items.length === 0) {
      if (this.#ended) return undefined;
      await this.#change();
    }
    const first = this.#items.shift()!;
    this.#queued -= first.size;
    this.#wake();
    return first.item;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
