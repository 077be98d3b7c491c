import { PodrootError } from '../errors.js';
import { KojiTransportError } from './koji-error.js';

const NOT_REACHED: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What a dropped connection looks like, as upstream's `is_conn_error` lists it for Python. */
const DROPPED: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** OpenSSL's and Node's words for a certificate that does not do; the hub's own refusals come as alerts. */
const CERTIFICATE =
  /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|ERR_TLS_CERT_)|ALERT_.*(CERTIFICATE|UNKNOWN_CA)/;

/** Maps what a request failed with, except aborts, which are passed through before. */
export function toTransportError(error: unknown, method: string): PodrootError {
  if (error instanceof KojiTransportError) return error;
  const details = { method, cause: error };
  if (error instanceof PodrootError) return new KojiTransportError(error.code, error.message, details);
  const codes = codesOf(error);
  const code = codes[0] ?? String(error);
  if (codes.some((each) => CERTIFICATE.test(each)))
    return new KojiTransportError(
      'KOJI_UNTRUSTED',
      `a certificate was refused (${codes.join(', ')})`,
      details,
    );
  if (codes.some((each) => NOT_REACHED.has(each)))
    return new KojiTransportError('KOJI_UNAVAILABLE', `the hub was not reached (${code})`, details);
  if (codes.some((each) => DROPPED.has(each) || each.startsWith('HPE_')))
    return new KojiTransportError('CONNECTION_LOST', `the connection to the hub broke (${code})`, details);
  return new KojiTransportError('KOJI_UNAVAILABLE', `the hub was not reached (${code})`, details);
}

const LONGEST_EXCERPT = 300;

/** Maps an answer that is not the hub's but its web server's. The hub's faults come with status 200. */
export function toStatusError(status: number, text: string, method: string): KojiTransportError {
  const excerpt = text
    .replace(/<(style|head)\b.*?<\/\1>|<[^>]*>/gis, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_EXCERPT);
  const words = excerpt === '' ? '' : `: ${excerpt}`;
  return status === 401 || status === 403
    ? new KojiTransportError(
        'KOJI_NO_SESSION',
        `the hub's web server refused it with HTTP ${status}${words}`,
        {
          method,
          status,
        },
      )
    : new KojiTransportError('KOJI_UNAVAILABLE', `the hub's web server answered HTTP ${status}${words}`, {
        method,
        status,
      });
}

/** Its code and those of what caused it: undici wraps some of the TLS layer's errors. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 4;
    current = current.cause, depth += 1
  ) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') codes.push(code);
  }
  return codes;
}
