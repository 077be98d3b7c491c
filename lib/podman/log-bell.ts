import { linkSignals } from '../abort.js';
import type { LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';
import { toLogRequest } from './log-request.js';

/**
 * Rings when a container writes, or ends. It hears the service's own following of the log, whose bytes it throws away:
 * they have holes.
 */
export class LogBell {
  readonly #client: LibpodClient;
  readonly #container: string;
  readonly #context: ErrorContext;
  readonly #hanging = new AbortController();
  #listening = false;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(client: LibpodClient, container: string, context: ErrorContext) {
    this.#client = client;
    this.#container = container;
    this.#context = context;
  }

  /** Forgets what rang so far. From here on nothing is missed. */
  arm(): void {
    this.#rung = false;
    if (!this.#listening) void this.#listen();
  }

  /** Waits until it has rung since it was armed, or so long. Rejects with the signal's reason. */
  async rung(longestMs: number, signal: AbortSignal | undefined): Promise<void> {
    const link = linkSignals([signal], undefined, this.#context.operation);
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, longestMs);
        const stop = (): void => {
          clearTimeout(timer);
          reject(link.signal.reason);
        };
        this.#wake = () => {
          clearTimeout(timer);
          link.signal.removeEventListener('abort', stop);
          resolve();
        };
        link.signal.addEventListener('abort', stop, { once: true });
        if (link.signal.aborted) stop();
        else if (this.#rung) this.#wake();
      });
    } finally {
      this.#wake = undefined;
      link.release();
    }
  }

  /** Takes it down. */
  close(): void {
    this.#hanging.abort(new Error('closed'));
  }

  /** An end of any kind rings too: whoever waits looks for itself what happened. */
  async #listen(): Promise<void> {
    this.#listening = true;
    try {
      const { body } = await this.#client.stream({
        ...toLogRequest(this.#container, { follow: true, tail: 0 }, this.#context),
        signal: this.#hanging.signal,
      });
      for await (const { length } of body) if (length > 0) this.#ring();
    } catch {
      // Whoever waits looks for itself.
    } finally {
      this.#listening = false;
      this.#ring();
    }
  }

  #ring(): void {
    this.#rung = true;
    this.#wake?.();
  }
}
