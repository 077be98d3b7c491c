import { expect } from 'chai';
import fc from 'fast-check';
import { readRpm, readSrpm } from '../../lib/srpm/read-srpm.js';
import { SrpmError } from '../../lib/srpm/srpm-error.js';
import { verifySrpm } from '../../lib/srpm/verify-srpm.js';
import { buildHeader, buildRpm, joinHeader, type TagValue } from './build-rpm.js';
import { readFixture } from './fixtures.js';

const REPORT = { onMismatch: 'report' } as const;

/** A whole small package, one of format 6, one with dependencies of every kind, one with signatures. */
const PACKAGES = [
  'foo-1.0-1.src.rpm',
  'rpm-basic-2.3.4-5.el9.v6.src.rpm',
  'made/dependencies-1.0~rc1-1^git2.nosrc.rpm',
  'binary/hello-2.0-1.x86_64-signed-mldsa87.rpm',
];

describe('a hostile RPM', () => {
  for (const name of PACKAGES) {
    it(`is refused with SRPM_TRUNCATED when ${name} is cut at any byte of its headers`, async () => {
      const bytes = readFixture(name);
      const { payload } = await readRpm(bytes);
      for (let end = 0; end < payload.offset; end += end < 200 || end > payload.offset - 600 ? 1 : 37) {
        const error = await outcome(bytes.subarray(0, end));
        expect(error).to.have.property('code', 'SRPM_TRUNCATED');
        expect(error).to.have.property('offset', end);
      }
      expect(await outcome(bytes.subarray(0, payload.offset))).to.equal(undefined);
    });

    it(`is read or refused with a code when bits of the headers of ${name} are flipped`, async () => {
      const bytes = readFixture(name);
      const { payload } = await readRpm(bytes);
      const bits = fc.array(fc.nat({ max: payload.offset * 8 - 1 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(bits, async (flips) => {
          const flipped = Buffer.from(bytes);
          for (const bit of flips)
            flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          await outcome(flipped);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('is found damaged at every bit of the header, where it has a digest', async () => {
    const bytes = readFixture('foo-1.0-1.src.rpm');
    const { payload } = await readRpm(bytes);
    const start = payload.offset - 41 * 16 - 343;
    for (let at = start; at < payload.offset; at++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at & 7)), at);
      const error = await readSrpm(flipped).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'SRPM_DIGEST_MISMATCH');
    }
  });

  it('is read or refused with a code whatever its bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 112 }), async (bytes, kept) => {
        const sound = readFixture('foo-1.0-1.src.rpm');
        await outcome(Buffer.concat([sound.subarray(0, kept), bytes]));
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused with a code whatever its index entries are', async () => {
    const word = fc.oneof(fc.nat({ max: 70 }), fc.constantFrom(-16, -1, 0x7fffffff, 0x100000), fc.integer());
    const entry = fc.record({
      tag: fc.constantFrom(61, 62, 63, 100, 1000, 1001, 1002, 1049, 1117, 5008),
      type: fc.nat({ max: 10 }),
      offset: word,
      count: word.map((count) => count >>> 0),
    });
    const entries = fc.array(entry, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(entries, fc.uint8Array({ maxLength: 64 }), async (index, data) => {
        await outcome(buildRpm(joinHeader(index, Buffer.from(data))));
      }),
      { numRuns: 1000 },
    );
  });

  it('is read or refused with a code whatever its tags hold', async () => {
    const text = fc.string({
      unit: fc.constantFrom('(', ')', ' ', 'a', 'or', 'if', '/', '..', '-', ':', '1', 'ä'),
      maxLength: 12,
    });
    const tag = fc.oneof(
      fc.tuple(
        fc.constantFrom(1000, 1001, 1002, 1027, 1044, 1049, 1050, 1117, 1118),
        fc.constant('strings' as const),
        fc.array(text, { minLength: 1, maxLength: 3 }),
      ),
      fc.tuple(
        fc.constantFrom(1003, 1028, 1037, 1048, 1106, 1116, 5011),
        fc.constant('int32' as const),
        fc.array(fc.nat({ max: 2 ** 31 }), { minLength: 1, maxLength: 3 }),
      ),
    );
    const tags = fc.uniqueArray(tag, { selector: ([number]) => number, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(tags, fc.boolean(), async (values, hasRegion) => {
        const sorted: readonly TagValue[] = [...values].sort(([one], [other]) => one - other);
        if (sorted.length > 0) await outcome(buildRpm(buildHeader(sorted, hasRegion ? 63 : undefined)));
      }),
      { numRuns: 500 },
    );
  });
});

/** What it is refused with; `undefined` when it is read. Anything but an {@link SrpmError} fails. */
async function outcome(bytes: Buffer): Promise<SrpmError | undefined> {
  const [refusal] = await Promise.all(
    [readRpm, readSrpm, verifySrpm].map(async (read) => {
      try {
        await read(bytes, REPORT);
        return undefined;
      } catch (error) {
        expect(error).to.be.instanceOf(SrpmError);
        return error as SrpmError;
      }
    }),
  );
  return refusal;
}
