import { ContainerError, type PodrootErrorCode } from '../errors.js';

/** What the caller of the wire knows, for its errors. */
export interface ErrorContext {
  readonly operation: string;
  readonly container?: string | undefined;
  readonly image?: string | undefined;
  /** What a 404 without a cause that is known means here. */
  readonly notFound?: PodrootErrorCode | undefined;
  /** What a refusal without a cause that is known means here. @defaultValue `RUNTIME_ERROR` */
  readonly otherwise?: PodrootErrorCode | undefined;
}

/** The body of Podman's errors: https://docs.podman.io/en/latest/_static/api.html */
interface WireError {
  readonly cause?: unknown;
  readonly message?: unknown;
}

const LONGEST_MESSAGE = 2000;

/**
 * `cause` is the root error's text and the stable part; the status is not (several conflicts are 500, and a missing
 * image at create is 500 before 4.8, 404 after). Matched as substrings, in this order.
 */
const CODES_BY_CAUSE: readonly (readonly [string, PodrootErrorCode])[] = [
  ['no such container', 'CONTAINER_NOT_FOUND'],
  ['no container with', 'CONTAINER_NOT_FOUND'],
  ['image not known', 'IMAGE_NOT_FOUND'],
  ['no such image', 'IMAGE_NOT_FOUND'],
  ['image is in use', 'IMAGE_IN_USE'],
  ['image used by', 'IMAGE_IN_USE'],
  ['that name is already in use', 'NAME_IN_USE'],
  ['container state improper', 'CONTAINER_NOT_RUNNING'],
  ['exec session state improper', 'CONTAINER_NOT_RUNNING'],
  ['no matching entries in passwd file', 'EXEC_NOT_STARTED'],
  ['no matching entries in group file', 'EXEC_NOT_STARTED'],
  ['OCI runtime attempted to invoke a command that was not found', 'EXEC_NOT_STARTED'],
  ['OCI permission denied', 'EXEC_NOT_STARTED'],
  ['network not found', 'NETWORK_NOT_FOUND'],
  ['invalid network mode', 'NETWORK_NOT_FOUND'],
  ['network is not connected', 'NETWORK_NOT_FOUND'],
  ['is not connected to network', 'NETWORK_NOT_FOUND'],
  ['could not be found in container', 'PATH_NOT_FOUND'],
  ['no such file or directory', 'PATH_NOT_FOUND'],
];

/** Codes that only make sense where the operation is about that thing: `no such file` at create is a mount's source. */
const PATH_OPERATIONS = new Set(['copyTo', 'copyFrom', 'readFile']);

/** Maps an answer with a status from 400 on. */
export function toResponseError(status: number, text: string, context: ErrorContext): ContainerError {
  const wire = parseFirstJson(text);
  const cause = typeof wire?.cause === 'string' ? wire.cause : '';
  const message = typeof wire?.message === 'string' ? wire.message : text.trim();
  const runtimeMessage = shorten(message === '' ? cause : message);
  const code = wire === undefined ? codeOfPlainAnswer(status) : codeOf(status, cause, message, context);
  const subject = context.container ?? context.image;
  return new ContainerError(
    code,
    `${context.operation}${subject === undefined ? '' : ` ${subject}`} failed: ${runtimeMessage || `HTTP status ${status}`}`,
    { ...context, status, runtimeMessage },
  );
}

function codeOf(status: number, cause: string, message: string, context: ErrorContext): PodrootErrorCode {
  // The cause first: the chain around it may quote anything, an image's name for one.
  for (const text of [cause, message]) {
    for (const [part, code] of CODES_BY_CAUSE) {
      if (!text.includes(part)) continue;
      if (code === 'PATH_NOT_FOUND' && !PATH_OPERATIONS.has(context.operation)) continue;
      return code;
    }
  }
  if (status === 404 && context.notFound !== undefined) return context.notFound;
  return context.otherwise ?? 'RUNTIME_ERROR';
}

/** Text answers come from the service's router: it does not know the endpoint at all. */
function codeOfPlainAnswer(status: number): PodrootErrorCode {
  return status === 404 || status === 405 ? 'NOT_SUPPORTED' : 'RUNTIME_ERROR';
}

/** Error bodies may hold two JSON documents (4.3.1's not-found helpers write on after a 500); the first one counts. */
export function parseFirstJson(text: string): WireError | undefined {
  const trimmed = text.trim();
  for (const candidate of [trimmed, firstObject(trimmed)]) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (typeof value === 'object' && value !== null) return value;
    } catch {
      // The next candidate may be it.
    }
  }
  return undefined;
}

/** Up to the brace that closes the first one. Those in strings do not count: Go's structs are full of them. */
function firstObject(text: string): string {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    if (depth === 0) return text.slice(0, index + token.length);
  }
  return text;
}

/** The copier's errors dump kilobytes of Go structs and end with the reason. */
function shorten(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  const dumpEnd = message.lastIndexOf('}: ');
  return dumpEnd === -1
    ? `${message.slice(0, LONGEST_MESSAGE)}…`
    : message.slice(dumpEnd + '}: '.length).slice(-LONGEST_MESSAGE);
}

const NEVER_SENT = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'EACCES',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const LOST = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_ABORTED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Maps what a call failed with. What the signal aborted with is passed through untouched, as is an error that has a
 * code of ours, and what the caller's own stream threw.
 */
export function toContainerError(error: unknown, context: ErrorContext, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ContainerError) return error;
  const code = errorCode(error);
  const subject = context.container ?? context.image;
  const what = `${context.operation}${subject === undefined ? '' : ` ${subject}`}`;
  if (code !== undefined && NEVER_SENT.has(code)) {
    return new ContainerError('RUNTIME_UNAVAILABLE', `${what}: no Podman service answers (${code})`, {
      ...context,
      cause: error,
    });
  }
  if (code !== undefined && (LOST.has(code) || code.startsWith('HPE_'))) {
    return new ContainerError('CONNECTION_LOST', `${what}: the connection to Podman broke (${code})`, {
      ...context,
      cause: error,
    });
  }
  return error;
}

/** Whether the request cannot have reached the service, so that sending it again is always safe. */
export function isNeverSent(error: unknown): boolean {
  return (
    error instanceof ContainerError &&
    error.code === 'RUNTIME_UNAVAILABLE' &&
    errorCode(error.cause) !== 'EACCES'
  );
}

/** Whether an idempotent call is worth repeating. */
export function isTransient(error: unknown): boolean {
  return error instanceof ContainerError && error.code === 'CONNECTION_LOST';
}

function errorCode(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
