import { HubLink } from './hub-link.js';
import { sendLogin, sessionOf } from './hub-login.js';
import { toCallRequest, type Caller, type HubRequest, type KojiSessionIdentity } from './hub-request.js';
import { encodeArguments } from './keyword-arguments.js';
import { isFault, KojiTransportError } from './koji-error.js';
import type { ResolvedKojiHubOptions } from './koji-hub-options.js';
import { loginCall } from './koji-login.js';
import { withFreshConnection, withRetries } from './retry.js';
import { encodeCall } from './xmlrpc-encode.js';
import type { XmlRpcValue } from './xmlrpc-value.js';

export interface Turn {
  readonly method: string;
  /** Makes the request, for a call number of its own. */
  readonly prepare: (caller: Caller | undefined) => HubRequest;
  /** Whether it may be made anew once the hub said that it ran. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
  /** Is told of every time the request is sent. */
  readonly onSend?: (() => void) | undefined;
}

/** What is said in one session: call numbers, retries and renewal. One turn at a time: the caller sees to that. */
export class HubConversation {
  /** Whether the session holds the exclusive lock, which a renewal must ask for again. */
  exclusive = false;
  readonly #link: HubLink;
  readonly #options: ResolvedKojiHubOptions;
  #identity: KojiSessionIdentity | undefined;
  #callnum = 0;

  constructor(options: ResolvedKojiHubOptions, session: KojiSessionIdentity | undefined) {
    this.#options = options;
    this.#link = new HubLink(options);
    this.#adopt(session);
  }

  get identity(): KojiSessionIdentity | undefined {
    if (this.#identity === undefined) return undefined;
    return { ...this.#identity, callnum: this.#callnum, exclusive: this.exclusive };
  }

  get hubVersion(): string | undefined {
    return this.#link.hubVersion;
  }

  async login(signal: AbortSignal): Promise<void> {
    this.#adopt(undefined);
    await this.#authenticate(false, signal);
  }

  /** Makes a call, renewing the session when it has expired. */
  async take(turn: Turn): Promise<XmlRpcValue> {
    try {
      return await this.#send(turn, turn.repeatable);
    } catch (error) {
      if (!isFault(error, 'AuthExpired') || this.#options.login === undefined) throw error;
    }
    await this.#authenticate(true, turn.signal);
    return this.#send(turn, turn.repeatable);
  }

  /** Ends the session on the hub; tried once. */
  async logout(signal: AbortSignal): Promise<void> {
    const caller = this.#nextCaller();
    if (caller === undefined) return;
    const xml = encodeCall('logout', encodeArguments([], { session_id: null }));
    const request = toCallRequest('logout', xml, caller);
    const options = { timeoutMs: this.#options.loginTimeoutMs, signal };
    try {
      await withFreshConnection(() => this.#link.call(request, options), signal);
    } catch (error) {
      // It is over already: it expired, or was forced out.
      if (!isFault(error, 'AuthError')) throw error;
    }
    this.#adopt(undefined);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #send(turn: Turn, repeatable: boolean): Promise<XmlRpcValue> {
    const { method, signal } = turn;
    const request = turn.prepare(this.#nextCaller());
    const send = (): Promise<XmlRpcValue> => {
      turn.onSend?.();
      return this.#link.call(request, { timeoutMs: this.#options.requestTimeoutMs, signal });
    };
    try {
      const loggedIn = this.#identity !== undefined;
      return await withRetries(send, { method, loggedIn, retry: true, signal }, this.#options);
    } catch (error) {
      if (!repeatable || !isFault(error, 'RetryError')) throw error;
    }
    return this.#send(turn, false);
  }

  /** Logs in, or renews: then the old session goes along, and its numbers count on, as hubs after 1.35.3 check. */
  async #authenticate(renew: boolean, signal: AbortSignal): Promise<void> {
    const { login, loginTimeoutMs: timeoutMs } = this.#options;
    if (login === undefined)
      throw new KojiTransportError('KOJI_NO_SESSION', 'the session has no login options', {
        method: 'login',
      });
    const { method, params, path } = loginCall(login, renew ? { exclusive: this.exclusive } : undefined);
    const request = toCallRequest(method, encodeCall(method, params), this.#nextCaller(), path);
    const send = (): Promise<XmlRpcValue> => sendLogin(this.#link, login, request, { timeoutMs, signal });
    // A hub that wants a certificate fails the handshake of one who negotiates: upstream does not insist either.
    const retried = { method, loggedIn: renew, retry: login.kind !== 'gssapi', signal };
    this.#identity = sessionOf(await withRetries(send, retried, this.#options), method);
  }

  #nextCaller(): Caller | undefined {
    if (this.#identity === undefined) return undefined;
    const { oldCallnumHeader } = this.#options;
    return { identity: this.#identity, callnum: this.#callnum++, oldCallnumHeader };
  }

  #adopt(session: KojiSessionIdentity | undefined): void {
    this.#identity = session;
    this.#callnum = session?.callnum ?? 0;
    this.exclusive = session?.exclusive ?? false;
  }
}
