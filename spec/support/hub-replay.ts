import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hubCertificates } from './hub-certificates.js';
import { bodyOf, type RecordedExchange } from './hub-recordings.js';

/**
 * A hub that answers as a real one once did: each request must be the recorded one that is next, byte for byte, and gets the
 * recorded answer.
 */
export class ReplayHub {
  /** What was not as recorded. */
  readonly differences: string[] = [];
  /** Requests that were answered. */
  answered = 0;
  readonly #plain: Server;
  readonly #tls: Server;
  readonly #expected: RecordedExchange[] = [];
  /** Sessions whose numbers upstream's client began anew when it renewed them, and ours did not. */
  readonly #renewed = new Map<string, number>();

  constructor() {
    const { ca, server } = hubCertificates();
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#receive(request, response);
    };
    const tls = { ca, cert: server.pem, key: server.pem, requestCert: true, rejectUnauthorized: false };
    this.#plain = createServer(listener);
    this.#tls = createTlsServer(tls, listener);
  }

  async start(): Promise<void> {
    for (const server of [this.#plain, this.#tls]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
  }

  stop(): void {
    for (const server of [this.#plain, this.#tls]) {
      server.closeAllConnections();
      server.close();
    }
  }

  /** Where the hub of an exchange is. */
  url({ tls, url }: RecordedExchange): string {
    const { port } = (tls === true ? this.#tls : this.#plain).address() as AddressInfo;
    const path = new URL(url, 'http://hub').pathname.replace('/ssllogin', '');
    return `${tls === true ? 'https' : 'http'}://127.0.0.1:${port}${path}`;
  }

  /** The requests that are to come next. */
  expect(exchanges: readonly RecordedExchange[]): void {
    this.#expected.push(...exchanges);
  }

  /** What has not come. */
  get missing(): readonly RecordedExchange[] {
    return this.#expected;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const exchange = this.#expected.shift();
    if (exchange === undefined) {
      this.differences.push(`nothing was recorded for ${String(request.url)}`);
      response.writeHead(500).end();
      return;
    }
    const different = (what: string, ours: unknown, theirs: unknown): void => {
      if (ours !== theirs)
        this.differences.push(
          `${exchange.seq} ${exchange.method} ${what}: ${String(ours)} not ${String(theirs)}`,
        );
    };
    const { headers } = exchange.request;
    const body = bodyOf(exchange.request);
    different('url', decoded(request.url ?? ''), decoded(exchange.url));
    const recorded = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    for (const name of ['content-type', 'content-length', 'koji-session-id', 'koji-session-key']) {
      different(name, request.headers[name], recorded[name]);
    }
    different('call number', request.headers['koji-session-callnum'], this.#callnum(exchange));
    if (!Buffer.concat(chunks).equals(body))
      different('body', Buffer.concat(chunks).toString(), body.toString());
    this.#noteRenewal(exchange, request);
    this.answered += 1;
    response.writeHead(exchange.status, exchange.response.headers).end(bodyOf(exchange.response));
  }

  #callnum({ request: { headers } }: RecordedExchange): string | undefined {
    const id = headers['Koji-Session-Id'] ?? '';
    const counted = this.#renewed.get(id);
    if (counted === undefined) return headers['Koji-Session-Callnum'];
    this.#renewed.set(id, counted + 1);
    return String(counted + 1);
  }

  #noteRenewal({ method, response, request }: RecordedExchange, ours: IncomingMessage): void {
    const id = request.headers['Koji-Session-Id'];
    const isLogin = method === 'login' || method === 'sslLogin';
    if (!isLogin || id === undefined || response.reading == null || 'fault' in response.reading) return;
    this.#renewed.set(id, Number(ours.headers['koji-session-callnum']));
  }
}

function decoded(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://hub');
  return `${pathname} ${JSON.stringify([...searchParams])}`;
}
