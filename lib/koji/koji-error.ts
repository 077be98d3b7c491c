import { PodrootError, type PodrootErrorCode } from '../errors.js';
import { faultNameOf, isKindOf, type KojiFaultName } from './faults.js';
import { toXmlText } from './xmlrpc-text.js';

const LONGEST_IN_MESSAGE = 2000;

/**
 * A fault: the hub's own answer that a call failed. Its code is `KOJI_FAULT`.
 *
 * @public
 */
export class KojiError extends PodrootError {
  /** `KojiError`. */
  override readonly name = 'KojiError';
  /** The hub's method. */
  readonly method: string;
  /** The number on the wire. */
  readonly faultCode: number;
  /** What upstream calls this fault. */
  readonly faultName: KojiFaultName;
  /** The hub's own words, in full. Text from outside: never print it raw to a terminal. */
  readonly faultString: string;

  constructor(method: string, faultCode: number, faultString: string) {
    const faultName = faultNameOf(faultCode);
    super('KOJI_FAULT', `${method}: ${faultName} (${faultCode}): ${shorten(faultString)}`);
    this.method = method;
    this.faultCode = faultCode;
    this.faultName = faultName;
    this.faultString = faultString;
  }

  /** Whether this is the named fault or a kind of it: a `BuildrootError` is a `BuildError`. */
  is(name: KojiFaultName): boolean {
    return isKindOf(this.faultName, name);
  }
}

/**
 * What is known of a call that got no answer of the hub's, besides its code.
 *
 * @public
 */
export interface KojiTransportErrorDetails {
  /** The hub's method. */
  readonly method: string;
  /** The HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** What made it fail. */
  readonly cause?: unknown;
}

/**
 * A call that got no answer of the hub's, or none that could be understood. Whether the hub ran it is not known.
 *
 * @public
 */
export class KojiTransportError extends PodrootError {
  /** `KojiTransportError`. */
  override readonly name = 'KojiTransportError';
  /** {@inheritDoc KojiTransportErrorDetails.method} */
  readonly method: string;
  /** {@inheritDoc KojiTransportErrorDetails.status} */
  readonly status: number | undefined;

  constructor(code: PodrootErrorCode, reason: string, details: KojiTransportErrorDetails) {
    super(code, `${details.method}: ${reason}`, { cause: details.cause });
    this.method = details.method;
    this.status = details.status;
  }
}

/** Whether an error is the named fault, or a kind of it. */
export function isFault(error: unknown, name: KojiFaultName): error is KojiError {
  return error instanceof KojiError && error.is(name);
}

function shorten(text: string): string {
  const clean = toXmlText(text);
  return clean.length > LONGEST_IN_MESSAGE ? `${clean.slice(0, LONGEST_IN_MESSAGE)}…` : clean;
}
