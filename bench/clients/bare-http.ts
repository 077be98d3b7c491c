import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Duplex, Readable } from 'node:stream';

const API = '/v4.0.0/libpod/';

/** Plain requests over a unix socket: no time limits, no retries, no signals. */
export class BareHttp {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = await readText(await this.send(method, path, body));
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** The answer's head; its body is still to be read. */
  send(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(this.#options(method, path, 'application/json'), resolve).once('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    }).then(refuse);
  }

  upload(path: string, tar: Pick<Readable, 'pipe'>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(this.#options('PUT', path, 'application/x-tar'), resolve).once('error', reject);
      tar.pipe(sent);
    }).then(refuse);
  }

  /** The connection after it was handed over, and what came with the answer's head. */
  hijack(path: string, body: unknown): Promise<{ readonly socket: Duplex; readonly head: Buffer }> {
    return new Promise((resolve, reject) => {
      const options = this.#options('POST', path, 'application/json', {
        connection: 'Upgrade',
        upgrade: 'tcp',
      });
      request({ ...options, agent: false })
        .once('error', reject)
        .once('response', ({ statusCode }) => {
          reject(new Error(`HTTP status ${statusCode ?? 0}`));
        })
        .once('upgrade', (_answer, socket, head) => {
          resolve({ socket, head });
        })
        .end(JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #options(method: string, path: string, type: string, more?: Record<string, string>): RequestOptions {
    const headers = { 'content-type': type, ...more };
    return { socketPath: this.#socketPath, agent: this.#agent, method, path: API + path, headers };
  }
}

/** The text of an answer, or of anything else to its end. */
export async function readText(source: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function refuse(answer: unknown): Promise<IncomingMessage> {
  const response = answer as IncomingMessage;
  if ((response.statusCode ?? 0) < 400) return response;
  throw new Error(`HTTP status ${response.statusCode ?? 0}: ${await readText(response)}`);
}
