import { SaxesParser } from 'saxes';
import { PodrootError } from '../errors.js';

/** What is told of a document, in its order. Attributes, comments and processing instructions mean nothing in XML-RPC. */
export interface XmlEvents {
  open(name: string): void;
  text(text: string): void;
  close(name: string): void;
}

/** Slices of this many characters keep a document that comes in one piece from growing the parser's own buffers. */
const SLICE = 64 * 1024;
const UTF8 = /^utf-?8$|^us-ascii$/i;

/**
 * Reads an XML 1.0 document piece by piece: the only user of the XML parser.
 *
 * A document type is refused, so no entity but XML's own five can be, and there is nothing to expand. What is not
 * well-formed is refused where it is seen. The caller bounds the input's size.
 */
export class XmlReader {
  readonly #parser = new SaxesParser({
    xmlns: false,
    fragment: false,
    position: true,
    // 1.1 would allow control characters, written as references.
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
  });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  constructor(events: XmlEvents) {
    this.#parser.on('error', (error) => {
      throw malformed(error.message);
    });
    this.#parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !UTF8.test(encoding)) throw malformed(`its encoding is ${encoding}`);
    });
    this.#parser.on('doctype', () => {
      throw malformed('it has a document type, which is refused');
    });
    this.#parser.on('opentag', ({ name }) => {
      events.open(name);
    });
    this.#parser.on('closetag', ({ name }) => {
      events.close(name);
    });
    this.#parser.on('text', (text) => {
      events.text(text);
    });
    this.#parser.on('cdata', (text) => {
      events.text(text);
    });
  }

  /** Reads the next piece, which may end within a character. */
  write(bytes: Uint8Array): void {
    this.writeText(this.#decode(bytes));
  }

  writeText(text: string): void {
    // Half a character: the parser would take what follows for the other half.
    if (/\p{Surrogate}/u.test(text)) throw malformed('it is no Unicode text');
    for (let start = 0; start < text.length; start += SLICE) {
      this.#parser.write(text.slice(start, start + SLICE));
    }
  }

  /** The document is complete. */
  end(): void {
    this.writeText(this.#decode());
    this.#parser.close();
  }

  #decode(bytes?: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (error) {
      throw malformed('it is not UTF-8', error);
    }
  }
}

/** The error of a document that is no XML-RPC message. */
export function malformed(reason: string, cause?: unknown): PodrootError {
  return new PodrootError('PROTOCOL_ERROR', `the document is no XML-RPC message: ${reason}`, { cause });
}
