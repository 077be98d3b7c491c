import { expect } from 'chai';
import fc from 'fast-check';
import { decodeArguments, encodeArguments } from '../../lib/koji/keyword-arguments.js';
import { decodeCall, decodeMessage } from '../../lib/koji/xmlrpc-decode.js';
import { encodeCall, encodeFault, encodeResponse } from '../../lib/koji/xmlrpc-encode.js';
import { toXmlText } from '../../lib/koji/xmlrpc-text.js';
import { XmlRpcDateTime, XmlRpcDouble, type XmlRpcValue } from '../../lib/koji/xmlrpc-value.js';

const text = fc.string({ unit: 'binary' }).map(toXmlText);
const { value } = fc.letrec<{ value: XmlRpcValue; list: XmlRpcValue; struct: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .filter((number) => !Number.isSafeInteger(Number(number))),
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => new XmlRpcDouble(number)),
    text,
    fc.uint8Array(),
    fc
      .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => XmlRpcDateTime.fromUtc(date)),
    tie('list'),
    tie('struct'),
  ),
  list: fc.array(tie('value')),
  struct: fc.dictionary(text, tie('value'), { noNullPrototype: true }),
}));

describe('XML-RPC', () => {
  it('gives any result back as it was', () => {
    fc.assert(
      fc.property(value, (original) => {
        const message = decodeMessage(encodeResponse(original), { doubles: 'exact' });
        expect(message).to.deep.equal({ kind: 'response', value: original });
      }),
      { numRuns: 300 },
    );
  });

  it('gives any call back as it was, with its keyword arguments', () => {
    fc.assert(
      fc.property(
        fc.array(value),
        fc.dictionary(text, value, { noNullPrototype: true }),
        (args, keywords) => {
          const xml = encodeCall('host.updateHost', encodeArguments(args, keywords));
          const call = decodeCall(Buffer.from(xml), { doubles: 'exact' });
          const given = Object.keys(keywords).length > 0;
          if (given) expect(decodeArguments(call.params)).to.deep.equal({ args, keywords });
          else expect(call.params).to.deep.equal(args);
        },
      ),
    );
  });

  it('gives any fault back, its text cleaned', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ unit: 'binary' }), (faultCode, faultString) => {
        expect(decodeMessage(encodeFault(faultCode, faultString))).to.deep.equal({
          kind: 'fault',
          faultCode,
          faultString: toXmlText(faultString),
        });
      }),
    );
  });

  context('with numbers', () => {
    const elementOf = (number: XmlRpcValue): string =>
      /<value>(.*)<\/value>/.exec(encodeResponse(number))?.[1] ?? '';

    for (const [number, element] of [
      [0, '<int>0</int>'],
      [2147483647, '<int>2147483647</int>'],
      [2147483648, '<i8>2147483648</i8>'],
      [-2147483648, '<int>-2147483648</int>'],
      [-2147483649, '<i8>-2147483649</i8>'],
      [5n, '<int>5</int>'],
      [2n ** 63n - 1n, '<i8>9223372036854775807</i8>'],
      [0.1, '<double>0.1</double>'],
      [new XmlRpcDouble(0), '<double>0.0</double>'],
      [-0, '<double>-0.0</double>'],
      [1e300, '<double>1e+300</double>'],
      [1e16, '<double>1e+16</double>'],
      [new XmlRpcDouble(123456789012345), '<double>123456789012345.0</double>'],
      [0.0001, '<double>0.0001</double>'],
      [0.00001234, '<double>1.234e-05</double>'],
      [1795434397.123846, '<double>1795434397.123846</double>'],
    ] as const) {
      it(`writes ${element} as Python does`, () => {
        expect(elementOf(number)).to.equal(element);
      });
    }

    for (const number of [NaN, Infinity, 2n ** 63n, -(2n ** 63n) - 1n]) {
      it(`refuses ${String(number)} with INVALID_ARGUMENT`, () => {
        expect(() => encodeResponse([1, { a: number }]))
          .to.throw('result[1].a')
          .with.property('code', 'INVALID_ARGUMENT');
      });
    }

    it('gives whole numbers that a number cannot hold as bigint', () => {
      const xml = encodeResponse([2n ** 53n, 2n ** 53n - 1n]);
      expect(decodeMessage(xml)).to.have.deep.property('value', [2n ** 53n, 2 ** 53 - 1]);
    });
  });

  context('with text that XML cannot carry', () => {
    it('leaves control characters out, as upstream does where it cleans text', () => {
      const xml = encodeFault(1005, '\u001b[31merror\u0000:\u0007\tbad\r\n\u007f\ufffe');
      expect(decodeMessage(xml)).to.have.property('faultString', '[31merror:\tbad\r\n\u007f');
    });

    it('replaces halves of characters', () => {
      expect(decodeMessage(encodeResponse('a\ud83db\ude00'))).to.have.property('value', 'a\ufffdb\ufffd');
    });
  });

  context('with what has no form in it', () => {
    for (const [name, bad] of [
      ['undefined', undefined],
      ['a function', () => 1],
      ['a Date, which has a time zone that dateTime lacks', new Date()],
      ['a Map', new Map()],
    ] as const) {
      it(`refuses ${name} with INVALID_ARGUMENT`, () => {
        expect(() => encodeCall('echo', [[bad as unknown as XmlRpcValue]]))
          .to.throw('args[0][0]')
          .with.property('code', 'INVALID_ARGUMENT');
      });
    }

    it('refuses a value that holds itself with INVALID_ARGUMENT', () => {
      const list: XmlRpcValue[] = [];
      list.push(list);
      expect(() => encodeResponse(list))
        .to.throw('nested')
        .with.property('code', 'INVALID_ARGUMENT');
    });

    it('refuses a method name with markup in it with INVALID_ARGUMENT', () => {
      expect(() => encodeCall('echo</methodName>', []))
        .to.throw('method')
        .with.property('code', 'INVALID_ARGUMENT');
    });
  });

  context('with keyword arguments', () => {
    it('adds no struct when there are none', () => {
      expect(encodeArguments([1], { strict: undefined })).to.deep.equal([1]);
    });

    it('leaves a last struct without the mark alone', () => {
      expect(decodeArguments([1, { a: 2 }])).to.deep.equal({ args: [1, { a: 2 }], keywords: {} });
    });
  });

  it('lets a double be calculated with, and be JSON', () => {
    const load = new XmlRpcDouble(1.5);
    expect(Number(load) + 1).to.equal(2.5);
    expect(JSON.stringify({ load })).to.equal('{"load":1.5}');
  });

  it('lets a date be taken as UTC', () => {
    const date = new XmlRpcDateTime('2026-11-23T10:20:30');
    expect(date.toUtc().toISOString()).to.equal('2026-11-23T10:20:30.000Z');
    expect(String(date)).to.equal('20261123T10:20:30');
    expect(() => new XmlRpcDateTime('2026-11-23')).to.throw('dateTime');
  });

  it('keeps a member called __proto__ a member', () => {
    const message = decodeMessage(
      '<methodResponse><params><param><value><struct><member><name>__proto__</name><value><struct><member><name>polluted</name><value><int>1</int></value></member></struct></value></member></struct></value></param></params></methodResponse>',
    );
    const struct = message.kind === 'response' ? message.value : null;
    expect(Object.keys(struct as object)).to.deep.equal(['__proto__']);
    expect(struct).not.to.have.property('polluted');
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});
