import { expect } from 'chai';
import { KojiError } from '../../lib/koji/koji-error.js';
import type { KojiSessionIdentity } from '../../lib/koji/hub-request.js';
import type { KojiHubOptions } from '../../lib/koji/koji-hub-options.js';
import { KojiHubSession } from '../../lib/koji/koji-hub-session.js';
import { decodeArguments } from '../../lib/koji/keyword-arguments.js';
import { decodeCall } from '../../lib/koji/xmlrpc-decode.js';
import { XmlRpcDouble, type XmlRpcStruct, type XmlRpcValue } from '../../lib/koji/xmlrpc-value.js';
import { hubCertificates } from './hub-certificates.js';
import { bodyOf, fromTyped, type RecordedExchange } from './hub-recordings.js';
import type { ReplayHub } from './hub-replay.js';

interface Call {
  readonly method: string;
  readonly args: readonly XmlRpcValue[];
  readonly keywords: XmlRpcStruct;
}

/** Makes podroot's sessions make the calls of a recording, in its order, and compares what comes of them. */
export class ReplayDriver {
  /** Sessions that were not opened in the recording, or whose numbers have gaps in it. */
  takenUp = 0;
  readonly #hub: ReplayHub;
  readonly #exchanges: readonly RecordedExchange[];
  readonly #sessions = new Map<string, KojiHubSession>();
  readonly #renewed = new Set<number>();

  constructor(hub: ReplayHub, exchanges: readonly RecordedExchange[]) {
    this.#hub = hub;
    this.#exchanges = exchanges;
  }

  async run(): Promise<void> {
    for (let i = 0; i < this.#exchanges.length;) i += await this.#drive(i);
  }

  /** Drives one call, and says how many exchanges it took. */
  async #drive(i: number): Promise<number> {
    const exchange = this.#exchanges[i]!;
    const took = this.#renewalAt(i + 1) === undefined ? 1 : 3;
    this.#hub.expect(this.#exchanges.slice(i, i + took));
    const outcome = await this.#call(exchange, this.#renewalAt(i + 1)).catch((error: unknown) => error);
    if (took > 1) this.#renewed.add(sessionIn(exchange).id);
    expect(this.#hub.differences).to.deep.equal([]);
    expect(this.#hub.missing, `${exchange.seq}`).to.deep.equal([]);
    expectOutcome(outcome, this.#exchanges[i + took - 1]!);
    return took;
  }

  async #call(exchange: RecordedExchange, renewal: Call | undefined): Promise<unknown> {
    if (exchange.method === 'rawUpload') return this.#upload(exchange, renewal);
    const call = callOf(exchange);
    const anonymous = sessionIn(exchange).key === '';
    if (anonymous && (call.method === 'login' || call.method === 'sslLogin'))
      return this.#login(exchange, call);
    const session = anonymous ? this.#open(exchange) : this.#session(exchange, renewal);
    if (call.method === 'logout') return session.logout();
    if (call.method === 'exclusiveSession')
      return session.exclusiveSession({ force: call.keywords['force'] as boolean });
    if (call.method === 'subsession') return this.#keep(await session.subsession());
    return session.call(call.method, call.args, call.keywords);
  }

  async #login(exchange: RecordedExchange, call: Call): Promise<unknown> {
    const session = this.#open(exchange, loginOf(call));
    await session.login();
    return this.#keep(session);
  }

  async #upload(exchange: RecordedExchange, renewal: Call | undefined): Promise<unknown> {
    const query = new URL(exchange.url, 'http://hub').searchParams;
    const session = this.#session(exchange, renewal);
    const { size, offset, hexdigest } = await session.rawUpload(bodyOf(exchange.request), {
      path: query.get('filepath') ?? '',
      name: query.get('filename') ?? '',
      offset: Number(query.get('offset')),
      overwrite: query.has('overwrite'),
      volume: query.get('volume') ?? undefined,
    });
    return { size, fileverify: 'adler32', offset, hexdigest };
  }

  /** The session of an exchange, or one as it must have been. */
  #session(exchange: RecordedExchange, renewal: Call | undefined): KojiHubSession {
    const session = sessionIn(exchange);
    const known = this.#sessions.get(String(session.id));
    const { identity } = known ?? {};
    // Once renewed, our numbers go on where upstream's client begins anew: the hub compares them.
    const fits = identity?.callnum === session.callnum || this.#renewed.has(session.id);
    const sameKind = identity?.key === session.key && identity.headerAuth === session.headerAuth;
    if (known !== undefined && sameKind && fits) return known;
    this.takenUp += 1;
    const exclusive = renewal?.keywords['exclusive'] === true;
    const login = renewal === undefined ? {} : loginOf(renewal);
    return this.#keep(this.#open(exchange, { ...login, session: { ...session, exclusive } }));
  }

  #open(exchange: RecordedExchange, options: KojiHubOptions = {}): KojiHubSession {
    const { ca, builder } = hubCertificates();
    const tls = { ca, ...(exchange.clientCertificate === true ? { cert: builder.pem } : {}) };
    return new KojiHubSession(this.#hub.url(exchange), { tls, requestTimeoutMs: 2000, ...options });
  }

  #keep(session: KojiHubSession): KojiHubSession {
    this.#sessions.set(String(session.identity?.id), session);
    return session;
  }

  /** The renewal that follows an expired session. */
  #renewalAt(i: number): Call | undefined {
    const exchange = this.#exchanges[i];
    const before = this.#exchanges[i - 1];
    if (exchange === undefined || before === undefined) return undefined;
    const { method, response } = before;
    const expired =
      response.reading != null && 'fault' in response.reading && response.reading.fault[0] === 1007;
    const isLogin = exchange.method === 'login' || exchange.method === 'sslLogin';
    return expired && isLogin && method !== 'logout' ? callOf(exchange) : undefined;
  }
}

/** Who made a request: in its headers, or as an old client in its query. */
function sessionIn({ url, request: { headers } }: RecordedExchange): Required<
  Omit<KojiSessionIdentity, 'exclusive'>
> & {
  headerAuth: boolean;
  callnum: number;
} {
  const query = new URL(url, 'http://hub').searchParams;
  const headerAuth = !query.has('session-id');
  const values = headerAuth
    ? [headers['Koji-Session-Id'], headers['Koji-Session-Key'], headers['Koji-Session-Callnum']]
    : [query.get('session-id'), query.get('session-key'), query.get('callnum')];
  return { id: Number(values[0] ?? 0), key: values[1] ?? '', callnum: Number(values[2] ?? 0), headerAuth };
}

function callOf(exchange: RecordedExchange): Call {
  const { method, params } = decodeCall(bodyOf(exchange.request), { doubles: 'exact' });
  return { method, ...decodeArguments(params) };
}

function loginOf({ method, args, keywords }: Call): KojiHubOptions {
  if (method === 'login')
    return { login: { kind: 'password', user: args[0] as string, password: args[1] as string } };
  const proxyUser = typeof keywords['proxyuser'] === 'string' ? keywords['proxyuser'] : undefined;
  return { login: { kind: 'certificate', proxyUser } };
}

function expectOutcome(outcome: unknown, { seq, method, response: { reading } }: RecordedExchange): void {
  if (reading == null || 'method' in reading) throw new Error(`${seq} has no answer`);
  if ('fault' in reading) {
    expect(outcome, `${seq}`).to.be.instanceOf(KojiError);
    const { faultCode, faultString } = outcome as KojiError;
    expect([faultCode, faultString]).to.deep.equal(reading.fault);
  } else if (outcome instanceof KojiHubSession) {
    expect(fromTyped(reading.value)).to.include({ 'session-id': outcome.identity?.id });
  } else if (method === 'logout' || method === 'exclusiveSession') {
    expect(outcome, `${seq}`).to.equal(undefined);
  } else {
    expect(outcome, `${seq} ${method}`).to.deep.equal(withNumbers(fromTyped(reading.value)));
  }
}

function withNumbers(value: XmlRpcValue): XmlRpcValue {
  if (value instanceof XmlRpcDouble) return value.value;
  if (Array.isArray(value)) return (value as readonly XmlRpcValue[]).map(withNumbers);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value as XmlRpcStruct).map(([name, item]) => [name, withNumbers(item)]),
  );
}
