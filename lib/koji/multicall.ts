import type { CallOptions } from '../abort.js';
import { encodeArguments, isStruct, type KojiKeywords } from './keyword-arguments.js';
import { KojiError, KojiTransportError } from './koji-error.js';
import type { KojiSession } from './koji-session.js';
import type { XmlRpcValue } from './xmlrpc-value.js';

/**
 * One call of several.
 *
 * @public
 */
export interface KojiCall {
  /** The hub's method. */
  readonly method: string;
  /** Its positional arguments. */
  readonly args?: readonly XmlRpcValue[] | undefined;
  /** Its named ones. */
  readonly keywords?: KojiKeywords | undefined;
}

/**
 * Makes several calls in one request. The hub runs them in one transaction, but undoes each that fails on its own: each is
 * answered by its value or its fault, in their order. Uploads cannot be among them.
 *
 * @public
 */
export async function multicall(
  session: KojiSession,
  calls: readonly KojiCall[],
  options: CallOptions = {},
): Promise<readonly (XmlRpcValue | KojiError)[]> {
  if (calls.length === 0) return [];
  const structs = calls.map(({ method, args = [], keywords = {} }) => ({
    methodName: method,
    params: encodeArguments(args, keywords),
  }));
  const answers = await session.call('multiCall', [structs], {}, options);
  if (!Array.isArray(answers) || answers.length !== calls.length)
    throw new KojiTransportError('PROTOCOL_ERROR', 'the hub did not answer each call', {
      method: 'multiCall',
    });
  return (answers as readonly XmlRpcValue[]).map((answer, i) => outcomeOf(answer, calls[i]?.method ?? ''));
}

/** A value comes in a list of one, so that it cannot be taken for a fault. */
function outcomeOf(answer: XmlRpcValue, method: string): XmlRpcValue | KojiError {
  if (Array.isArray(answer) && answer.length === 1) return (answer as readonly XmlRpcValue[])[0] ?? null;
  const { faultCode, faultString } = isStruct(answer) ? answer : {};
  if (typeof faultCode === 'number' && typeof faultString === 'string')
    return new KojiError(method, faultCode, faultString);
  throw new KojiTransportError('PROTOCOL_ERROR', `the answer to ${method} is no answer`, {
    method: 'multiCall',
  });
}
