import type { ConnectionOptions } from 'node:tls';
import { assertBoolean, assertNonEmpty, assertTimeoutMs, assertWholeNumber } from '../container/assert.js';
import { InvalidArgumentError, type PodrootError } from '../errors.js';
import type { KojiLogin } from './koji-login.js';
import type { KojiSessionIdentity } from './hub-request.js';

const HOUR_MS = 3_600_000;

/**
 * TLS to the hub. All are PEM text, not paths: podroot reads no files that it was not told to read.
 *
 * @public
 */
export interface KojiTlsOptions {
  /** The authorities that may have signed the hub's certificate (kojid: `serverca`). @defaultValue Node's own */
  readonly ca?: string | Uint8Array | undefined;
  /** The client certificate, with its key if `key` is not given (kojid: `cert`). */
  readonly cert?: string | Uint8Array | undefined;
  /** The client certificate's key. @defaultValue `cert`, which may hold both */
  readonly key?: string | Uint8Array | undefined;
  /** What the key is encrypted with. */
  readonly passphrase?: string | undefined;
}

/**
 * A request that is about to be made again.
 *
 * @public
 */
export interface KojiRetry {
  /** The hub's method. */
  readonly method: string;
  /** How often the request was tried since the hub was last seen alive. */
  readonly attempt: number;
  /** How long it waits first. */
  readonly delayMs: number;
  /** Why: a {@link KojiTransportError}, or the fault `ServerOffline`. */
  readonly error: PodrootError;
}

/**
 * How a hub is talked to. Defaults are those of upstream's client where it has them.
 *
 * @public
 */
export interface KojiHubOptions {
  /** Who logs in. Without it, only what the hub tells anybody can be called. */
  readonly login?: KojiLogin | undefined;
  /** A session that is open already: of another process, say. @defaultValue none; `login()` opens one */
  readonly session?: KojiSessionIdentity | undefined;
  /** TLS, for an https hub. */
  readonly tls?: KojiTlsOptions | undefined;
  /** How often a request without an answer is made again; 0 to 100 000. @defaultValue 30 (kojid: 120) */
  readonly maxRetries?: number | undefined;
  /** Wait before it is; the first time, there is none. @defaultValue 20 000 (kojid: 60 000) */
  readonly retryIntervalMs?: number | undefined;
  /** Makes requests again without being logged in, a login among them. @defaultValue false */
  readonly anonymousRetry?: boolean | undefined;
  /** Waits for a hub that says it is offline, as long as it says so. @defaultValue false (kojid: true) */
  readonly offlineRetry?: boolean | undefined;
  /** Wait before an offline hub is asked again. @defaultValue 120 000 */
  readonly offlineRetryIntervalMs?: number | undefined;
  /** Limit of one request and its answer; 0 means none. @defaultValue 12 hours */
  readonly requestTimeoutMs?: number | undefined;
  /** The same for a login. @defaultValue 60 000 */
  readonly loginTimeoutMs?: number | undefined;
  /** The largest answer that is read. @defaultValue 128 MiB */
  readonly maxResponseBytes?: number | undefined;
  /** How requests name their client. @defaultValue `koji/1`, as upstream's */
  readonly userAgent?: string | undefined;
  /**
   * Also sends the call number in `Koji-Callnum`, the only header in which hubs up to 1.35 look for it. Without it such a
   * hub does not notice that a request was made again, and runs the call twice.
   *
   * @defaultValue true
   */
  readonly oldCallnumHeader?: boolean | undefined;
  /** Is told of every request that is made again. It must not throw. */
  readonly onRetry?: ((retry: KojiRetry) => void) | undefined;
}

export type ResolvedKojiHubOptions = Required<{
  readonly [K in Exclude<keyof KojiHubOptions, 'login' | 'session' | 'tls' | 'onRetry'>]: NonNullable<
    KojiHubOptions[K]
  >;
}> & {
  readonly url: URL;
  readonly login: KojiLogin | undefined;
  readonly tls: ConnectionOptions;
  readonly onRetry: (retry: KojiRetry) => void;
};

/** Checks the options of a session and fills in its defaults. */
export function resolveKojiHubOptions(url: string | URL, options: KojiHubOptions): ResolvedKojiHubOptions {
  const resolved: ResolvedKojiHubOptions = {
    url: toHubUrl(url),
    login: options.login,
    tls: toTls(options.tls ?? {}),
    maxRetries: options.maxRetries ?? 30,
    retryIntervalMs: options.retryIntervalMs ?? 20_000,
    anonymousRetry: options.anonymousRetry ?? false,
    offlineRetry: options.offlineRetry ?? false,
    offlineRetryIntervalMs: options.offlineRetryIntervalMs ?? 120_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 12 * HOUR_MS,
    loginTimeoutMs: options.loginTimeoutMs ?? 60_000,
    maxResponseBytes: options.maxResponseBytes ?? 128 * 1024 * 1024,
    userAgent: options.userAgent ?? 'koji/1',
    oldCallnumHeader: options.oldCallnumHeader ?? true,
    onRetry: options.onRetry ?? (() => undefined),
  };
  assertWholeNumber('maxRetries', resolved.maxRetries, 0, 100_000);
  for (const field of [
    'retryIntervalMs',
    'offlineRetryIntervalMs',
    'requestTimeoutMs',
    'loginTimeoutMs',
  ] as const) {
    assertTimeoutMs(field, resolved[field]);
  }
  for (const field of ['anonymousRetry', 'offlineRetry', 'oldCallnumHeader'] as const) {
    assertBoolean(field, resolved[field]);
  }
  assertWholeNumber('maxResponseBytes', resolved.maxResponseBytes, 1, Number.MAX_SAFE_INTEGER);
  assertNonEmpty('userAgent', resolved.userAgent);
  assertLogin(resolved, options.tls ?? {});
  return resolved;
}

function toHubUrl(url: string | URL): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:')
    throw new InvalidArgumentError('url', String(url), 'must be an http or https URL');
  if (parsed.username !== '' || parsed.search !== '' || parsed.hash !== '')
    throw new InvalidArgumentError('url', parsed.origin, 'must have no user, query or fragment');
  return parsed;
}

function toTls({ ca, cert, key = cert, passphrase }: KojiTlsOptions): ConnectionOptions {
  // Node takes an option that is undefined for one that is given.
  const given = { ca: toPem(ca), cert: toPem(cert), key: toPem(key), passphrase };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function toPem(pem: string | Uint8Array | undefined): string | undefined {
  return pem instanceof Uint8Array ? Buffer.from(pem).toString('utf8') : pem;
}

function assertLogin({ login, url }: ResolvedKojiHubOptions, tls: KojiTlsOptions): void {
  if (login === undefined) return;
  if (login.kind === 'password') {
    assertNonEmpty('login.user', login.user);
    return;
  }
  // Upstream's client turns http into https here; a URL that does not mean what it says helps nobody.
  if (url.protocol !== 'https:')
    throw new InvalidArgumentError('url', url.href, `must be https for a login by ${login.kind}`);
  if (login.kind === 'certificate' && tls.cert === undefined)
    throw new InvalidArgumentError('tls.cert', undefined, 'must be given for a login by certificate');
}
