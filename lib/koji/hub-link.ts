import type { HubRequest } from './hub-request.js';
import { HubTransport, type HubAnswer } from './hub-transport.js';
import { toStatusError, toTransportError } from './hub-wire-error.js';
import { KojiError, KojiTransportError } from './koji-error.js';
import type { ResolvedKojiHubOptions } from './koji-hub-options.js';
import { XmlRpcDecoder, type XmlRpcMessage } from './xmlrpc-decode.js';
import type { XmlRpcValue } from './xmlrpc-value.js';

export interface ExchangeOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly renegotiable?: boolean | undefined;
}

/** What came back, whether it is the hub's answer or its web server's. */
export interface Exchange {
  readonly answer: HubAnswer;
  /** Where the status is 200. */
  readonly message: XmlRpcMessage | undefined;
}

/** One hub: requests out, messages in. */
export class HubLink {
  readonly options: ResolvedKojiHubOptions;
  readonly #transport: HubTransport;
  #hubVersion: string | undefined;

  constructor(options: ResolvedKojiHubOptions) {
    this.options = options;
    this.#transport = new HubTransport(options);
  }

  /** What the hub last said it is; hubs before 1.35 say nothing. */
  get hubVersion(): string | undefined {
    return this.#hubVersion;
  }

  /** Sends a request once and gives its result. Faults and bad statuses reject. */
  async call(request: HubRequest, options: ExchangeOptions): Promise<XmlRpcValue> {
    return resultOf(await this.exchange(request, options), request.method);
  }

  /** Sends a request once and gives whatever comes back. */
  async exchange(request: HubRequest, options: ExchangeOptions): Promise<Exchange> {
    const { method, body } = request;
    const decoder = new XmlRpcDecoder();
    const answer = await this.#transport.post({
      method,
      body,
      path: this.#path(request),
      headers: { 'User-Agent': this.options.userAgent, ...request.headers },
      onData: (piece) => {
        decoder.write(piece);
      },
      ...options,
    });
    const version = answer.headers['koji-version'];
    if (typeof version === 'string') this.#hubVersion = version;
    return { answer, message: answer.status === 200 ? ended(decoder, method) : undefined };
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #path({ path, query }: HubRequest): string {
    const base = this.options.url.pathname;
    const whole = path === '' ? base : `${base.replace(/\/+$/, '')}${path}`;
    return query.length === 0 ? whole : `${whole}?${new URLSearchParams(query).toString()}`;
  }
}

/** The result in what came back. Faults and bad statuses throw. */
export function resultOf({ answer, message }: Exchange, method: string): XmlRpcValue {
  if (message === undefined) throw toStatusError(answer.status, answer.text, method);
  if (message.kind === 'fault') throw new KojiError(method, message.faultCode, message.faultString);
  if (message.kind === 'response') return message.value;
  throw new KojiTransportError('PROTOCOL_ERROR', 'the hub answered with a call', { method });
}

function ended(decoder: XmlRpcDecoder, method: string): XmlRpcMessage {
  try {
    return decoder.end();
  } catch (error) {
    throw toTransportError(error, method);
  }
}
