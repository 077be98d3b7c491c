import { expect } from 'chai';
import fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { adler32, toHexDigest } from '../../lib/koji/adler32.js';
import { bodyOf, readPhase, recordedPhases } from '../support/hub-recordings.js';

/** zlib's own sum: the last four bytes of its format. */
const byZlib = (bytes: Uint8Array): number => deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4);

describe('adler32', () => {
  it('is what zlib has for any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 20_000, size: 'max' }),
        (bytes) => adler32(bytes) === byZlib(bytes),
      ),
    );
  });

  it('is what zlib has for what makes its sums the largest', () => {
    const bytes = new Uint8Array(1_000_003).fill(0xff);
    expect(adler32(bytes)).to.equal(byZlib(bytes));
  });

  it('is the same when it goes on from a part', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.uint8Array(),
        (first, second) => adler32(second, adler32(first)) === adler32(Buffer.concat([first, second])),
      ),
    );
  });

  it('is what a real hub answered to every recorded upload that still has its own bytes', () => {
    let compared = 0;
    for (const { method, request, response } of recordedPhases().flatMap(readPhase)) {
      const digest = /<name>hexdigest<\/name>\n<value><string>([0-9a-f]{8})</.exec(response.text ?? '')?.[1];
      // The lab's folders were renamed in the recording: spec/fixtures/koji-xmlrpc/README.md.
      const renamed = bodyOf(request).includes('/srv/lab/');
      if (method !== 'rawUpload' || digest === undefined || renamed) continue;
      expect(toHexDigest(adler32(bodyOf(request)))).to.equal(digest);
      compared += 1;
    }
    expect(compared).to.equal(227);
  });
});
