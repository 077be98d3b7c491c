import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { XmlRpcDateTime, XmlRpcDouble, type XmlRpcValue } from '../../lib/koji/xmlrpc-value.js';

const folder = join(import.meta.dirname, '../fixtures/koji-xmlrpc');

/** A value as Python's xmlrpc.client read it: spec/fixtures/koji-xmlrpc/README.md. */
export type TypedValue =
  | null
  | boolean
  | number
  | string
  | TypedValue[]
  | { readonly int: string }
  | { readonly double: string }
  | { readonly base64: string }
  | { readonly dateTime: string }
  | { readonly struct: [string, TypedValue][] };

/** What Python's xmlrpc.client read in a document. */
export type Reading =
  | { readonly method: string; readonly params: TypedValue[] }
  | { readonly value: TypedValue }
  | { readonly fault: [number, string] };

export interface RecordedSide {
  readonly headers: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly base64?: string;
  /** `null` where Python could read nothing, absent where the body is no XML. */
  readonly reading?: Reading | null;
}

/** One exchange with a real hub. */
export interface RecordedExchange {
  readonly seq: number;
  readonly method: string;
  readonly note?: string;
  readonly httpMethod: string;
  readonly url: string;
  readonly status: number;
  readonly tls?: true;
  readonly clientCertificate?: true;
  readonly truncated?: true;
  readonly request: RecordedSide;
  readonly response: RecordedSide;
}

/** The phases that were recorded, in their order. */
export function recordedPhases(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson.gz'))
    .map((name) => basename(name, '.ndjson.gz'))
    .sort();
}

export function readPhase(phase: string): readonly RecordedExchange[] {
  const text = gunzipSync(readFileSync(join(folder, `${phase}.ndjson.gz`))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedExchange);
}

export function bodyOf(side: RecordedSide): Buffer {
  return side.base64 === undefined ? Buffer.from(side.text ?? '') : Buffer.from(side.base64, 'base64');
}

/** A decoded value in the form of a reading; `exact` doubles, please. */
export function toTyped(value: XmlRpcValue): TypedValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number')
    return value;
  if (typeof value === 'bigint') return { int: value.toString() };
  if (value instanceof XmlRpcDouble) return { double: String(value.value) };
  if (value instanceof XmlRpcDateTime) return { dateTime: value.value };
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return (value as readonly XmlRpcValue[]).map(toTyped);
  return { struct: Object.entries(value).map(([name, member]) => [name, toTyped(member)]) };
}

/** A reading's value as podroot would have it, doubles wrapped. */
export function fromTyped(value: TypedValue): XmlRpcValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromTyped);
  if ('int' in value) return BigInt(value.int);
  if ('double' in value) return new XmlRpcDouble(Number(value.double));
  if ('base64' in value) return new Uint8Array(Buffer.from(value.base64, 'base64'));
  if ('dateTime' in value) return new XmlRpcDateTime(value.dateTime);
  return Object.fromEntries(value.struct.map(([name, member]) => [name, fromTyped(member)]));
}

/** Of a struct whose names are numbers, JavaScript changes the order, which means nothing; doubles have many spellings. */
export function normalize(value: TypedValue): TypedValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(normalize);
  if ('double' in value) return { double: String(Number(value.double)) };
  if (!('struct' in value)) return value;
  const sorted = [...value.struct].sort(([a], [b]) => (a < b ? -1 : 1));
  return { struct: sorted.map(([name, member]) => [name, normalize(member)]) };
}
