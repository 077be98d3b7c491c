import { expect } from 'chai';
import fc from 'fast-check';
import { PodrootError } from '../../lib/errors.js';
import { decodeMessage, XmlRpcDecoder } from '../../lib/koji/xmlrpc-decode.js';
import { encodeResponse } from '../../lib/koji/xmlrpc-encode.js';
import { MOST_LEVELS, type XmlRpcValue } from '../../lib/koji/xmlrpc-value.js';

const around = (value: string): string =>
  `<methodResponse><params><param>${value}</param></params></methodResponse>`;

/** Documents that Python's expat, defusedxml, or its unmarshaller refuse, and so do we. */
const REFUSED: Readonly<Record<string, string>> = {
  'an empty document': '',
  'no XML': 'hello',
  'a document type': `<!DOCTYPE a>${around('<value/>')}`,
  'a billion laughs': `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i} "&a;&a;&a;&a;">`).join('')}]>${around('<value>&a29;</value>')}`,
  'an entity of a file': `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${around('<value>&x;</value>')}`,
  'an unknown entity': around('<value>&nbsp;</value>'),
  'a control character': around('<value>\u0001</value>'),
  'a reference to a control character': around('<value>&#1;</value>'),
  'a control character of XML 1.1': `<?xml version="1.1"?>${around('<value>&#1;</value>')}`,
  'another encoding': `<?xml version="1.0" encoding="iso-8859-1"?>${around('<value/>')}`,
  'a second root': `${around('<value/>')}<a/>`,
  'text after the end': `${around('<value/>')}boo`,
  'a document that is cut': around('<value><string>abc</string></value>').slice(0, -20),
  'elements that are not closed in order': around('<value><array><data></array></data></value>'),
  'an unknown type': around('<value><decimal>1</decimal></value>'),
  'two types in a value': around('<value><int>1</int><int>2</int></value>'),
  'text beside a type': around('<value>1<int>1</int></value>'),
  'text in an array': around('<value><array><data>1</data></array></value>'),
  'an array without data': around('<value><array></array></value>'),
  'a member without a name': around('<value><struct><member><value/></member></struct></value>'),
  'a member without a value': around('<value><struct><member><name>a</name></member></struct></value>'),
  'a member with two values': around(
    '<value><struct><member><name>a</name><value/><value/></member></struct></value>',
  ),
  'two results':
    '<methodResponse><params><param><value/></param><param><value/></param></params></methodResponse>',
  'no result': '<methodResponse><params></params></methodResponse>',
  'a response that says nothing': '<methodResponse></methodResponse>',
  'a result and a fault': `<methodResponse><params><param><value/></param></params><fault><value/></fault></methodResponse>`,
  'a fault that is no struct': '<methodResponse><fault><value>1</value></fault></methodResponse>',
  'a fault without a code':
    '<methodResponse><fault><value><struct><member><name>faultString</name><value>x</value></member></struct></value></fault></methodResponse>',
  'a call without a method': '<methodCall><params></params></methodCall>',
  'another vocabulary': '<html><body>502 Bad Gateway</body></html>',
  'a number that is none': around('<value><int>12a</int></value>'),
  'a number without digits': around('<value><int></int></value>'),
  'a number of a million digits': around(`<value><int>${'9'.repeat(1e6)}</int></value>`),
  'a double that is none': around('<value><double>1.2.3</double></value>'),
  'a hexadecimal double': around('<value><double>0x10</double></value>'),
  'a boolean that is none': around('<value><boolean>true</boolean></value>'),
  'a nil with content': around('<value><nil>0</nil></value>'),
  'base64 that is none': around('<value><base64>a*b=</base64></value>'),
  'base64 that is cut': around('<value><base64>YWJ</base64></value>'),
  'a date that is none': around('<value><dateTime.iso8601>yesterday</dateTime.iso8601></value>'),
  'half a character': around('<value>\ud800</value>'),
};

describe('the XML-RPC decoder', () => {
  for (const [name, xml] of Object.entries(REFUSED)) {
    it(`refuses ${name} with PROTOCOL_ERROR`, () => {
      expect(() => decodeMessage(xml))
        .to.throw(PodrootError)
        .with.property('code', 'PROTOCOL_ERROR');
    });
  }

  it('refuses bytes that are not UTF-8 with PROTOCOL_ERROR', () => {
    const bytes = Buffer.concat([Buffer.from('<methodResponse>'), Buffer.from([0xc3, 0x28])]);
    expect(() => decodeMessage(bytes))
      .to.throw('UTF-8')
      .with.property('code', 'PROTOCOL_ERROR');
  });

  it('refuses a document that ends within a character with PROTOCOL_ERROR', () => {
    const bytes = Buffer.concat([Buffer.from(around('<value/>')), Buffer.from([0xe2, 0x82])]);
    expect(() => decodeMessage(bytes))
      .to.throw('UTF-8')
      .with.property('code', 'PROTOCOL_ERROR');
  });

  context('with deep nesting', () => {
    it(`reads ${MOST_LEVELS} levels`, () => {
      let nested: XmlRpcValue = [];
      for (let level = 1; level < MOST_LEVELS; level += 1) nested = [nested];
      expect(decodeMessage(encodeResponse(nested))).to.have.deep.property('value', nested);
    });

    it('refuses a million levels at once with PROTOCOL_ERROR', () => {
      const xml = `<methodResponse><params><param>${'<value><array><data>'.repeat(1e6)}`;
      const before = performance.now();
      expect(() => decodeMessage(xml))
        .to.throw('levels')
        .with.property('code', 'PROTOCOL_ERROR');
      expect(performance.now() - before).to.be.below(2000);
    });
  });

  it('ignores attributes, comments and processing instructions', () => {
    const xml = around('<?php x ?><value a="1"><!-- c --><int b="2">1</int></value>');
    expect(decodeMessage(xml)).to.deep.equal({ kind: 'response', value: 1 });
  });

  it('joins text and CDATA in their order', () => {
    expect(decodeMessage(around('<value><string>a<![CDATA[<b>]]>&lt;c</string></value>'))).to.have.property(
      'value',
      'a<b><c',
    );
  });

  it('reads the same at whichever byte the document is cut', () => {
    const value = { 'ä€😀': ['x & y', null, 1.5, 'line\nline'] };
    const bytes = Buffer.from(encodeResponse(value));
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const decoder = new XmlRpcDecoder();
      decoder.write(bytes.subarray(0, cut));
      decoder.write(bytes.subarray(cut));
      expect(decoder.end()).to.deep.equal({ kind: 'response', value });
    }
  });

  it('answers any bytes with a message or PROTOCOL_ERROR', () => {
    const tag = fc.constantFrom(
      'value',
      'array',
      'data',
      'struct',
      'member',
      'name',
      'int',
      'string',
      'params',
      'param',
      'methodResponse',
      'fault',
      'nil',
    );
    const piece = fc.oneof(
      tag.map((name) => `<${name}>`),
      tag.map((name) => `</${name}>`),
      fc.constantFrom(
        '<![CDATA[',
        ']]>',
        '&amp;',
        '&',
        '<',
        '>',
        '<!--',
        '-->',
        '<?',
        '?>',
        '1',
        ' ',
        '\r\n',
      ),
      fc.string({ unit: 'binary' }),
    );
    const check = (xml: string): void => {
      try {
        expect(decodeMessage(xml)).to.have.property('kind');
      } catch (error) {
        expect(error).to.be.instanceOf(PodrootError).with.property('code', 'PROTOCOL_ERROR');
      }
    };
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        check,
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => around(`<value>${pieces.join('')}`)),
        check,
      ),
      { numRuns: 500 },
    );
  });
});
