import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibpodClient, type LibpodClientOptions } from '../../lib/podman/libpod-client.js';
import { parsePodmanAddress } from '../../lib/podman/address.js';

const PREFIX = '/v4.0.0/libpod/';
/** How long connections have to close after a spec. */
const SETTLE_MS = 1000;

/** One request, and all that a hostile service can do with it. */
export interface Exchange {
  readonly method: string;
  /** Below `/v4.0.0/libpod/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** To be destroyed, reset, or written to behind HTTP's back. */
  readonly connection: Socket;
  readonly response: ServerResponse;
  /** Answers with JSON, or text as it is. */
  readonly reply: (status: number, body?: unknown, headers?: Record<string, string>) => void;
  /** Answers 101 and hands over the connection, with what the client sent after its request. */
  readonly upgrade: () => Socket;
}

export type ExchangeHandler = (exchange: Exchange) => void | Promise<void>;

/**
 * A service that does as a spec says, over real HTTP on a temporary unix socket (or a port of this machine). Stopping it
 * fails when a connection was left open or a request came that the spec did not speak of.
 */
export class ScriptedService {
  /** `POST containers/create`, one for each request so far. */
  readonly requests: string[] = [];
  /** Connections accepted so far. */
  connections = 0;
  readonly #server: Server;
  readonly #folder: string;
  readonly #handlers = new Map<string, ExchangeHandler>();
  readonly #open = new Map<Socket, string>();
  readonly #clients: LibpodClient[] = [];
  readonly #faults: string[] = [];
  #address = '';

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
    this.#server = createServer((request, response) => void this.#receive(request, response));
    this.#server.keepAliveTimeout = 0;
    this.#server.on('upgrade', (request, stream, head) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as near as later Nodes come
      void this.#receiveUpgrade(request, stream as Socket, head);
    });
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#open.set(socket, 'nothing yet');
      socket.on('error', () => undefined);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  get address(): string {
    return this.#address;
  }

  async start(transport: 'unix' | 'tcp'): Promise<void> {
    const path = join(this.#folder, 's.sock');
    if (transport === 'unix') this.#server.listen(path);
    else this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#address =
      transport === 'unix'
        ? `unix://${path}`
        : `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What it does with a request such as `POST exec/*\/start`; `*` is any one part. The last word counts. */
  on(route: string, handler: ExchangeHandler): void {
    this.#handlers.set(route, handler);
  }

  /** A client that is closed with the service. */
  client(options: Partial<LibpodClientOptions> = {}): LibpodClient {
    const client = new LibpodClient(parsePodmanAddress('address', this.#address), {
      requestTimeoutMs: 5000,
      retries: 0,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** What the connections that are in use are in use for. */
  get busy(): readonly string[] {
    return [...this.#open.values()].filter((use) => use !== 'nothing' && use !== 'nothing yet');
  }

  /** Resolves when no connection is in use, rejects when that takes too long. */
  async settled(): Promise<void> {
    const deadline = performance.now() + SETTLE_MS;
    while (this.busy.length > 0) {
      if (performance.now() > deadline)
        throw new Error(`connections were left in use: ${this.busy.join(', ')}`);
      for (const socket of this.#open.keys()) probe(socket);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Closes the connections that no request is on, and lets the other side see it. */
  async closeIdle(): Promise<void> {
    const idle = [...this.#open].filter(([, use]) => use === 'nothing').map(([socket]) => socket);
    await Promise.all(idle.map((socket) => once(socket.destroy(), 'close')));
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  }

  async stop(): Promise<void> {
    try {
      await this.settled();
      await Promise.all(this.#clients.map((client) => client.close()));
      const deadline = performance.now() + SETTLE_MS;
      while (this.#open.size > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (this.#open.size > 0) throw new Error('connections outlived their client');
      if (this.#faults.length > 0) throw new Error(this.#faults.join('; '));
    } finally {
      for (const socket of this.#open.keys()) socket.destroy();
      this.#server.close();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open.set(request.socket, nameOf(request));
    response.once('close', () => {
      if (this.#open.has(request.socket)) this.#open.set(request.socket, 'nothing');
    });
    let body: Buffer;
    try {
      body = await readAll(request);
    } catch {
      return; // The client went away while it sent.
    }
    await this.#handle(request, response, body);
  }

  /**
   * Up to Node 24, what follows the request's head comes from its connection, body and all; later ones read the body by
   * themselves and hand over a stream of what follows it.
   */
  async #receiveUpgrade(request: IncomingMessage, stream: Socket, head: Buffer): Promise<void> {
    this.#open.set(request.socket, nameOf(request));
    const ownBody = !request.complete || request.readableLength > 0;
    const body = ownBody ? await readAll(request) : await takeBody(request, stream, head);
    const response = new ServerResponse(request);
    response.assignSocket(stream);
    await this.#handle(request, response, body, stream);
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    stream: Socket = request.socket,
  ): Promise<void> {
    const exchange = toExchange(request, response, body, stream);
    this.requests.push(`${exchange.method} ${exchange.path}`);
    const handler = this.#find(exchange);
    if (handler === undefined) {
      this.#faults.push(`unexpected request: ${exchange.method} ${exchange.path}`);
      exchange.reply(500, { cause: 'not scripted', message: 'not scripted', response: 500 });
      return;
    }
    try {
      await handler(exchange);
    } catch (error) {
      this.#faults.push(`the handler of ${exchange.method} ${exchange.path} failed: ${String(error)}`);
      request.socket.destroy();
    }
  }

  #find(exchange: Exchange): ExchangeHandler | undefined {
    const parts = `${exchange.method} ${exchange.path}`.split('/');
    for (const [route, handler] of [...this.#handlers].reverse()) {
      const wanted = route.split('/');
      if (wanted.length === parts.length && wanted.every((part, i) => part === '*' || part === parts[i]))
        return handler;
    }
    return undefined;
  }
}

/** A route's handler that answers nothing, and the exchanges it has got. */
export class Held {
  #wake: ((exchange: Exchange) => void) | undefined;

  readonly handler = (exchange: Exchange): void => {
    this.#wake?.(exchange);
  };

  /** The next exchange to come. */
  next(): Promise<Exchange> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

/** Destroys the connection without an answer. */
export function cut({ connection }: Exchange): void {
  connection.destroy();
}

/** A scripted service for each spec of a `describe`. */
export function useScriptedService(transport: 'unix' | 'tcp' = 'unix'): () => ScriptedService {
  let service: ScriptedService | undefined;
  beforeEach(async () => {
    service = new ScriptedService();
    await service.start(transport);
  });
  afterEach(() => service?.stop());
  return () => {
    if (service === undefined) throw new Error('the scripted service is used outside of its specs');
    return service;
  };
}

function nameOf(request: IncomingMessage): string {
  return `${request.method ?? ''} ${(request.url ?? '').replace(PREFIX, '')}`;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function takeBody(request: IncomingMessage, socket: Socket, head: Buffer): Promise<Buffer> {
  const length = Number(request.headers['content-length'] ?? 0);
  let received = head;
  while (received.length < length) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received = Buffer.concat([received, chunk]);
  }
  socket.pause();
  if (received.length > length) socket.unshift(received.subarray(length));
  return received.subarray(0, length);
}

function toExchange(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  stream: Socket,
): Exchange {
  const url = new URL(request.url ?? '/', 'http://service');
  return {
    method: request.method ?? '',
    path: url.pathname.replace(PREFIX, ''),
    query: url.searchParams,
    headers: request.headers,
    body,
    connection: request.socket,
    response,
    reply(status, answer, headers = {}) {
      const text = typeof answer === 'string' ? answer : answer === undefined ? '' : JSON.stringify(answer);
      const type = typeof answer === 'string' ? 'text/plain' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...headers }).end(text);
    },
    upgrade() {
      response.detachSocket(stream);
      stream.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      return stream.resume();
    },
  };
}

/** Finds out whether the other side has closed its end altogether, or only said that it sends no more. */
function probe(socket: Socket): void {
  socket.resume();
  if (!socket.readableEnded) return;
  if (socket.writable) socket.write('\0');
  else socket.destroy();
}
