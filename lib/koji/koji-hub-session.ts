import { linkSignals, type CallOptions } from '../abort.js';
import { PodrootError } from '../errors.js';
import { CallQueue } from './call-queue.js';
import { HubConversation } from './hub-conversation.js';
import { sessionOf } from './hub-login.js';
import {
  toCallRequest,
  toUploadRequest,
  type Caller,
  type HubRequest,
  type KojiSessionIdentity,
} from './hub-request.js';
import { encodeArguments, type KojiKeywords } from './keyword-arguments.js';
import { KojiTransportError } from './koji-error.js';
import { resolveKojiHubOptions, type KojiHubOptions } from './koji-hub-options.js';
import type { KojiSession, RawUploadReply, RawUploadTarget } from './koji-session.js';
import { toRawUploadReply } from './raw-upload-reply.js';
import { isRepeatable } from './repeatable-methods.js';
import { encodeCall } from './xmlrpc-encode.js';
import type { XmlRpcValue } from './xmlrpc-value.js';

/**
 * A session with a Koji hub, as upstream's own client holds one: XML-RPC over HTTP.
 *
 * @remarks
 * Calls are serial, and their numbers go up by one each, uploads included, also across a renewal, so that the hub can tell
 * a request that was made again from a new one. What is made again, and when, is in docs/koji-protocol.md. A session that
 * has expired is renewed in passing. Calls reject with {@link KojiError} (a fault), {@link KojiTransportError} (no answer),
 * or the signal's reason.
 * @public
 */
export class KojiHubSession implements KojiSession {
  readonly #url: string | URL;
  readonly #options: KojiHubOptions;
  readonly #conversation: HubConversation;
  readonly #queue = new CallQueue();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /**
   * Sends nothing yet.
   *
   * @throws `InvalidArgumentError` when an option is refused
   */
  constructor(url: string | URL, options: KojiHubOptions = {}) {
    this.#url = url;
    this.#options = options;
    this.#conversation = new HubConversation(resolveKojiHubOptions(url, options), options.session);
  }

  /** The session on the hub, while there is one. It holds a secret. */
  get identity(): KojiSessionIdentity | undefined {
    return this.#conversation.identity;
  }

  /** The hub's version as its last answer stated it; hubs before 1.35 state none. */
  get hubVersion(): string | undefined {
    return this.#conversation.hubVersion;
  }

  /** Opens a session on the hub. One that is open is forgotten, not ended. */
  login(options: CallOptions = {}): Promise<void> {
    return this.#inTurn('login', options, (signal) => this.#conversation.login(signal));
  }

  /** {@inheritDoc KojiSession.call} */
  call(
    method: string,
    args: readonly XmlRpcValue[] = [],
    keywords: KojiKeywords = {},
    options: CallOptions = {},
  ): Promise<XmlRpcValue> {
    return this.#inTurn(method, options, async (signal) => {
      const xml = encodeCall(method, encodeArguments(args, keywords));
      const prepare = (caller: Caller | undefined): HubRequest => toCallRequest(method, xml, caller);
      const repeatable = isRepeatable(method);
      const result = await this.#conversation.take({ method, prepare, repeatable, signal });
      if (method === 'exclusiveSession') this.#conversation.exclusive = true;
      if (method === 'sharedSession') this.#conversation.exclusive = false;
      return result;
    });
  }

  /** {@inheritDoc KojiSession.rawUpload} */
  rawUpload(chunk: Uint8Array, target: RawUploadTarget, options: CallOptions = {}): Promise<RawUploadReply> {
    const method = 'rawUpload';
    return this.#inTurn(method, options, async (signal) => {
      const prepare = (caller: Caller | undefined): HubRequest => {
        if (caller === undefined)
          throw new KojiTransportError('KOJI_NO_SESSION', 'log in before uploading', { method });
        return toUploadRequest(chunk, target, caller);
      };
      let sent = 0;
      const onSend = (): void => {
        sent += 1;
      };
      // With overwrite, a chunk that is written again leaves the same file.
      const repeatable = target.overwrite === true && target.offset >= 0;
      const reply = await this.#conversation.take({ method, prepare, repeatable, signal, onSend });
      return { ...toRawUploadReply(reply), retried: sent > 1 };
    });
  }

  /**
   * A session of its own for the same user, which shares this one's exclusive lock: one for each task. It has connections of
   * its own, and is to be closed on its own.
   */
  async subsession(options: CallOptions = {}): Promise<KojiHubSession> {
    const session = sessionOf(await this.call('subsession', [], {}, options), 'subsession');
    return new KojiHubSession(this.#url, { ...this.#options, session });
  }

  /**
   * Takes the user's exclusive lock, without which a hub runs none of the `host.*` methods.
   *
   * @param options - `force` closes the session that holds it. After a crash the dead session still does.
   */
  async exclusiveSession(
    options: CallOptions & { readonly force?: boolean | undefined } = {},
  ): Promise<void> {
    await this.call('exclusiveSession', [], { force: options.force ?? false }, options);
  }

  /** Ends the session on the hub; one that is over already is ended as well. It is tried once. */
  logout(options: CallOptions = {}): Promise<void> {
    return this.#inTurn('logout', options, (signal) => this.#conversation.logout(signal));
  }

  /**
   * Ends calls in flight with `CLOSED`, logs out, and drops the connections. A hub that cannot be reached keeps its session
   * until that expires; `logout()` first tells whether it could.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** The same as {@link KojiHubSession.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort(new PodrootError('CLOSED', 'the session with the hub is closed'));
    const unhurried = new AbortController().signal;
    const logout = this.#queue.run(() => this.#conversation.logout(unhurried), undefined);
    await logout.catch(() => undefined);
    await this.#conversation.close();
  }

  async #inTurn<T>(
    method: string,
    options: CallOptions,
    task: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const link = linkSignals([options.signal, this.#closing.signal], undefined, method);
    try {
      return await this.#queue.run(() => task(link.signal), link.signal);
    } finally {
      link.release();
    }
  }
}
