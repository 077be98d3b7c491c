import { isStruct } from '../keyword-arguments.js';
import { KojiTransportError } from '../koji-error.js';
import type { XmlRpcStruct, XmlRpcValue } from '../xmlrpc-value.js';

/** Makes what a caller gets of what a hub sent, or says where that is not as it should be. */
export type Reader<T> = (value: XmlRpcValue | undefined, path: string) => T;

/** What readers throw: the path, and what should be there. */
class Mismatch extends Error {
  constructor(path: string, expected: string) {
    super(`${path === '' ? 'the answer' : path.replace(/^\./, '')} is not ${expected}`);
  }
}

/**
 * Reads a hub's answer.
 *
 * @throws {@link KojiTransportError} `PROTOCOL_ERROR` when it is not as the reader says
 */
export function readReply<T>(method: string, value: XmlRpcValue, reader: Reader<T>): T {
  try {
    return reader(value, '');
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new KojiTransportError('PROTOCOL_ERROR', error.message, { method, cause: error });
  }
}

export const number: Reader<number> = (value, path) => {
  if (typeof value !== 'number') throw new Mismatch(path, 'a number');
  return value;
};

export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string') throw new Mismatch(path, 'a string');
  return value;
};

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new Mismatch(path, 'true or false');
  return value;
};

export const anything: Reader<XmlRpcValue> = (value, path) => {
  if (value === undefined) throw new Mismatch(path, 'there');
  return value;
};

export const anyStruct: Reader<XmlRpcStruct> = (value, path) => {
  if (!isStruct(value)) throw new Mismatch(path, 'a struct');
  return value;
};

/** What is made of a value that is nil, or not there at all, is `null`. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (value, path) => (value === null || value === undefined ? null : reader(value, path));
}

/** What hubs leave out, or nil, has a default. */
export function optional<T>(reader: Reader<T>, otherwise: T): Reader<T> {
  return (value, path) => (value === null || value === undefined ? otherwise : reader(value, path));
}

export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Mismatch(path, 'a list');
    return (value as readonly XmlRpcValue[]).map((item, i) => reader(item, `${path}[${i}]`));
  };
}

/** A list of just two. */
export function pair<A, B>(first: Reader<A>, second: Reader<B>): Reader<readonly [A, B]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== 2) throw new Mismatch(path, 'a pair');
    const [a, b] = value as readonly XmlRpcValue[];
    return [first(a, `${path}[0]`), second(b, `${path}[1]`)];
  };
}

/** A struct of which these members are read; the hub calls `repoId` `repo_id`. */
export function struct<T>(members: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  const names = Object.keys(members) as (keyof T & string)[];
  const wireNames = new Map(names.map((name) => [name, toWireName(name)]));
  return (value, path) => {
    const found = anyStruct(value, path);
    const read = names.map((name) => {
      const wireName = wireNames.get(name) ?? name;
      const member = Object.hasOwn(found, wireName) ? found[wireName] : undefined;
      return [name, members[name](member, `${path}.${wireName}`)];
    });
    return Object.fromEntries(read) as T;
  };
}

function toWireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
