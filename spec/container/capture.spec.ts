import { expect } from 'chai';
import fc from 'fast-check';
import { Capture } from '../../lib/container/capture.js';

describe('Capture', () => {
  it('keeps the beginning, however it is cut', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 20 }));
    fc.assert(
      fc.property(chunks, fc.nat({ max: 100 }), (parts, limit) => {
        const capture = new Capture(limit);
        for (const part of parts) capture.add(part);
        const all = Buffer.concat(parts);
        expect(capture.bytes().equals(all.subarray(0, limit))).to.equal(true);
        expect(capture.truncated).to.equal(all.length > limit);
      }),
    );
  });

  it('is not truncated by an empty chunk after the limit', () => {
    const capture = new Capture(1);
    capture.add(Buffer.from('a'));
    capture.add(Buffer.alloc(0));
    expect(capture.truncated).to.equal(false);
  });

  it('keeps a copy: what is done to the chunk afterwards does not matter', () => {
    const capture = new Capture(10);
    const chunk = Buffer.from('abc');
    capture.add(chunk);
    chunk.fill('x');
    expect(capture.bytes().toString()).to.equal('abc');
  });

  it('does not keep a large chunk alive for the few bytes wanted of it', () => {
    const capture = new Capture(3);
    capture.add(new Uint8Array(1024 * 1024));
    expect(capture.bytes().buffer.byteLength).to.be.below(100_000);
  });
});
