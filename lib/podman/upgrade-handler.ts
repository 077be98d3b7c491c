import type { Duplex } from 'node:stream';
import { ContainerError } from '../errors.js';
import { MOST_ERROR_BYTES } from './response-body.js';
import { toResponseError, type ErrorContext } from './wire-error.js';

/** The part of undici's request controller that is used here. */
interface RequestController {
  abort(reason: Error): void;
}

const OK = 200;
const FIRST_ERROR_STATUS = 400;

/**
 * What undici's `dispatch` calls for a request after which the connection is ours.
 *
 * @remarks
 * `client.upgrade()` of undici would drop the status and the body of a refusal: it throws "bad upgrade". It also hears no
 * signal before the request is on its way, hence the listener here.
 */
export class UpgradeHandler {
  /** The connection; rejects with the refusal, what broke it, or the signal's reason. */
  readonly socket: Promise<Duplex>;
  readonly #signal: AbortSignal;
  readonly #context: ErrorContext;
  readonly #refusal: Buffer[] = [];
  #refusalBytes = 0;
  #status = 0;
  #controller: RequestController | undefined;
  #resolve!: (socket: Duplex) => void;
  #reject!: (error: unknown) => void;

  constructor(signal: AbortSignal, context: ErrorContext) {
    this.#signal = signal;
    this.#context = context;
    this.socket = new Promise<Duplex>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: RequestController): void {
    this.#controller = controller;
    if (this.#signal.aborted) this.#onAbort();
  }

  onRequestUpgrade(_controller: RequestController, _status: number, _headers: unknown, socket: Duplex): void {
    // Nobody else listens yet, and an 'error' that nobody hears ends the process.
    socket.on('error', () => undefined);
    if (this.#signal.aborted) socket.destroy();
    else this.#resolve(socket);
  }

  onResponseStart(controller: RequestController, status: number): void {
    this.#status = status;
    if (status < OK || status >= FIRST_ERROR_STATUS) return;
    const message = `${this.#context.operation}: the connection was not handed over (HTTP status ${status}); is there a proxy before Podman?`;
    controller.abort(new ContainerError('PROTOCOL_ERROR', message, { ...this.#context, status }));
  }

  onResponseData(controller: RequestController, chunk: Buffer): void {
    this.#refusal.push(chunk);
    this.#refusalBytes += chunk.length;
    if (this.#refusalBytes >= MOST_ERROR_BYTES) controller.abort(this.#refused());
  }

  onResponseEnd(): void {
    this.#reject(this.#refused());
  }

  onResponseError(_controller: RequestController, error: Error): void {
    this.#reject(error);
  }

  readonly #onAbort = (): void => {
    this.#reject(this.#signal.reason);
    this.#controller?.abort(new Error('aborted'));
  };

  #refused(): ContainerError {
    const text = Buffer.concat(this.#refusal).toString('utf8', 0, MOST_ERROR_BYTES);
    return toResponseError(this.#status, text, this.#context);
  }
}
