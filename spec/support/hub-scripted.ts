import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { KojiHubOptions } from '../../lib/koji/koji-hub-options.js';
import { KojiHubSession } from '../../lib/koji/koji-hub-session.js';
import { decodeArguments } from '../../lib/koji/keyword-arguments.js';
import { decodeMessage } from '../../lib/koji/xmlrpc-decode.js';
import { encodeFault, encodeResponse } from '../../lib/koji/xmlrpc-encode.js';
import type { XmlRpcStruct, XmlRpcValue } from '../../lib/koji/xmlrpc-value.js';

/** One request as the hub sees it. */
export interface HubCall {
  /** `rawUpload` for an upload. */
  readonly method: string;
  readonly args: readonly XmlRpcValue[];
  readonly keywords: XmlRpcStruct;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** To be destroyed, or looked into. */
  readonly connection: Socket;
}

/** What the hub does with a request. */
export type HubReply =
  | { readonly value: XmlRpcValue }
  | { readonly fault: readonly [code: number, text: string] }
  | { readonly status: number; readonly text?: string; readonly headers?: Record<string, string> }
  | { readonly xml: string; readonly headers?: Record<string, string> }
  /** Announces more than it sends. */
  | { readonly cut: string }
  /** Closes the connection without a word. */
  | 'drop'
  /** Says nothing. */
  | 'hang';

export type HubHandler = (call: HubCall) => HubReply | Promise<HubReply>;

/**
 * A hub that does as a spec says, over real HTTP or TLS on this machine. As under mod_wsgi, a request in chunks gets 411.
 * Stopping it fails when a request came that the spec did not speak of, or an answer was left over.
 */
export class ScriptedHub {
  /** Every request that was read in full. */
  readonly calls: HubCall[] = [];
  /** Connections accepted so far. */
  connections = 0;
  readonly #server: Server;
  readonly #tls: boolean;
  readonly #sockets = new Set<Socket>();
  readonly #sessions: KojiHubSession[] = [];
  readonly #answers: HubReply[] = [];
  readonly #faults: string[] = [];
  #handler: HubHandler | undefined;
  #nextBytes: ((socket: Socket, received: number) => void) | undefined;

  constructor(tls?: ServerOptions) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#receive(request, response);
    };
    this.#tls = tls !== undefined;
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#tls ? 'https' : 'http'}://127.0.0.1:${port}/kojihub`;
  }

  /** What it answers, one request after the other; before what `on` says. */
  answer(...replies: HubReply[]): void {
    this.#answers.push(...replies);
  }

  /** What it does with every request that has no answer laid ready. */
  on(handler: HubHandler): void {
    this.#handler = handler;
  }

  /** Is told of each piece of the next request's body as it comes in. */
  onNextBytes(handler: (socket: Socket, received: number) => void): void {
    this.#nextBytes = handler;
  }

  /** A session that is closed with the hub. Its waits are short. */
  session(options: KojiHubOptions = {}): KojiHubSession {
    const session = new KojiHubSession(this.url, {
      retryIntervalMs: 2,
      offlineRetryIntervalMs: 3,
      requestTimeoutMs: 5000,
      ...options,
    });
    this.#sessions.push(session);
    return session;
  }

  /** The same, logged in already as number 7. */
  loggedIn(options: KojiHubOptions = {}): KojiHubSession {
    return this.session({ session: { id: 7, key: 'old-key' }, ...options });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    const left = this.#answers.splice(0).length;
    this.#handler = (call) => (call.method === 'logout' ? { value: null } : { status: 500 });
    await Promise.all(this.#sessions.map((session) => session.close()));
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    if (left > 0) this.#faults.push(`${left} answers were left over`);
    if (this.#faults.length > 0) throw new Error(this.#faults.join('; '));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await this.#readBody(request);
    if (body === undefined) return;
    if (request.headers['transfer-encoding'] !== undefined) {
      response.writeHead(411, { 'content-type': 'text/html' }).end('<h1>Length Required</h1>');
      return;
    }
    try {
      const call = toCall(request, body);
      this.calls.push(call);
      const reply = this.#answers.shift() ?? (await this.#handler?.(call));
      if (reply === undefined) this.#faults.push(`unexpected request: ${call.method}`);
      send(reply ?? { status: 500, text: 'not scripted' }, response);
    } catch (error) {
      this.#faults.push(`a handler failed: ${String(error)}`);
      request.socket.destroy();
    }
  }

  async #readBody(request: IncomingMessage): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    const watch = this.#nextBytes;
    this.#nextBytes = undefined;
    let received = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        received += chunk.length;
        watch?.(request.socket, received);
      }
      return Buffer.concat(chunks);
    } catch {
      return undefined; // The client, or the spec, broke the connection.
    }
  }
}

/** A scripted hub for each spec of a `describe`. */
export function useScriptedHub(tls?: () => ServerOptions): () => ScriptedHub {
  let hub: ScriptedHub | undefined;
  beforeEach(async () => {
    hub = new ScriptedHub(tls?.());
    await hub.start();
  });
  afterEach(() => hub?.stop());
  return () => {
    if (hub === undefined) throw new Error('the scripted hub is used outside of its specs');
    return hub;
  };
}

function toCall(request: IncomingMessage, body: Buffer): HubCall {
  const url = new URL(request.url ?? '/', 'http://hub');
  const upload = request.headers['content-type'] === 'application/octet-stream';
  const message = upload ? undefined : decodeMessage(body, { doubles: 'exact' });
  const params = message?.kind === 'call' ? message.params : [];
  return {
    method: message?.kind === 'call' ? message.method : 'rawUpload',
    ...decodeArguments(params),
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
    connection: request.socket,
  };
}

function send(reply: HubReply, response: ServerResponse): void {
  if (reply === 'hang') return;
  if (reply === 'drop') {
    response.socket?.destroy();
    return;
  }
  if ('cut' in reply) {
    response.writeHead(200, { 'content-type': 'text/xml', 'content-length': reply.cut.length + 100 });
    response.write(reply.cut, () => response.socket?.destroy());
    return;
  }
  if ('status' in reply) {
    response.writeHead(reply.status, { 'content-type': 'text/html', ...reply.headers });
    response.end(reply.text);
    return;
  }
  const xml =
    'xml' in reply ? reply.xml : 'value' in reply ? encodeResponse(reply.value) : encodeFault(...reply.fault);
  const headers = 'headers' in reply ? reply.headers : {};
  response.writeHead(200, { 'content-type': 'text/xml', 'koji-version': '1.35.3', ...headers });
  response.end(xml);
}
