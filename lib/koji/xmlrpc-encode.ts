import { InvalidArgumentError } from '../errors.js';
import { doubleElement, integerElement } from './xmlrpc-number.js';
import { escapeText } from './xmlrpc-text.js';
import { MOST_LEVELS, XmlRpcDateTime, XmlRpcDouble, type XmlRpcValue } from './xmlrpc-value.js';

const DECLARATION = "<?xml version='1.0'?>\n";
const METHOD_NAME = /^[A-Za-z0-9_.:/]+$/;
/** Base64 comes in lines of 76 characters, as Python writes it. */
const BYTES_PER_LINE = 57;

/**
 * A call as an XML document, byte for byte as upstream's client writes it (Python's xmlrpc.client with koji/xmlrpcplus.py).
 * Keyword arguments go through `encodeArguments` first.
 *
 * @throws `InvalidArgumentError` when a value has no form in XML-RPC; `field` is its path
 * @public
 */
export function encodeCall(method: string, params: readonly XmlRpcValue[]): string {
  if (!METHOD_NAME.test(method))
    throw new InvalidArgumentError('method', method, 'must consist of letters, digits and _.:/');
  const body = params.map((value, i) => `<param>\n${valueElement(value, `args[${i}]`, 0)}</param>\n`);
  return `${DECLARATION}<methodCall>\n<methodName>${method}</methodName>\n<params>\n${body.join('')}</params>\n</methodCall>\n`;
}

/**
 * A result as an XML document: what `host.closeTask` takes as its second argument.
 *
 * @throws `InvalidArgumentError` when a value has no form in XML-RPC
 * @public
 */
export function encodeResponse(value: XmlRpcValue): string {
  const body = `<params>\n<param>\n${valueElement(value, 'result', 0)}</param>\n</params>\n`;
  return `${DECLARATION}<methodResponse>\n${body}</methodResponse>\n`;
}

/**
 * A fault as an XML document: what `host.failTask` takes as its second argument. Characters that XML cannot carry, such as
 * those of a compiler's coloured output, are left out of the text.
 *
 * @public
 */
export function encodeFault(faultCode: number, faultString: string): string {
  const body = `<fault>\n${valueElement({ faultCode, faultString }, 'fault', 0)}</fault>\n`;
  return `${DECLARATION}<methodResponse>\n${body}</methodResponse>\n`;
}

function valueElement(value: XmlRpcValue, path: string, level: number): string {
  if (level >= MOST_LEVELS)
    throw new InvalidArgumentError(path, '…', `must be nested less than ${MOST_LEVELS} levels deep`);
  // Python's marshaller writes no line feed after a nil.
  if (value === null) return '<value><nil/></value>';
  return `<value>${content(value, path, level)}</value>\n`;
}

function content(value: Exclude<XmlRpcValue, null>, path: string, level: number): string {
  switch (typeof value) {
    case 'boolean':
      return `<boolean>${value ? '1' : '0'}</boolean>`;
    case 'bigint':
      return integerElement(value, path);
    case 'number':
      return isInteger(value) ? integerElement(value, path) : doubleElement(value, path);
    case 'string':
      return `<string>${escapeText(value)}</string>`;
    case 'object':
      return objectContent(value, path, level);
    case 'undefined':
    case 'function':
    case 'symbol':
      throw new InvalidArgumentError(path, value, 'must be a value that XML-RPC can carry');
  }
}

function isInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function objectContent(value: object, path: string, level: number): string {
  if (value instanceof XmlRpcDouble) return doubleElement(value.value, path);
  if (value instanceof XmlRpcDateTime) return `<dateTime.iso8601>${value.value}</dateTime.iso8601>`;
  if (value instanceof Uint8Array) return `<base64>\n${base64Lines(value)}</base64>`;
  if (Array.isArray(value)) {
    const items = (value as readonly XmlRpcValue[]).map((item, i) =>
      valueElement(item, `${path}[${i}]`, level + 1),
    );
    return `<array><data>\n${items.join('')}</data></array>`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new InvalidArgumentError(path, value, 'must be a plain object, to go as a struct');
  const members = Object.entries(value as Record<string, XmlRpcValue>).map(
    ([name, member]) =>
      `<member>\n<name>${escapeText(name)}</name>\n${valueElement(member, `${path}.${name}`, level + 1)}</member>\n`,
  );
  return `<struct>\n${members.join('')}</struct>`;
}

function base64Lines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += BYTES_PER_LINE) {
    const part = bytes.subarray(start, start + BYTES_PER_LINE);
    lines.push(`${Buffer.from(part.buffer, part.byteOffset, part.length).toString('base64')}\n`);
  }
  return lines.join('');
}
