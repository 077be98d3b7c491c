import { isStruct } from './keyword-arguments.js';
import { malformed, XmlReader, type XmlEvents } from './xml-reader.js';
import { holdsText, mayStandIn, SCALARS } from './xmlrpc-grammar.js';
import { scalarValue, type DecodeOptions } from './xmlrpc-scalar.js';
import { MOST_LEVELS, type XmlRpcValue } from './xmlrpc-value.js';

export type { DecodeOptions } from './xmlrpc-scalar.js';

/**
 * A decoded XML-RPC document.
 *
 * @public
 */
export type XmlRpcMessage =
  | { readonly kind: 'call'; readonly method: string; readonly params: readonly XmlRpcValue[] }
  | { readonly kind: 'response'; readonly value: XmlRpcValue }
  | { readonly kind: 'fault'; readonly faultCode: number; readonly faultString: string };

/** An element that is open, and what was found in it so far. */
interface Frame {
  readonly name: string;
  readonly children: Set<string>;
  readonly texts: string[];
  readonly values: XmlRpcValue[];
  readonly members: [string, XmlRpcValue][];
  memberName: string | undefined;
}

/**
 * Decodes an XML-RPC document as it comes in. Only what is open is kept beside the values, and nothing recurses, so nesting
 * and size cost no more than the values themselves.
 */
export class XmlRpcDecoder implements XmlEvents {
  readonly #reader = new XmlReader(this);
  readonly #stack: Frame[] = [newFrame('')];
  readonly #options: DecodeOptions;
  #level = 0;
  #message: XmlRpcMessage | undefined;
  #method: string | undefined;

  constructor(options: DecodeOptions = {}) {
    this.#options = options;
  }

  write(piece: Uint8Array | string): void {
    if (typeof piece === 'string') this.#reader.writeText(piece);
    else this.#reader.write(piece);
  }

  /** The document is complete: what it says. */
  end(): XmlRpcMessage {
    this.#reader.end();
    if (this.#message === undefined) throw malformed('it says nothing');
    return this.#message;
  }

  open(rawName: string): void {
    // Apache's extension types come with a prefix: <ex:nil/>.
    const name = rawName.slice(rawName.lastIndexOf(':') + 1);
    const parent = this.#top();
    if (!mayStandIn(parent.name, name, parent.children)) {
      throw malformed(`<${name.slice(0, 60)}> stands in <${parent.name}>`);
    }
    parent.children.add(name);
    if (name === 'value' && ++this.#level > MOST_LEVELS) {
      throw malformed(`its values are nested more than ${MOST_LEVELS} levels deep`);
    }
    this.#stack.push(newFrame(name));
  }

  text(text: string): void {
    const frame = this.#top();
    if (holdsText(frame.name)) frame.texts.push(text);
    else if (text.trim() !== '') throw malformed(`text stands in <${frame.name}>`);
  }

  close(): void {
    const frame = this.#stack.pop();
    if (frame === undefined) return;
    const text = frame.texts.join('');
    const parent = this.#top();
    if (SCALARS.has(frame.name)) parent.values.push(scalarValue(frame.name, text, this.#options));
    else this.#closeOther(frame, parent, text);
  }

  #closeOther(frame: Frame, parent: Frame, text: string): void {
    switch (frame.name) {
      case 'value':
        this.#level -= 1;
        parent.values.push(valueOf(frame, text));
        break;
      case 'array':
        parent.values.push(only(frame));
        break;
      case 'data':
        parent.values.push(frame.values);
        break;
      case 'struct':
        // Not by assignment: a member may be called __proto__.
        parent.values.push(Object.fromEntries(frame.members));
        break;
      case 'name':
        parent.memberName = text;
        break;
      case 'member':
        if (frame.memberName === undefined) throw malformed('a member has no name');
        parent.members.push([frame.memberName, only(frame)]);
        break;
      case 'methodName':
        this.#method = text.trim();
        break;
      case 'param':
      case 'fault':
        parent.values.push(only(frame));
        break;
      case 'params':
        for (const value of frame.values) parent.values.push(value);
        break;
      case 'methodCall':
        if (this.#method === undefined) throw malformed('a call names no method');
        this.#message = { kind: 'call', method: this.#method, params: frame.values };
        break;
      case 'methodResponse':
        this.#message = frame.children.has('fault')
          ? faultOf(only(frame))
          : { kind: 'response', value: only(frame) };
    }
  }

  #top(): Frame {
    return this.#stack.at(-1) ?? newFrame('');
  }
}

/**
 * Decodes a call: a task's `request` as `host.openTask` gives it, say.
 *
 * @throws `PROTOCOL_ERROR` when the document is no XML-RPC call
 * @public
 */
export function decodeCall(
  xml: string | Uint8Array,
  options?: DecodeOptions,
): Extract<XmlRpcMessage, { kind: 'call' }> {
  const message = decodeMessage(xml, options);
  if (message.kind !== 'call') throw malformed('it is a response');
  return message;
}

/**
 * Decodes a document, whichever it is.
 *
 * @throws `PROTOCOL_ERROR` when the document is no XML-RPC message
 * @public
 */
export function decodeMessage(xml: string | Uint8Array, options?: DecodeOptions): XmlRpcMessage {
  const decoder = new XmlRpcDecoder(options);
  decoder.write(xml);
  return decoder.end();
}

function newFrame(name: string): Frame {
  return { name, children: new Set(), texts: [], values: [], members: [], memberName: undefined };
}

/** A value without a type is a string. */
function valueOf(frame: Frame, text: string): XmlRpcValue {
  if (frame.children.size === 0) return text;
  if (text.trim() !== '') throw malformed('text stands beside an element in <value>');
  return only(frame);
}

function only(frame: Frame): XmlRpcValue {
  const [value] = frame.values;
  if (value === undefined || frame.values.length > 1)
    throw malformed(`<${frame.name}> does not hold one value`);
  return value;
}

function faultOf(value: XmlRpcValue): XmlRpcMessage {
  const { faultCode, faultString } = isStruct(value) ? value : {};
  if (typeof faultCode !== 'number' || typeof faultString !== 'string')
    throw malformed('a fault has no faultCode and faultString');
  return { kind: 'fault', faultCode, faultString };
}
