import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import pRetry from 'p-retry';
import { Pool, type Dispatcher } from 'undici';
import { linkSignals, type LinkedSignal } from '../abort.js';
import { ContainerError } from '../errors.js';
import type { PodmanAddress } from './address.js';
import { isRepeatable, toHttpRequest, type LibpodRequest } from './libpod-request.js';
import { readErrorText, streamBody } from './response-body.js';
import { UpgradeHandler } from './upgrade-handler.js';
import { isNeverSent, isTransient, toContainerError, toResponseError } from './wire-error.js';

export { libpodPath, type LibpodRequest } from './libpod-request.js';

/** Of calls that share the default time limit. More at once would only wait for Podman's own locks. */
const MOST_CONTROL_CONNECTIONS = 16;

export interface LibpodAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface LibpodStream {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Its `break` closes the connection. Fails with a mapped error when the connection breaks. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface LibpodClientOptions {
  readonly requestTimeoutMs: number;
  readonly retries: number;
}

/**
 * HTTP to Podman's service: the only user of undici here. Short calls and those that last have pools of their own,
 * because what lasts holds its connection and would otherwise hold up what waits behind it.
 */
export class LibpodClient {
  readonly #control: Pool;
  readonly #streams: Pool;
  readonly #hijacked = new Set<Duplex>();
  readonly #options: LibpodClientOptions;
  readonly #closing = new AbortController();
  readonly #closed = new AbortController();
  readonly #held = new Set<Promise<unknown>>();
  #ended: Promise<void> | undefined;

  constructor(address: PodmanAddress, options: LibpodClientOptions) {
    const { origin, connect } = toPoolTarget(address);
    // Our own deadlines and signals end calls; undici's would cut what is silent for good reason.
    const common: Pool.Options = { connect, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 };
    this.#control = new Pool(origin, { ...common, connections: MOST_CONTROL_CONNECTIONS });
    this.#streams = new Pool(origin, common);
    this.#options = options;
    // One for each call in flight; Node would warn of a leak from the eleventh on.
    setMaxListeners(0, this.#closing.signal, this.#closed.signal);
  }

  /** Makes a call and reads its whole answer. Statuses from 400 on reject. */
  call(request: LibpodRequest): Promise<LibpodAnswer> {
    const pool = request.timeoutMs === undefined ? this.#control : this.#streams;
    return this.#retrying(request, async (signal) => {
      const response = await this.#send(pool, request, signal);
      return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
    });
  }

  /** Makes a call whose answer is JSON. */
  async json<T>(request: LibpodRequest): Promise<T> {
    const { text, status } = await this.call(request);
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new ContainerError(
        'PROTOCOL_ERROR',
        `${request.context.operation}: Podman's answer is not JSON`,
        {
          ...request.context,
          status,
          runtimeMessage: text.slice(0, 1000),
          cause: error,
        },
      );
    }
  }

  /** Makes a call and hands its answer on as it comes. The time limit, if one is given, is for all of it. */
  async stream(request: LibpodRequest): Promise<LibpodStream> {
    const link = this.#link(request, request.timeoutMs ?? 0);
    try {
      const response = await this.#send(this.#streams, request, link.signal);
      return { headers: response.headers, body: streamBody(response.body, request.context, link) };
    } catch (error) {
      link.release();
      throw toContainerError(error, request.context, link.signal);
    }
  }

  /**
   * Makes a call after which the connection carries raw bytes both ways. The signal counts until then; afterwards the
   * connection is the caller's to destroy.
   */
  async hijack(request: LibpodRequest): Promise<Duplex> {
    const link = this.#link(request, request.timeoutMs ?? this.#options.requestTimeoutMs);
    try {
      link.signal.throwIfAborted();
      const handler = new UpgradeHandler(link.signal, request.context);
      this.#streams.dispatch({ ...toHttpRequest(request), upgrade: 'tcp' }, handler);
      const socket = await handler.socket;
      this.#hijacked.add(socket);
      socket.once('close', () => this.#hijacked.delete(socket));
      return socket;
    } catch (error) {
      throw toContainerError(error, request.context, link.signal);
    } finally {
      link.release();
    }
  }

  /** Aborts when this client begins to close: what is to be ended or undone then still can be. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Has a close wait until this settles, with calls still being made. */
  hold(work: Promise<unknown>): void {
    this.#held.add(work);
    const release = (): void => void this.#held.delete(work);
    work.then(release, release);
  }

  /**
   * Does work that undoes itself when its signal aborts: the caller's, or that of a close, which waits for it.
   */
  undertake<T>(
    operation: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const link = linkSignals([signal, this.#closing.signal], 0, operation);
    const working = work(link.signal).finally(() => {
      link.release();
    });
    this.hold(working);
    return working;
  }

  /** Ends everything in flight and every connection. */
  close(): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  async #close(): Promise<void> {
    const reason = new ContainerError('CLOSED', 'the container manager is closed', { operation: 'close' });
    this.#closing.abort(reason);
    while (this.#held.size > 0) await Promise.allSettled(this.#held);
    this.#closed.abort(reason);
    for (const socket of this.#hijacked) socket.destroy(reason);
    await Promise.all([this.#control.destroy(), this.#streams.destroy()]);
  }

  async #retrying<T>(request: LibpodRequest, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const repeatable = isRepeatable(request);
    const link = this.#link(request, request.timeoutMs ?? this.#options.requestTimeoutMs);
    const answers: T[] = [];
    try {
      await pRetry(
        async () => {
          try {
            answers.push(await attempt(link.signal));
          } catch (error) {
            throw toContainerError(error, request.context, link.signal);
          }
        },
        {
          // A request body stream is spent after one attempt.
          retries: request.tar === undefined ? this.#options.retries : 0,
          minTimeout: 50,
          maxTimeout: 1000,
          randomize: true,
          signal: link.signal,
          shouldRetry: ({ error }) => isNeverSent(error) || (repeatable && isTransient(error)),
        },
      );
    } catch (error) {
      // p-retry rejects when the signal aborts while an attempt succeeds, and takes reasons that are no errors for a fault.
      if (answers.length === 0) throw link.signal.aborted ? link.signal.reason : error;
    } finally {
      link.release();
    }
    return answers[0] as T;
  }

  async #send(pool: Pool, request: LibpodRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    signal.throwIfAborted();
    const response = await pool.request({ ...toHttpRequest(request), signal });
    if (response.statusCode < 400) return response;
    throw toResponseError(response.statusCode, await readErrorText(response.body), request.context);
  }

  #link(request: LibpodRequest, timeoutMs: number): LinkedSignal {
    return linkSignals([request.signal, this.#closed.signal], timeoutMs, request.context.operation);
  }
}

function toPoolTarget(address: PodmanAddress): {
  origin: string;
  connect: NonNullable<Pool.Options['connect']>;
} {
  // The host's name means nothing on a unix socket; it only fills the Host header.
  if (address.kind === 'unix') return { origin: 'http://podman', connect: { socketPath: address.path } };
  return { origin: `http://${address.host}:${address.port}`, connect: {} };
}
