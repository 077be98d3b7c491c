import type { XmlRpcValue } from './xmlrpc-value.js';
import { encodeArguments } from './keyword-arguments.js';

/**
 * One GSSAPI security context, driven by podroot through HTTP's Negotiate scheme (RFC 4559). The host brings the library that makes tokens
 * of a keytab or a credential cache.
 *
 * @public
 */
export interface KojiNegotiator {
  /** The next token for the hub; `challenge` is what the hub sent last, `undefined` at first. */
  next(challenge: Uint8Array | undefined): Promise<Uint8Array>;
  /**
   * Is given the hub's last token, with which it proves itself, or `undefined` when it sent none. What it throws fails the
   * login.
   */
  finish?(token: Uint8Array | undefined): Promise<void>;
}

/**
 * How a session is opened.
 *
 * - `password`: the method `login`
 * - `certificate`: the method `sslLogin` with the TLS client certificate of the session's `tls` options
 * - `gssapi`: the method `sslLogin` with tokens; `negotiator` begins a context for the named host (`HTTP@host`)
 *
 * `proxyUser` opens the session for another user, if the hub allows this one to.
 *
 * @public
 */
export type KojiLogin =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'certificate'; readonly proxyUser?: string | undefined }
  | {
      readonly kind: 'gssapi';
      readonly negotiator: (host: string) => KojiNegotiator | Promise<KojiNegotiator>;
      readonly proxyUser?: string | undefined;
    };

/** How a session that has expired is renewed; `undefined` where one is opened. */
export interface Renewal {
  readonly exclusive: boolean;
}

export interface LoginCall {
  readonly method: string;
  readonly params: readonly XmlRpcValue[];
  /** Appended to the hub's path. */
  readonly path: string;
}

/** The call that opens a session, or renews it, as upstream makes it (ClientSession's `login`, `ssl_login`, `gssapi_login`). */
export function loginCall(login: KojiLogin, renewal: Renewal | undefined): LoginCall {
  const renew = renewal === undefined ? {} : { renew: true, exclusive: renewal.exclusive };
  if (login.kind === 'password')
    return {
      method: 'login',
      params: encodeArguments([login.user, login.password], { opts: null, ...renew }),
      path: '',
    };
  return {
    method: 'sslLogin',
    params: encodeArguments([], { proxyuser: login.proxyUser ?? null, ...renew }),
    path: '/ssllogin',
  };
}
