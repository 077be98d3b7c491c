import { malformed } from './xml-reader.js';
import { parseDouble, parseInteger } from './xmlrpc-number.js';
import { XmlRpcDateTime, XmlRpcDouble, type XmlRpcValue } from './xmlrpc-value.js';

/**
 * How the decoder gives what JavaScript has no type of its own for.
 *
 * @public
 */
export interface DecodeOptions {
  /**
   * `exact` gives every double as an `XmlRpcDouble`, so that encoding the value again gives the same document.
   *
   * @defaultValue `number`
   */
  readonly doubles?: 'number' | 'exact' | undefined;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The value of an element that holds text. */
export function scalarValue(name: string, text: string, options: DecodeOptions): XmlRpcValue {
  switch (name) {
    case 'string':
      return text;
    case 'nil':
      if (text.trim() !== '') break;
      return null;
    case 'boolean':
      if (text.trim() === '1') return true;
      if (text.trim() === '0') return false;
      break;
    case 'double':
    case 'float': {
      const number = parseDouble(text);
      if (number === undefined) break;
      return options.doubles === 'exact' ? new XmlRpcDouble(number) : number;
    }
    case 'base64':
      return bytesOf(text);
    case 'dateTime.iso8601':
      return dateTimeOf(text);
    default: {
      const integer = parseInteger(text);
      if (integer !== undefined) return integer;
    }
  }
  throw malformed(`<${name}> holds ${JSON.stringify(text.slice(0, 60))}`);
}

function bytesOf(text: string): Uint8Array {
  const packed = text.replace(/\s+/g, '');
  if (packed.length % 4 !== 0 || !BASE64.test(packed)) throw malformed('<base64> holds what is no base64');
  return new Uint8Array(Buffer.from(packed, 'base64'));
}

function dateTimeOf(text: string): XmlRpcDateTime {
  try {
    return new XmlRpcDateTime(text);
  } catch (error) {
    throw malformed(`<dateTime.iso8601> holds ${JSON.stringify(text.slice(0, 60))}`, error);
  }
}
