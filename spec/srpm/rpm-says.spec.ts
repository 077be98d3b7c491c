import { expect } from 'chai';
import type { RpmDependency } from '../../lib/srpm/dependency.js';
import { readRpm, readSrpm } from '../../lib/srpm/read-srpm.js';
import type { RpmHeader } from '../../lib/srpm/rpm-header.js';
import { SrpmError } from '../../lib/srpm/srpm-error.js';
import { verifySrpm } from '../../lib/srpm/verify-srpm.js';
import { fixturePath, readAllThatRpmSays, type RpmSays } from './fixtures.js';

const ROLES = {
  requires: 'REQUIRE',
  provides: 'PROVIDE',
  conflicts: 'CONFLICT',
  obsoletes: 'OBSOLETE',
  recommends: 'RECOMMEND',
  suggests: 'SUGGEST',
  supplements: 'SUPPLEMENT',
  enhances: 'ENHANCE',
} as const;

const TEXTS = {
  name: 'Name',
  version: 'Version',
  release: 'Release',
  headerArch: 'Arch',
  sourceRpm: 'Sourcerpm',
  summary: 'Summary',
  description: 'Description',
  license: 'License',
  url: 'Url',
  group: 'Group',
  vendor: 'Vendor',
  packager: 'Packager',
  distribution: 'Distribution',
  os: 'Os',
  buildTime: 'Buildtime',
  buildHost: 'Buildhost',
  rpmVersion: 'Rpmversion',
  encoding: 'Encoding',
  epoch: 'Epoch',
} as const satisfies Partial<Record<keyof RpmHeader, string>>;

/** rpm's names of what readSrpm and verifySrpm state. */
const DIGESTS = {
  sha1: 'Header SHA1 digest',
  sha256: 'Header SHA256 digest',
  sha3_256: 'Header SHA3-256 digest',
} as const;
const PAYLOAD_DIGESTS = {
  md5: 'Legacy MD5 digest',
  payloadSha256: 'Payload SHA256 digest',
  payloadSha512: 'Payload SHA512 digest',
  payloadSha3_256: 'Payload SHA3-256 digest',
} as const;

const all = readAllThatRpmSays();
const readable = all.filter((says) => says.formatted !== undefined);
const sources = readable.filter((says) => says.tags['Sourcepackage'] !== undefined);

describe('what rpm says', () => {
  it('is there for all kinds of files', () => {
    expect([all.length, readable.length, sources.length]).to.deep.equal([45, 41, 34]);
  });

  for (const says of all.filter((other) => other.formatted === undefined)) {
    it(`of ${says.file} is nothing: so does readRpm`, async () => {
      const error = await readRpm(fixturePath(says.file)).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(SrpmError);
    });
  }

  for (const says of readable) {
    context(`of ${says.file}`, () => {
      let header: RpmHeader;
      before(async () => {
        header = await readRpm(fixturePath(says.file));
      });

      it('is the same in the plain tags', () => {
        const read = Object.fromEntries(
          Object.keys(TEXTS).map((key) => [key, header[key as keyof RpmHeader]]),
        );
        const said = Object.fromEntries(Object.entries(TEXTS).map(([key, tag]) => [key, says.tags[tag]]));
        expect(read).to.deep.equal(said);
      });

      it('is the same in its labels', () => {
        const { nevr, archSuffix } = says.formatted ?? {};
        expect(header.nevra).to.equal(`${String(nevr)}${String(archSuffix)}`);
        expect(header.isSource).to.equal(says.tags['Sourcepackage'] !== undefined);
        expect(header.formatVersion).to.equal(
          says.tags['Rpmformat'] ?? (says.file.includes('-v3.rpm') ? 3 : 4),
        );
      });

      it('is the same in its dependencies', () => {
        for (const [role, tag] of Object.entries(ROLES) as [keyof typeof ROLES, string][]) {
          expect(header.dependencies[role].map(({ text }) => text)).to.deep.equal(listOf(says, tag));
        }
        expect(header.dependencies.requires.map(deptype)).to.deep.equal(listOf(says, 'requireTypes'));
      });

      it('is the same in its files', () => {
        const { tags } = says;
        expect(header.files.map(({ path }) => path)).to.deep.equal(listOf(says, 'fileNames'));
        expect(header.files.map(({ sizeBytes }) => sizeBytes)).to.deep.equal(
          values(tags['Longfilesizes'] ?? tags['Filesizes']),
        );
        expect(header.files.map(({ mode }) => mode)).to.deep.equal(values(tags['Filemodes']));
        expect(header.files.map(({ mtime }) => mtime)).to.deep.equal(values(tags['Filemtimes']));
        expect(header.files.map(({ linkTarget }) => linkTarget ?? '')).to.deep.equal(
          values(tags['Filelinktos']),
        );
        expect(header.files.map(({ digest }) => digest?.hex ?? '')).to.deep.equal(
          values(tags['Filedigests'] ?? tags['Filemd5s']),
        );
        const hash = says.formatted?.['hash'] === '(none)' ? 'MD5' : says.formatted?.['hash'];
        for (const { digest } of header.files) expect(digest?.algorithm ?? hash).to.equal(hash);
        expect(header.installedBytes).to.equal(tags['Longsize'] ?? tags['Size']);
      });

      it('is the same in its payload', () => {
        expect(header.payload).to.include({
          format: says.tags['Payloadformat'],
          compressor: says.tags['Payloadcompressor'],
          flags: says.tags['Payloadflags'],
        });
        expect(header.payload.archiveBytes).to.equal(says.tags['Payloadsizealt'] ?? says.tags['Archivesize']);
        const md5 = says.tags['Sigmd5'];
        expect(header.sigMd5).to.equal(md5 && Buffer.from(String(md5), 'base64').toString('hex'));
      });

      it('is the same in its signatures', () => {
        const signaturesOf = (tag: string): string[] =>
          header.signatures
            .filter((signature) => signature.tag === tag)
            .map((signature) => pgpsig(signature));
        for (const [tag, name] of [
          ['RSA', 'RSAHEADER'],
          ['DSA', 'DSAHEADER'],
          ['PGP', 'SIGPGP'],
          ['GPG', 'SIGGPG'],
        ] as const) {
          const said = says.formatted?.[name];
          expect(signaturesOf(tag)).to.deep.equal(said === '(none)' ? [] : [said]);
        }
        if (says.tags['Openpgp'] !== undefined) {
          expect(signaturesOf('OPENPGP')).to.deep.equal(listOf(says, 'openPgp'));
        }
      });

      it("is the same about the header's digests", () => {
        expect(header.digests).to.deep.equal(said(says, DIGESTS));
      });
    });
  }

  for (const says of sources) {
    context(`of the source package ${says.file}`, () => {
      it('is the same in what only source packages have', async () => {
        const header = await readSrpm(fixturePath(says.file));
        const { tags } = says;
        expect(header).to.deep.include({
          sources: values(tags['Source']),
          patches: values(tags['Patch']),
          noSource: values(tags['Nosource']),
          noPatch: values(tags['Nopatch']),
          buildArchs: values(tags['Buildarchs']),
          exclusiveArch: values(tags['Exclusivearch']),
          excludeArch: values(tags['Excludearch']),
          exclusiveOs: values(tags['Exclusiveos']),
          excludeOs: values(tags['Excludeos']),
        });
        const [rpmlib, others] = [true, false].map((wanted) =>
          listOf(says, 'REQUIRE').filter((text) => text.startsWith('rpmlib(') === wanted),
        );
        expect(header.rpmlib.map(({ text }) => text)).to.deep.equal(rpmlib);
        expect(header.buildRequires.map(({ text }) => text)).to.deep.equal(others);
        expect(header.buildConflicts.map(({ text }) => text)).to.deep.equal(listOf(says, 'CONFLICT'));
        const spec = values(tags['Fileflags']).findIndex((flags) => (Number(flags) & 32) !== 0);
        expect(header.specFile).to.equal(listOf(says, 'fileNames')[spec]);
      });

      it('is the same about all digests', async () => {
        const verification = await verifySrpm(fixturePath(says.file), { onMismatch: 'report' });
        expect(verification).to.deep.include(said(says, PAYLOAD_DIGESTS));
        expect(verification.isIntact).to.equal(!Object.values(says.digests).includes('BAD'));
      });
    });
  }
});

function listOf(says: RpmSays, name: string): string[] {
  const list = says.formatted?.[name];
  if (!Array.isArray(list)) throw new TypeError(`rpm-says has no list ${name}`);
  // rpm-says ends each list with null; an absent tag is written as (none).
  return (list as (string | null)[]).filter((item) => item !== null && item !== '(none)') as string[];
}

function values(value: RpmSays['tags'][string] | undefined): readonly (string | number)[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [value];
}

function said(says: RpmSays, names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).map(([key, name]) => [key, says.digests[name]?.toLowerCase() ?? 'absent']),
  );
}

function deptype(dependency: RpmDependency): string {
  return dependency.types.length === 0 ? 'manual' : dependency.types.join(',');
}

/** As rpm's query format of that name, where times are UTC. */
function pgpsig({ openPgp }: RpmHeader['signatures'][number]): string {
  if (openPgp?.createdAt === undefined) return 'unreadable';
  const [day, date, month, year, time] = new Date(openPgp.createdAt * 1000)
    .toUTCString()
    .replace(',', '')
    .split(' ');
  const when = [day, month, String(Number(date)).padStart(2), time, year].join(' ');
  return `${openPgp.algorithm}/${openPgp.hash}, ${when}, Key ID ${openPgp.keyId ?? ''}`;
}
