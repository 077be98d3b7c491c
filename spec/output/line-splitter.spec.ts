import { expect } from 'chai';
import fc from 'fast-check';
import type { OutputChannel } from '../../lib/container/output-chunk.js';
import { LineSplitter } from '../../lib/output/line-splitter.js';

describe('LineSplitter', () => {
  it('gives lines when they are complete, and the rest at the end', () => {
    const lines = new LineSplitter();
    expect(lines.push(chunk('one\ntw'))).to.deep.equal([{ channel: 'stdout', text: 'one' }]);
    expect(lines.push(chunk('o\n\nthree'))).to.deep.equal([
      { channel: 'stdout', text: 'two' },
      { channel: 'stdout', text: '' },
    ]);
    expect(lines.end()).to.deep.equal([{ channel: 'stdout', text: 'three' }]);
  });

  context('when a character is cut by the other channel', () => {
    it('puts both texts together right', () => {
      const rocket = Buffer.from('🚀\n');
      const lines = new LineSplitter();
      lines.push({ channel: 'stdout', bytes: rocket.subarray(0, 2), time: 0 });
      expect(lines.push({ channel: 'stderr', bytes: Buffer.from('é\n'), time: 0 })).to.deep.equal([
        { channel: 'stderr', text: 'é' },
      ]);
      expect(lines.push({ channel: 'stdout', bytes: rocket.subarray(2), time: 0 })).to.deep.equal([
        { channel: 'stdout', text: '🚀' },
      ]);
    });
  });

  context('when a line never ends', () => {
    it('gives it in pieces and keeps no more than one', () => {
      const lines = new LineSplitter();
      const pieces = Array.from({ length: 100 }, () => lines.push(chunk('x'.repeat(10_000)))).flat();
      expect(pieces.every(({ text }) => text.length === 65_536)).to.equal(true);
      expect([...pieces, ...lines.end()].map(({ text }) => text).join('')).to.equal('x'.repeat(1_000_000));
      expect(pieces.length).to.equal(15);
    });
  });

  it('gives the same lines wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(50)), (text, cuts) => {
        const bytes = Buffer.from(text);
        const lines = new LineSplitter();
        const found: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(
            ...lines
              .push({ channel: 'stdout', bytes: bytes.subarray(at, at + cut), time: 0 })
              .map((line) => line.text),
          );
          at += cut;
        }
        found.push(...lines.end().map((line) => line.text));
        const expected = bytes.toString().split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(found).to.deep.equal(expected);
      }),
    );
  });
});

function chunk(text: string, channel: OutputChannel = 'stdout') {
  return { channel, bytes: Buffer.from(text), time: 0 };
}
