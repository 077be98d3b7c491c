import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { SrpmError } from '../../lib/srpm/srpm-error.js';
import type { SrpmSource } from '../../lib/srpm/byte-reader.js';
import { verifySrpm } from '../../lib/srpm/verify-srpm.js';
import { buildSrpm, SOURCE_TAGS, withTags, type TagValue } from './build-rpm.js';
import { fixturePath, readFixture } from './fixtures.js';

const REPORT = { onMismatch: 'report' } as const;
const PAYLOAD = Buffer.from('payload');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('verifySrpm', () => {
  context('when the package is whole', () => {
    for (const name of ['lcov-1.16-1.src.rpm', 'rpm-basic-2.3.4-5.el9.v6.src.rpm', 'foo-1.0-1.src.rpm']) {
      it(`finds ${name} intact`, async () => {
        const verification = await verifySrpm(fixturePath(name));
        const bytes = readFixture(name);
        expect(verification).to.include({ isIntact: true, size: 'ok', sizeBytes: bytes.length });
        expect(verification.payloadBytes).to.equal(bytes.length - verification.header.payload.offset);
      });
    }

    it('finds the same in a stream of small pieces', async () => {
      const expected = await verifySrpm(fixturePath('foo-1.0-1.src.rpm'), { name: 'foo' });
      const stream = createReadStream(fixturePath('foo-1.0-1.src.rpm'), { highWaterMark: 7 });
      expect(await verifySrpm(stream, { name: 'foo' })).to.deep.equal(expected);
    });

    it('takes a payload that was unpacked, whose alternative digest fits', async () => {
      const tags = withTags(
        SOURCE_TAGS,
        [5092, 'strings', [sha256(Buffer.from('packed'))]],
        [5097, 'strings', [sha256(PAYLOAD).toUpperCase()]],
      );
      expect(await verifySrpm(buildSrpm(tags, { payload: PAYLOAD }))).to.include({
        isIntact: true,
        payloadSha256: 'ok',
        size: 'absent',
      });
    });
  });

  context('when the payload is cut', () => {
    const name = 'derived-truncated-payload.src.rpm';

    it('rejects with SRPM_TRUNCATED and says how much is missing', async () => {
      const error = await failure(fixturePath(name));
      expect(error.code).to.equal('SRPM_TRUNCATED');
      expect(error.message).to.match(
        /ends at byte 7182: its payload has 561 bytes from byte 6621 on, not 1122$/,
      );
      expect(error.offset).to.equal(7182);
    });

    it('reports it where that is asked for', async () => {
      expect(await verifySrpm(fixturePath(name), REPORT)).to.include({
        isIntact: false,
        size: 'truncated',
        md5: 'bad',
        payloadSha256: 'bad',
      });
    });

    it('finds every cut', async () => {
      const bytes = readFixture('foo-1.0-1.src.rpm');
      const { header } = await verifySrpm(bytes);
      for (let end = header.payload.offset; end < bytes.length; end++) {
        expect((await failure(bytes.subarray(0, end))).code).to.equal('SRPM_TRUNCATED');
      }
    });
  });

  context('when there are bytes after the payload', () => {
    it('rejects with SRPM_DIGEST_MISMATCH and says so', async () => {
      const error = await failure(fixturePath('extractcode-rpm_trailing.rpm'));
      expect(error.code).to.equal('SRPM_DIGEST_MISMATCH');
      expect(error.message).to.match(
        /is damaged: its payload has 11106 bytes from byte 1655 on, not 11073; it does not have the stated md5$/,
      );
    });

    it('reports it where that is asked for', async () => {
      expect(await verifySrpm(fixturePath('extractcode-rpm_trailing.rpm'), REPORT)).to.include({
        isIntact: false,
        size: 'trailing bytes',
        md5: 'bad',
      });
    });
  });

  context('when the payload was changed', () => {
    for (const [name, digests] of [
      ['foo-1.0-1.src.rpm', 'md5'],
      ['mock-test-A-1.1-0.src.rpm', 'md5, payloadSha256'],
      ['rpm-basic-2.3.4-5.el9.v6.src.rpm', 'payloadSha256, payloadSha512, payloadSha3_256'],
    ] as const) {
      it(`rejects ${name} with SRPM_DIGEST_MISMATCH`, async () => {
        const bytes = readFixture(name);
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
        const error = await failure(bytes);
        expect([error.code, error.message]).to.deep.equal([
          'SRPM_DIGEST_MISMATCH',
          `RPM file: is damaged; it does not have the stated ${digests}`,
        ]);
      });
    }
  });

  context('when the header was changed', () => {
    it('rejects with SRPM_DIGEST_MISMATCH', async () => {
      expect((await failure(fixturePath('derived-bitflip-header.src.rpm'))).message).to.match(
        /SHA1, SHA256 digest/,
      );
    });

    it('reports it where that is asked for', async () => {
      const verification = await verifySrpm(fixturePath('derived-bitflip-header.src.rpm'), REPORT);
      expect(verification).to.include({ isIntact: false, size: 'ok', md5: 'bad', payloadSha256: 'ok' });
    });
  });

  context('when nothing is stated', () => {
    it('calls it absent and the package intact', async () => {
      expect(await verifySrpm(buildSrpm(SOURCE_TAGS, { signatures: [[300, 'string', ['x']]] }))).to.include({
        isIntact: true,
        size: 'absent',
        md5: 'absent',
        payloadSha256: 'absent',
        payloadSha512: 'absent',
        payloadSha3_256: 'absent',
      });
    });
  });

  context('when the stated size is less than that of the header', () => {
    it('does not take it for a statement', async () => {
      const rpm = buildSrpm(SOURCE_TAGS, { signatures: [[1000, 'int32', [7]]] });
      expect((await verifySrpm(rpm)).size).to.equal('absent');
    });
  });

  context('when the package is of format 6', () => {
    it('ignores MD5 and sizes of older formats in the signature header, as rpm does', async () => {
      const signatures: readonly TagValue[] = [
        [279, 'string', ['0'.repeat(64)]],
        [999, 'binary', Buffer.alloc(4)],
        [1000, 'int32', [1]],
        [1004, 'binary', Buffer.alloc(16)],
      ];
      expect(await verifySrpm(buildSrpm(SOURCE_TAGS, { signatures }), REPORT)).to.include({
        md5: 'absent',
        size: 'absent',
      });
    });
  });

  context('when the file is no source package', () => {
    it('rejects with SRPM_NOT_SOURCE', async () => {
      expect((await failure(fixturePath('test-pkg-1.0.0-1.fc24.noarch.rpm'))).code).to.equal(
        'SRPM_NOT_SOURCE',
      );
    });
  });

  context('when the signal aborts in the payload', () => {
    it('rejects with its reason and ends the stream', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      let ended = false;
      async function* stream() {
        try {
          yield Promise.resolve(readFixture('foo-1.0-1.src.rpm').subarray(0, -50));
          controller.abort(reason);
          yield Promise.resolve(Buffer.alloc(1));
        } finally {
          ended = true;
        }
      }
      const error = await verifySrpm(stream(), { signal: controller.signal }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.equal(reason);
      expect(ended).to.equal(true);
    });
  });
});

async function failure(source: SrpmSource): Promise<SrpmError> {
  const error = await verifySrpm(source).then(
    () => expect.fail('it was not rejected'),
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(SrpmError);
  return error as SrpmError;
}
