import type { ConnectionOptions } from 'node:tls';
import { buildConnector, Pool, type Dispatcher } from 'undici';
import { linkSignals, type LinkedSignal } from '../abort.js';
import { PodrootError } from '../errors.js';
import { toTransportError } from './hub-wire-error.js';
import { KojiTransportError } from './koji-error.js';

/** An answer of a web server is read this far for its words. */
const MOST_ERROR_BYTES = 64 * 1024;

export interface HubPost {
  /** The hub's method, for errors. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Limit of the whole exchange. */
  readonly timeoutMs: number;
  /** Over a connection of its own that goes no further than TLS 1.2. */
  readonly renegotiable?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Is given the body of an answer with status 200, piece by piece. What it throws ends the exchange. */
  onData(piece: Uint8Array): void;
}

export interface HubAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body's beginning, where the status is not 200. */
  readonly text: string;
}

export interface HubTransportOptions {
  readonly url: URL;
  readonly tls: ConnectionOptions;
  readonly maxResponseBytes: number;
}

/**
 * HTTP to a hub: the only user of undici here. Bodies are bytes, so that every request has a Content-Length: hubs under
 * mod_wsgi answer 411 to chunks.
 */
export class HubTransport {
  readonly #options: HubTransportOptions;
  readonly #pool: Pool;
  #renegotiable: Pool | undefined;
  readonly #closing = new AbortController();
  #alert: Error | undefined;

  constructor(options: HubTransportOptions) {
    this.#options = options;
    this.#pool = this.#createPool({});
  }

  /** Sends one request, once. Rejects with a mapped error, or the signal's reason. */
  async post(request: HubPost): Promise<HubAnswer> {
    const link = linkSignals([request.signal, this.#closing.signal], request.timeoutMs, request.method);
    try {
      link.signal.throwIfAborted();
      this.#alert = undefined;
      const pool = request.renegotiable === true ? this.#renegotiablePool() : this.#pool;
      const response = await pool.request({
        method: 'POST',
        path: request.path,
        headers: request.headers,
        body: request.body,
        signal: link.signal,
      });
      return await this.#read(response, request);
    } catch (error) {
      throw this.#toError(error, request, link);
    } finally {
      link.release();
    }
  }

  /** Ends everything in flight and every connection. */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted)
      this.#closing.abort(new PodrootError('CLOSED', 'the session with the hub is closed'));
    await Promise.all([this.#pool.destroy(), this.#renegotiable?.destroy()]);
  }

  async #read(response: Dispatcher.ResponseData, request: HubPost): Promise<HubAnswer> {
    const { statusCode: status, headers } = response;
    const most = status === 200 ? this.#options.maxResponseBytes : MOST_ERROR_BYTES;
    const texts: Buffer[] = [];
    let length = 0;
    for await (const piece of response.body as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > most && status !== 200) break;
      if (length > most)
        throw new KojiTransportError('RESPONSE_LIMIT', `the hub's answer is larger than ${most} bytes`, {
          method: request.method,
          status,
        });
      if (status === 200) request.onData(piece);
      else texts.push(piece);
    }
    return { status, headers, text: Buffer.concat(texts).toString('utf8') };
  }

  #toError(error: unknown, request: HubPost, link: LinkedSignal): unknown {
    if (request.signal?.aborted === true) return request.signal.reason;
    if (this.#closing.signal.aborted) return this.#closing.signal.reason;
    if (link.signal.aborted)
      return new KojiTransportError('DEADLINE_EXCEEDED', `no answer within ${request.timeoutMs} ms`, {
        method: request.method,
      });
    return toTransportError(this.#alert ?? error, request.method);
  }

  /**
   * Apache asks for the certificate of a `Location` after the handshake. In TLS 1.3 that takes an extension that Node does
   * not offer (nodejs/node#36926); in TLS 1.2 the connection is renegotiated, which it can.
   */
  #renegotiablePool(): Pool {
    this.#renegotiable ??= this.#createPool({ maxVersion: 'TLSv1.2' });
    return this.#renegotiable;
  }

  #createPool(tls: ConnectionOptions): Pool {
    const { url } = this.#options;
    // A session is serial, and a negotiation may be bound to its connection.
    const serial: Pool.Options = { connections: 1, pipelining: 1 };
    // Our own deadlines and signals end calls; undici's would cut what is silent for good reason.
    const common: Pool.Options = { ...serial, headersTimeout: 0, bodyTimeout: 0 };
    const connect = buildConnector({ ...this.#options.tls, ...tls } as buildConnector.BuildOptions);
    return new Pool(url.origin, {
      ...common,
      connect: (options, callback) => {
        connect(options, (...[error, socket]: Parameters<typeof callback>) => {
          // In TLS 1.3 the hub's refusal of a certificate comes after the handshake, and undici reports the end that follows.
          socket?.on('error', (reason: NodeJS.ErrnoException) => {
            if (reason.code?.startsWith('ERR_SSL_') === true) this.#alert ??= reason;
          });
          if (error === null) callback(error, socket);
          else callback(error, null);
        });
      },
    });
  }
}
