import type { XmlRpcStruct, XmlRpcValue } from './xmlrpc-value.js';

/** The member by which a hub knows a last struct for keyword arguments (koji/__init__.py, `encode_args`). */
const MARK = '__starstar';

/**
 * Named arguments of a call. A member that is `undefined` is left out.
 *
 * @public
 */
export type KojiKeywords = Readonly<Record<string, XmlRpcValue | undefined>>;

/**
 * The arguments of a call on the wire: keyword arguments are a last struct with a mark in it.
 *
 * @public
 */
export function encodeArguments(args: readonly XmlRpcValue[], keywords: KojiKeywords = {}): XmlRpcValue[] {
  const given = Object.entries(keywords).filter(
    (entry): entry is [string, XmlRpcValue] => entry[1] !== undefined,
  );
  if (given.length === 0) return [...args];
  return [...args, { ...Object.fromEntries(given), [MARK]: true }];
}

/**
 * The reverse of {@link encodeArguments}, for what another program encoded: a task's request, say.
 *
 * @public
 */
export function decodeArguments(params: readonly XmlRpcValue[]): {
  readonly args: readonly XmlRpcValue[];
  readonly keywords: XmlRpcStruct;
} {
  const last = params.at(-1);
  if (!isStruct(last) || last[MARK] !== true) return { args: params, keywords: {} };
  const keywords = Object.fromEntries(Object.entries(last).filter(([name]) => name !== MARK));
  return { args: params.slice(0, -1), keywords };
}

/** Whether a value is a struct. */
export function isStruct(value: XmlRpcValue | undefined): value is XmlRpcStruct {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
