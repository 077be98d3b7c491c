import type { HubLink, ExchangeOptions, Exchange } from './hub-link.js';
import { resultOf } from './hub-link.js';
import type { HubRequest } from './hub-request.js';
import { toStatusError } from './hub-wire-error.js';
import { KojiTransportError } from './koji-error.js';
import type { KojiLogin, KojiNegotiator } from './koji-login.js';
import type { XmlRpcValue } from './xmlrpc-value.js';

/** Kerberos takes one or two. */
const MOST_ROUNDS = 10;

/** Sends a login once, in as many requests as its kind takes. */
export async function sendLogin(
  link: HubLink,
  login: KojiLogin,
  request: HubRequest,
  options: ExchangeOptions,
): Promise<XmlRpcValue> {
  switch (login.kind) {
    case 'password':
      return link.call(request, options);
    case 'certificate':
      return sendWithCertificate(link, request, options);
    case 'gssapi': {
      const negotiator = await login.negotiator(link.options.url.hostname);
      return negotiate(link, negotiator, request, options);
    }
  }
}

/** With a hub as Koji's own documents set it up, Apache refuses TLS 1.3 here: see HubTransport. */
async function sendWithCertificate(
  link: HubLink,
  request: HubRequest,
  options: ExchangeOptions,
): Promise<XmlRpcValue> {
  const exchange = await link.exchange(request, options);
  if (exchange.answer.status !== 403) return resultOf(exchange, request.method);
  return link.call(request, { ...options, renegotiable: true });
}

async function negotiate(
  link: HubLink,
  negotiator: KojiNegotiator,
  request: HubRequest,
  options: ExchangeOptions,
): Promise<XmlRpcValue> {
  let exchange = await link.exchange(request, options);
  for (let round = 0; exchange.answer.status === 401; round += 1) {
    const challenge = tokenOf(exchange);
    // Without a token of the hub's there is nothing more to say after the first.
    if (challenge === undefined || round === MOST_ROUNDS || (round > 0 && challenge.length === 0)) break;
    const token = await negotiator.next(challenge.length === 0 ? undefined : challenge);
    const Authorization = `Negotiate ${Buffer.from(token).toString('base64')}`;
    exchange = await link.exchange({ ...request, headers: { ...request.headers, Authorization } }, options);
  }
  if (exchange.answer.status !== 200)
    throw toStatusError(exchange.answer.status, exchange.answer.text, request.method);
  const last = tokenOf(exchange);
  await negotiator.finish?.(last === undefined || last.length === 0 ? undefined : last);
  return resultOf(exchange, request.method);
}

/** The token of a Negotiate challenge; empty when it has none, `undefined` when there is no such challenge. */
function tokenOf({ answer }: Exchange): Uint8Array | undefined {
  const headers = [answer.headers['www-authenticate'] ?? []].flat();
  for (const header of headers) {
    const match = /(?:^|,)\s*Negotiate(?:\s+([A-Za-z0-9+/=]+))?\s*(?:,|$)/i.exec(header);
    if (match !== null) return new Uint8Array(Buffer.from(match[1] ?? '', 'base64'));
  }
  return undefined;
}

/** The session in the answer to a login. */
export function sessionOf(
  value: XmlRpcValue,
  method: string,
): { id: number; key: string; headerAuth: boolean } {
  const members = (typeof value === 'object' && value !== null ? value : {}) as Record<string, XmlRpcValue>;
  const id = members['session-id'];
  const key = members['session-key'];
  if (typeof id !== 'number' || typeof key !== 'string')
    throw new KojiTransportError('PROTOCOL_ERROR', 'the hub gave no session', { method });
  return { id, key, headerAuth: members['header-auth'] === true };
}
