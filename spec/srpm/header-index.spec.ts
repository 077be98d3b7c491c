import { expect } from 'chai';
import { readRpm } from '../../lib/srpm/read-srpm.js';
import { SrpmError } from '../../lib/srpm/srpm-error.js';
import { buildHeader, buildRpm, joinHeader, SOURCE_TAGS, type RawIndexEntry } from './build-rpm.js';

const REQUIRED: readonly RawIndexEntry[] = [
  { tag: 1000, type: 6, offset: 0, count: 1 },
  { tag: 1001, type: 6, offset: 2, count: 1 },
  { tag: 1002, type: 6, offset: 4, count: 1 },
];
const DATA = Buffer.from('a\0b\0c\0');

/** Where a header is in what buildRpm makes of it, and where its data begins. */
const HEADER = 96 + 16 + 2 * 16 + 81 + 7;
const dataOf = (entries: number): number => HEADER + 16 + entries * 16;

describe('a header', () => {
  it('is read without a region, and then stands for format 3', async () => {
    expect(await readRpm(buildRpm(joinHeader([...REQUIRED], DATA)), REPORT)).to.deep.include({
      formatVersion: 3,
      name: 'a',
      version: 'b',
      release: 'c',
    });
  });

  it('keeps the first of two entries of one tag', async () => {
    const entries = [...REQUIRED, { tag: 1002, type: 6, offset: 6, count: 1 }];
    const rpm = buildRpm(joinHeader(entries, Buffer.from('a\0b\0c\0d\0')));
    expect(await readRpm(rpm, REPORT)).to.have.property('release', 'c');
  });

  it('may have padding between values', async () => {
    const entries = [...REQUIRED, { tag: 1003, type: 4, offset: 8, count: 1 }];
    const rpm = buildRpm(joinHeader(entries, Buffer.concat([DATA, Buffer.from('ffff00000009', 'hex')])));
    expect(await readRpm(rpm, REPORT)).to.have.property('epoch', 9);
  });

  context('when its intro is bad', () => {
    const sound = joinHeader(REQUIRED, DATA);
    const CASES = {
      'has another magic number': [
        0,
        0x8d,
        /header begins with 8dade80100000000, not with 8eade80100000000/,
        0,
      ],
      'has a reserved byte set': [7, 1, /header begins with 8eade80100000001/, 0],
      'states more tags than rpm takes': [9, 1, /states 65539 tags, not 1 to 65535/, 8],
      'states more data than rpm takes': [
        12,
        0x10,
        /states 268435462 bytes of data, more than 268435455/,
        12,
      ],
    } as const;
    for (const [title, [at, byte, message, offset]] of Object.entries(CASES)) {
      it(`rejects with SRPM_INVALID: ${title}`, async () => {
        const header = Buffer.from(sound);
        header[at] = byte;
        const error = await failure(buildRpm(header));
        expect(error.code).to.equal('SRPM_INVALID');
        expect(error.message).to.match(message);
        expect(error.offset).to.equal(HEADER + offset);
      });
    }

    it('rejects with SRPM_INVALID: states no tags', async () => {
      expect((await failure(buildRpm(joinHeader([], DATA)))).message).to.match(
        /states 0 tags, not 1 to 65535/,
      );
    });

    it('rejects with SRPM_INVALID: a signature header with more than 32 tags', async () => {
      const tags = Array.from({ length: 33 }, (_, at) => [300 + at, 'string', ['x']] as const);
      const error = await failure(buildRpm(sound, { signatures: tags }));
      expect(error.message).to.match(/its signature header states 34 tags, not 1 to 32/);
    });
  });

  context('when an entry is bad', () => {
    const CASES: Readonly<Record<string, readonly [entry: RawIndexEntry, message: RegExp]>> = {
      'a number below 100': [{ tag: 99, type: 6, offset: 6, count: 1 }, /its number is below 100/],
      'type 0': [{ tag: 1100, type: 0, offset: 6, count: 1 }, /there is no such type/],
      'a type above 9': [{ tag: 1100, type: 10, offset: 6, count: 1 }, /there is no such type/],
      'no values': [{ tag: 1100, type: 8, offset: 6, count: 0 }, /cannot hold so many values/],
      'more values than bytes': [{ tag: 1100, type: 7, offset: 6, count: 33 }, /cannot hold so many values/],
      'a negative offset': [{ tag: 1100, type: 6, offset: -1, count: 1 }, /begin before byte 6/],
      'an offset in the values before it': [
        { tag: 1100, type: 6, offset: 5, count: 1 },
        /begin before byte 6/,
      ],
      'an offset beyond the data': [
        { tag: 1100, type: 7, offset: 33, count: 1 },
        /reach beyond the 32 bytes/,
      ],
      'numbers beyond the data': [{ tag: 1100, type: 4, offset: 24, count: 3 }, /reach beyond the 32 bytes/],
      'a misaligned 16-bit number': [{ tag: 1100, type: 3, offset: 7, count: 1 }, /no multiple of 2/],
      'a misaligned 32-bit number': [{ tag: 1100, type: 4, offset: 10, count: 1 }, /no multiple of 4/],
      'a misaligned 64-bit number': [{ tag: 1100, type: 5, offset: 12, count: 1 }, /no multiple of 8/],
      'one string that counts two': [{ tag: 1100, type: 6, offset: 6, count: 2 }, /counts several/],
      'strings without their ends': [
        { tag: 1100, type: 8, offset: 6, count: 27 },
        /reach beyond the 32 bytes/,
      ],
      'a region that is not the first': [
        { tag: 63, type: 7, offset: 16, count: 16 },
        /its number is below 100/,
      ],
    };
    for (const [title, [entry, message]] of Object.entries(CASES)) {
      it(`rejects with SRPM_INVALID: ${title}`, async () => {
        const data = Buffer.concat([DATA, Buffer.alloc(26)]);
        const error = await failure(buildRpm(joinHeader([...REQUIRED, entry], data)));
        expect(error.code).to.equal('SRPM_INVALID');
        expect(error.message).to.match(message);
        expect(error.message).to.include(`(tag ${entry.tag}, type ${entry.type}, offset ${entry.offset},`);
        expect(error.offset).to.equal(HEADER + 16 + 3 * 16);
      });
    }

    it('rejects with SRPM_INVALID: a string that does not end', async () => {
      const entry = { tag: 1100, type: 6, offset: 6, count: 1 };
      const error = await failure(buildRpm(joinHeader([...REQUIRED, entry], Buffer.from('a\0b\0c\0d'))));
      expect(error.message).to.match(/reach beyond the 7 bytes/);
    });

    it('rejects with SRPM_INVALID: more than 1048575 values', async () => {
      const entry = { tag: 1100, type: 1, offset: 6, count: 0x100000 };
      const data = Buffer.concat([DATA, Buffer.alloc(0x100000)]);
      expect((await failure(buildRpm(joinHeader([...REQUIRED, entry], data)))).message).to.match(
        /more than 1048575/,
      );
    });
  });

  context('when a tag is of another type than rpm knows', () => {
    const epochAsText = [...SOURCE_TAGS.slice(0, 3), [1003, 'string', ['7']] as const];

    it('rejects with SRPM_INVALID in a header with a region', async () => {
      const error = await failure(buildRpm(buildHeader(epochAsText, 63)));
      expect(error.message).to.match(/bad tag: it is string, not int32 \(tag 1003/);
    });

    it('counts as absent in one without', async () => {
      expect(await readRpm(buildRpm(buildHeader(epochAsText, undefined)), REPORT)).to.have.property(
        'epoch',
        undefined,
      );
    });

    it('takes one kind of string for another', async () => {
      const tags = [[1000, 'i18n', ['a']] as const, ...SOURCE_TAGS.slice(1)];
      expect(await readRpm(buildRpm(buildHeader(tags, 63)))).to.have.property('name', 'a');
    });
  });

  context('when its region is bad', () => {
    const region = (index: Partial<RawIndexEntry>, trailer: Partial<RawIndexEntry>, tail = 0): Buffer => {
      const entries = [{ tag: 63, type: 7, offset: 6, count: 16, ...index }, ...REQUIRED];
      const closing = joinHeader([{ tag: 63, type: 7, offset: -64, count: 16, ...trailer }], Buffer.alloc(0));
      return joinHeader(entries, Buffer.concat([DATA, closing.subarray(16), Buffer.alloc(tail)]));
    };

    it('is sound to begin with', async () => {
      expect(await readRpm(buildRpm(region({}, {})))).to.have.property('formatVersion', 4);
    });

    const CASES: Readonly<Record<string, readonly [header: Buffer, message: RegExp, offset: number]>> = {
      'of another type': [region({ type: 6 }, {}), /bad region in 22 bytes/, HEADER + 16],
      'of another count': [region({ count: 15 }, {}), /bad region in 22 bytes/, HEADER + 16],
      'before the data': [region({ offset: -1 }, {}), /bad region in 22 bytes/, HEADER + 16],
      'beyond the data': [region({ offset: 7 }, {}), /bad region in 22 bytes/, HEADER + 16],
      'a trailer of another tag': [region({}, { tag: 62 }), /bad region trailer: tag 62/, dataOf(4) + 6],
      'a trailer of another type': [region({}, { type: 6 }), /bad region trailer/, dataOf(4) + 6],
      'a trailer of another count': [region({}, { count: 1 }), /bad region trailer/, dataOf(4) + 6],
      'a part of a tag': [region({}, { offset: -63 }), /region of 3\.9375 tags/, dataOf(4) + 6],
      'less than no tags': [region({}, { offset: 64 }), /region of -4 tags/, dataOf(4) + 6],
      'fewer tags than there are': [
        region({}, { offset: -48 }),
        /region of 3 tags and 22 bytes, but 4/,
        dataOf(4) + 6,
      ],
      'more tags than there are': [region({}, { offset: -80 }), /region of 5 tags/, dataOf(4) + 6],
      'less data than there is': [region({}, {}, 4), /22 bytes, but 4 tags and 26 bytes/, dataOf(4) + 6],
    };
    for (const [title, [header, message, offset]] of Object.entries(CASES)) {
      it(`rejects with SRPM_INVALID: ${title}`, async () => {
        const error = await failure(buildRpm(header));
        expect(error.code).to.equal('SRPM_INVALID');
        expect(error.message).to.match(message);
        expect(error.offset).to.equal(offset);
      });
    }

    it('rejects with SRPM_INVALID: values that overlap the trailer', async () => {
      const entries = [
        { tag: 63, type: 7, offset: 6, count: 16 },
        ...REQUIRED,
        { tag: 1100, type: 7, offset: 6, count: 1 },
      ];
      const trailer = joinHeader([{ tag: 63, type: 7, offset: -80, count: 16 }], Buffer.alloc(0)).subarray(
        16,
      );
      const error = await failure(buildRpm(joinHeader(entries, Buffer.concat([DATA, trailer]))));
      expect(error.message).to.match(/overlap the region trailer/);
    });
  });

  context('when it is the signature header', () => {
    const header = buildHeader(SOURCE_TAGS, 63);
    const signed = (region: number, offset: number, added: readonly RawIndexEntry[] = []): Buffer => {
      const entries = [
        { tag: 62, type: 7, offset: 4, count: 16 },
        { tag: 300, type: 6, offset: 0, count: 1 },
        ...added,
      ];
      const trailer = joinHeader([{ tag: region, type: 7, offset, count: 16 }], Buffer.alloc(0)).subarray(16);
      return joinHeader(entries, Buffer.concat([Buffer.from('abc\0'), trailer, Buffer.from('more\0')]));
    };

    it('may be closed with the tag of another region, as by old rpm', async () => {
      const rpm = buildRpm(header, { signatureHeader: signed(61, -32) });
      expect(await readRpm(rpm)).to.have.property('name', 'made');
    });

    it('may have tags added outside of its region', async () => {
      const added = [{ tag: 301, type: 6, offset: 20, count: 1 }];
      const rpm = buildRpm(header, { signatureHeader: signed(62, -32, added) });
      expect(await readRpm(rpm)).to.have.property('name', 'made');
    });
  });
});

const REPORT = { onMismatch: 'report' } as const;

async function failure(rpm: Buffer): Promise<SrpmError> {
  const error = await readRpm(rpm, REPORT).then(
    () => expect.fail('it was not rejected'),
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(SrpmError);
  return error as SrpmError;
}
