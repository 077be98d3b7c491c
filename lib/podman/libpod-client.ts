import { Readable, type Duplex } from 'node:stream';
import pRetry from 'p-retry';
import { Pool, type Dispatcher } from 'undici';
import { linkSignals, type LinkedSignal } from '../abort.js';
import { ContainerError } from '../errors.js';
import type { PodmanAddress } from './address.js';
import {
  isNeverSent,
  isTransient,
  toContainerError,
  toResponseError,
  type ErrorContext,
} from './wire-error.js';

/** The path version every request is made under: one wire shape from 4.0 to 5.x. See quirks.ts. */
const API_PREFIX = '/v4.0.0/libpod/';

/** An error body is read this far; copier errors dump kilobytes of Go structs. */
const MOST_ERROR_BYTES = 256 * 1024;

type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface LibpodRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/libpod/`, with its parts escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a tar archive. */
  readonly tar?: AsyncIterable<Uint8Array> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Limit of the whole call. `undefined`: the client's; 0: none. */
  readonly timeoutMs?: number | undefined;
  /** Whether it may be sent again after its answer was lost. GET and HEAD always may. */
  readonly idempotent?: boolean | undefined;
  /** For errors. */
  readonly context: ErrorContext;
}

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
 * HTTP to Podman's service: the only user of undici here. Short calls and streams have pools of their own, because a
 * stream holds its connection and would otherwise hold up what waits behind it.
 */
export class LibpodClient {
  readonly #control: Pool;
  readonly #streams: Pool;
  readonly #hijacked = new Set<Duplex>();
  readonly #options: LibpodClientOptions;
  readonly #closing = new AbortController();

  constructor(address: PodmanAddress, options: LibpodClientOptions) {
    const { origin, connect } = toPoolTarget(address);
    // Our own deadlines and signals end calls; undici's would cut what is silent for good reason.
    const common: Pool.Options = { connect, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 };
    this.#control = new Pool(origin, { ...common, connections: 16 });
    this.#streams = new Pool(origin, common);
    this.#options = options;
  }

  /** Makes a call and reads its whole answer. Statuses from 400 on reject. */
  call(request: LibpodRequest): Promise<LibpodAnswer> {
    return this.#retrying(request, async (signal) => {
      const response = await this.#send(this.#control, request, signal);
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
      return { headers: response.headers, body: readBody(response.body, request.context, link) };
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
      const socket = await this.#upgrade(request, link.signal);
      this.#hijacked.add(socket);
      socket.once('close', () => this.#hijacked.delete(socket));
      return socket;
    } catch (error) {
      throw toContainerError(error, request.context, link.signal);
    } finally {
      link.release();
    }
  }

  /** Aborts once this client is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends everything in flight and every connection. */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort(
        new ContainerError('CLOSED', 'the container manager is closed', { operation: 'close' }),
      );
    }
    for (const socket of this.#hijacked) socket.destroy(this.#closing.signal.reason as Error);
    await Promise.all([this.#control.destroy(), this.#streams.destroy()]);
  }

  #retrying<T>(request: LibpodRequest, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const repeatable = request.idempotent ?? (request.method === 'GET' || request.method === 'HEAD');
    // A request body stream is spent after one attempt.
    const retries = request.tar === undefined ? this.#options.retries : 0;
    const link = this.#link(request, request.timeoutMs ?? this.#options.requestTimeoutMs);
    return pRetry(
      async () => {
        try {
          return await attempt(link.signal);
        } catch (error) {
          throw toContainerError(error, request.context, link.signal);
        }
      },
      {
        retries,
        minTimeout: 50,
        maxTimeout: 1000,
        randomize: true,
        // The signal is not given to p-retry, which drops the result of an attempt that succeeds while it aborts.
        shouldRetry: ({ error }) =>
          !link.signal.aborted && (isNeverSent(error) || (repeatable && isTransient(error))),
      },
    ).finally(() => {
      link.release();
    });
  }

  async #send(pool: Pool, request: LibpodRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    signal.throwIfAborted();
    const response = await pool.request({
      method: request.method,
      path: toPath(request),
      headers: toHeaders(request),
      body: toBody(request),
      signal,
    });
    if (response.statusCode < 400) return response;
    throw toResponseError(response.statusCode, await readErrorText(response), request.context);
  }

  /**
   * `client.upgrade()` of undici would drop status and body of a refusal (it throws "bad upgrade"); a handler of our
   * own gets both.
   */
  #upgrade(request: LibpodRequest, signal: AbortSignal): Promise<Duplex> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      let status = 0;
      const refusal: Buffer[] = [];
      let onAbort: (() => void) | undefined;
      const settled = (): void => {
        if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
      };
      this.#streams.dispatch(
        {
          method: request.method,
          path: toPath(request),
          headers: toHeaders(request),
          body: toBody(request),
          upgrade: 'tcp',
        },
        {
          onRequestStart(controller) {
            onAbort = () => {
              controller.abort(signal.reason as Error);
            };
            signal.addEventListener('abort', onAbort, { once: true });
          },
          onRequestUpgrade(_controller, _status, _headers, socket) {
            settled();
            resolve(socket);
          },
          onResponseStart(_controller, statusCode) {
            status = statusCode;
          },
          onResponseData(_controller, chunk) {
            refusal.push(chunk);
          },
          onResponseEnd() {
            settled();
            const text = Buffer.concat(refusal).toString('utf8', 0, MOST_ERROR_BYTES);
            reject(toResponseError(status, text, request.context));
          },
          onResponseError(_controller, error) {
            settled();
            reject(error);
          },
        },
      );
    });
  }

  #link(request: LibpodRequest, timeoutMs: number): LinkedSignal {
    return linkSignals([request.signal, this.#closing.signal], timeoutMs, request.context.operation);
  }
}

/** Escapes the values put into a path below `/libpod/`. */
export function libpodPath(strings: TemplateStringsArray, ...values: readonly string[]): string {
  return strings.reduce((path, part, index) => path + encodeURIComponent(values[index - 1] ?? '') + part);
}

function toPoolTarget(address: PodmanAddress): {
  origin: string;
  connect: NonNullable<Pool.Options['connect']>;
} {
  // The host's name means nothing on a unix socket; it only fills the Host header.
  if (address.kind === 'unix') return { origin: 'http://podman', connect: { socketPath: address.path } };
  return { origin: `http://${address.host}:${address.port}`, connect: {} };
}

function toPath(request: LibpodRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value === undefined) continue;
    for (const item of typeof value === 'object' ? value : [value]) query.append(name, String(item));
  }
  const text = query.toString();
  return `${API_PREFIX}${request.path}${text === '' ? '' : `?${text}`}`;
}

/** Never a form's type: the service would take such a body for parameters, answer 200 and write nothing. */
function toHeaders(request: LibpodRequest): Record<string, string> {
  const headers: Record<string, string> = { ...request.headers };
  if (request.json !== undefined) headers['content-type'] = 'application/json';
  if (request.tar !== undefined) headers['content-type'] = 'application/x-tar';
  return headers;
}

function toBody(request: LibpodRequest): string | Readable | null {
  if (request.tar !== undefined) return Readable.from(request.tar, { objectMode: false });
  return request.json === undefined ? null : JSON.stringify(request.json);
}

async function readErrorText(response: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MOST_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MOST_ERROR_BYTES);
}

function readBody(
  body: Dispatcher.ResponseData['body'],
  context: ErrorContext,
  link: LinkedSignal,
): AsyncIterable<Uint8Array> {
  // An abort before anybody reads would otherwise be an unhandled 'error' event (undici#3353).
  body.on('error', () => undefined);
  body.once('close', () => {
    link.release();
  });
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
      } catch (error) {
        throw toContainerError(error, context, link.signal);
      }
    },
  };
}
