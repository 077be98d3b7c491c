import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { toArchiveHeader, type ArchiveEntryAttributes } from '../../lib/podman/archive-header.js';
import { listTar, readAll } from '../support/hostile-archives.js';

const PLAIN: ArchiveEntryAttributes = {
  name: 'a',
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: new Date(1_700_000_000_000),
};

async function encode(entry: ArchiveEntryAttributes): Promise<Buffer> {
  const archive = pack();
  archive.entry(toArchiveHeader(entry)).end(null);
  archive.finalize();
  return readAll(archive as AsyncIterable<Uint8Array>);
}

/** What a reader of PAX records sees. */
async function decode(entry: ArchiveEntryAttributes) {
  const { header } = (await listTar(await encode(entry)))[0]!;
  const pax = (header.pax ?? {}) as Record<string, string>;
  const seconds = pax['mtime'] ?? String(header.mtime.getTime() / 1000);
  return {
    name: header.name,
    mode: header.mode,
    uid: Number(pax['uid'] ?? header.uid),
    gid: Number(pax['gid'] ?? header.gid),
    milliseconds: Math.round(Number(seconds) * 1000),
  };
}

/** A line of GNU tar's listing, as another implementation reads it. */
async function listByGnuTar(entry: ArchiveEntryAttributes): Promise<string> {
  const argv = ['--list', '--verbose', '--numeric-owner', '--full-time', '--utc', '--file=-'];
  return execFileSync('tar', argv, { input: await encode(entry), encoding: 'utf8' });
}

describe('toArchiveHeader', () => {
  it('says what it was given, whatever that is', async () => {
    const attributes = fc.record({
      name: fc
        .string({ minLength: 1, maxLength: 300, unit: 'grapheme' })
        .filter((name) => /^[^/\0]+$/.test(name)),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      uid: fc.integer({ min: 0, max: 4_294_967_294 }),
      gid: fc.integer({ min: 0, max: 4_294_967_294 }),
      mtime: fc.date({ min: new Date('1900-01-01'), max: new Date('2500-01-01'), noInvalidDate: true }),
    });
    await fc.assert(
      fc.asyncProperty(attributes, async (given) => {
        const { mtime, ...rest } = given;
        expect(await decode({ ...PLAIN, ...given })).to.deep.equal({
          ...rest,
          milliseconds: mtime.getTime(),
        });
      }),
    );
  });

  it('needs no PAX records for what the old header holds', () => {
    expect(
      toArchiveHeader({ ...PLAIN, uid: 0o777777, mtime: new Date('2038-01-19T03:14:07Z') }),
    ).not.to.have.property('pax');
  });

  it('keeps mode 0, which tar-stream alone takes for none', async () => {
    expect(await listByGnuTar({ ...PLAIN, mode: 0 })).to.match(/^----------/);
  });

  it('gives large owners to readers of PAX', async () => {
    expect(await listByGnuTar({ ...PLAIN, uid: 524_288, gid: 4_000_000_000 })).to.contain(
      '524288/4000000000',
    );
  });

  it('gives times after 2038, before 1970 and between seconds to readers of PAX', async () => {
    expect(await listByGnuTar({ ...PLAIN, mtime: new Date('2100-01-01T00:00:00.5Z') })).to.contain(
      '2100-01-01 00:00:00.5',
    );
    expect(await listByGnuTar({ ...PLAIN, mtime: new Date('1960-06-01T12:00:00Z') })).to.contain(
      '1960-06-01 12:00:00',
    );
  });

  it('says the size of files above 8 GiB', async () => {
    const size = 9 * 1024 ** 3 + 1;
    const archive = pack();
    archive.on('error', () => undefined);
    archive.entry(toArchiveHeader({ ...PLAIN, size }));
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      expect(chunk.readUInt8(124)).to.equal(0x80);
      expect(chunk.readBigUInt64BE(128)).to.equal(BigInt(size));
      break;
    }
  });

  it('keeps long and non-ASCII link targets', async () => {
    const linkname = `ünï/${'x'.repeat(250)}`;
    const { header } = (await listTar(await encode({ ...PLAIN, type: 'symlink', linkname })))[0]!;
    expect(header.linkname).to.equal(linkname);
  });
});
