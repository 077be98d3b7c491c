import { expect } from 'chai';
import { readdir, readlink } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { InvalidArgumentError } from '../../lib/errors.js';
import { readRpm, readSrpm, type ReadRpmOptions } from '../../lib/srpm/read-srpm.js';
import type { SrpmSource } from '../../lib/srpm/byte-reader.js';
import { SrpmError } from '../../lib/srpm/srpm-error.js';
import { buildHeader, buildRpm, buildSrpm, SOURCE_TAGS, withTags } from './build-rpm.js';
import { fixturePath, readFixture } from './fixtures.js';

const HELLO = 'hello-1.0-1.3300.src.rpm';

describe('readSrpm', () => {
  context('when given a path', () => {
    it('reads the package', async () => {
      const header = await readSrpm(fixturePath('made/dependencies-1.0~rc1-1^git2.nosrc.rpm'));
      expect(header).to.deep.include({
        name: 'dependencies',
        epoch: 7,
        nevra: 'dependencies-7:1.0~rc1-1^git2.nosrc',
        description: 'Grüße: text beyond ASCII.',
        specFile: 'dependencies.spec',
        noSource: [0],
        noPatch: [3],
        dynamicBuildRequires: true,
        notUtf8: [],
        exclusiveArch: ['x86_64', 'aarch64', 'i386', 'i686', 'noarch'],
      });
      const find = (name: string) => header.buildRequires.find((dependency) => dependency.name === name);
      expect(find('lessequal')).to.deep.equal({
        text: 'lessequal <= 2:1.0-3',
        name: 'lessequal',
        comparison: '<=',
        evr: { epoch: 2, version: '1.0', release: '3' },
        types: [],
        flags: 10,
        rich: undefined,
        richProblem: undefined,
      });
      expect(find('(a if b else c)')?.rich).to.have.property('operator', 'if');
      expect(header.files.filter(({ isAbsent }) => isAbsent).map(({ path }) => path)).to.deep.equal([
        'three.patch',
        'zero.tar.gz',
      ]);
    });

    it('rejects with SRPM_UNREADABLE when there is nothing', async () => {
      const error = await failure('/nowhere/foo.src.rpm');
      expect(error.code).to.equal('SRPM_UNREADABLE');
      expect(error.message).to.match(/^\/nowhere\/foo\.src\.rpm: cannot be read: ENOENT/);
      expect(error.cause).to.have.property('code', 'ENOENT');
    });

    it('rejects with SRPM_UNREADABLE when it is a folder or a device', async () => {
      for (const path of [fixturePath('.'), '/dev/zero']) {
        expect((await failure(path)).message).to.equal(`${path}: is not a regular file`);
      }
    });

    it('closes the file, also when it is refused', async () => {
      await readSrpm(fixturePath(HELLO));
      await failure(fixturePath('derived-bitflip-header.src.rpm'));
      expect(await countOpenFiles()).to.equal(0);
    });
  });

  context('when given bytes or a stream', () => {
    it('reads the same as from a path', async () => {
      const expected = await readSrpm(fixturePath(HELLO), { name: 'x' });
      expect(await readSrpm(readFixture(HELLO), { name: 'x' })).to.deep.equal(expected);
      expect(await readSrpm(createReadStream(fixturePath(HELLO)), { name: 'x' })).to.deep.equal(expected);
      expect(await readSrpm(bytewise(readFixture(HELLO)), { name: 'x' })).to.deep.equal(expected);
    });

    it('takes no more of a stream than the headers, and ends it', async () => {
      const bytes = readFixture('diffstat-1.65-1.src.rpm');
      let taken = 0;
      let ended = false;
      async function* stream() {
        try {
          for (let at = 0; at < bytes.length; at += 100) {
            taken += 100;
            yield Promise.resolve(bytes.subarray(at, at + 100));
          }
        } finally {
          ended = true;
        }
      }
      const { payload } = await readSrpm(stream());
      expect(taken).to.be.within(payload.offset, payload.offset + 100);
      expect(ended).to.equal(true);
    });

    it('names what the caller calls it', async () => {
      expect((await failure(Buffer.alloc(0), { name: 'upload 7' })).message).to.equal(
        'upload 7: is empty (0 bytes)',
      );
      expect((await failure(Buffer.alloc(0))).file).to.equal('RPM file');
    });

    it("rejects with the stream's own error", async () => {
      const reason = new Error('connection reset');
      async function* stream() {
        yield Promise.resolve(readFixture(HELLO).subarray(0, 200));
        throw reason;
      }
      expect(await rejection(stream())).to.equal(reason);
    });

    it('rejects with INVALID_ARGUMENT when it gives no bytes', async () => {
      const text = createReadStream(fixturePath(HELLO), 'latin1') as unknown as SrpmSource;
      expect(await rejection(text)).to.be.instanceOf(InvalidArgumentError);
      expect(await rejection(7 as unknown as SrpmSource)).to.be.instanceOf(InvalidArgumentError);
    });
  });

  context('when the signal aborts', () => {
    it('rejects with its reason before anything is read', async () => {
      const reason = new Error('enough');
      expect(await rejection('/nowhere', { signal: AbortSignal.abort(reason) })).to.equal(reason);
    });

    it('rejects with its reason while a stream is silent, and leaves no listener', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const silent: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            setImmediate(() => {
              controller.abort(reason);
            });
            return new Promise(() => undefined);
          },
          return: () => new Promise(() => undefined),
        }),
      };
      expect(await rejection(silent, { signal: controller.signal })).to.equal(reason);
    });
  });

  context('when the file is not a sound source package', () => {
    const CASES = [
      ['packagekit-zero-byte.rpm', 'SRPM_TRUNCATED', /is empty/],
      ['iftop-1.0pre4.tar.gz', 'SRPM_INVALID', /is not an RPM: it begins with 1f8b0800, not with edabeedb/],
      [
        'extractcode-broken.rpm',
        'SRPM_INVALID',
        /illegal signature type, 0 and not 5, in its lead \(at byte 78\)/,
      ],
      [
        'derived-bitflip-header.src.rpm',
        'SRPM_DIGEST_MISMATCH',
        /header does not have the SHA1, SHA256 digest/,
      ],
      [
        'test-pkg-1.0.0-1.fc24.noarch.rpm',
        'SRPM_NOT_SOURCE',
        /binary package test-pkg-1\.0\.0-1\.el7\.noarch/,
      ],
    ] as const;
    for (const [name, code, message] of CASES) {
      it(`rejects ${name} with ${code}`, async () => {
        const error = await failure(fixturePath(name));
        expect(error.code).to.equal(code);
        expect(error.message).to.match(message);
        expect(error.message).to.include(fixturePath(name));
      });
    }

    it('reads one that was cut in its payload, or has bytes after it: those are not read', async () => {
      for (const name of ['derived-truncated-payload.src.rpm', 'extractcode-rpm_trailing.rpm']) {
        expect(await readSrpm(fixturePath(name))).to.have.property('isSource', true);
      }
    });

    it("rejects with SRPM_INVALID when a file's name would leave the folder of sources", async () => {
      for (const name of ['../../root/.bashrc', '..', '.', '', 'a/b', '/etc/passwd']) {
        const error = await failure(buildSrpm(withTags(SOURCE_TAGS, [1117, 'strings', [name]])));
        expect(error.code).to.equal('SRPM_INVALID');
        expect(error.message).to.include(JSON.stringify(name));
      }
      const folder = buildSrpm(withTags(SOURCE_TAGS, [1118, 'strings', ['/etc/']]));
      expect((await failure(folder)).message).to.include('"/etc/made.spec"');
    });

    for (const [name, tag] of [
      ['NAME', 1000],
      ['VERSION', 1001],
      ['RELEASE', 1002],
    ] as const) {
      it(`rejects with SRPM_INVALID when there is no ${name}`, async () => {
        const error = await failure(buildSrpm(SOURCE_TAGS.filter(([other]) => other !== tag)));
        expect([error.code, error.message]).to.deep.equal([
          'SRPM_INVALID',
          `RPM file: its header has no ${name}`,
        ]);
      });
    }

    it('rejects with SRPM_INVALID when names, versions and flags of dependencies are not as many', async () => {
      const tags = withTags(
        SOURCE_TAGS,
        [1048, 'int32', [0]],
        [1049, 'strings', ['a', 'b']],
        [1050, 'strings', ['', '']],
      );
      const error = await failure(buildSrpm(tags));
      expect(error.message).to.equal('RPM file: has 2 REQUIRENAME, but 2 REQUIREVERSION and 1 REQUIREFLAGS');
    });

    it('rejects with SRPM_INVALID when there are not as many sizes as files', async () => {
      const error = await failure(buildSrpm(withTags(SOURCE_TAGS, [1028, 'int32', [1, 2]])));
      expect(error.message).to.equal('RPM file: has 1 files, but 2 FILESIZES');
    });

    it('rejects with SRPM_INVALID when a file is in no folder', async () => {
      const error = await failure(buildSrpm(withTags(SOURCE_TAGS, [1116, 'int32', [1]])));
      expect(error.message).to.equal('RPM file: its file 0 is in no folder of its DIRNAMES');
    });

    it('rejects with SRPM_LIMIT when few bytes stand for very long paths', async () => {
      const count = 20_000;
      const tags = withTags(
        [...SOURCE_TAGS.slice(0, 3), [1044, 'string', ['x.src.rpm']]],
        [1116, 'int32', Array<number>(count).fill(0)],
        [1117, 'strings', Array<string>(count).fill('f')],
        [1118, 'strings', [`/${'d'.repeat(10_000)}/`]],
      );
      expect((await failure(buildSrpm(tags))).code).to.equal('SRPM_LIMIT');
    });

    it('rejects with SRPM_LIMIT when there are more than 131072 dependencies in all', async () => {
      const names = (count: number): string[] => Array<string>(count).fill('a');
      const tags = (count: number) =>
        withTags(SOURCE_TAGS, [1049, 'strings', names(70_000)], [1054, 'strings', names(count)]);
      expect((await failure(buildSrpm(tags(61_073)))).code).to.equal('SRPM_LIMIT');
      expect((await readSrpm(buildSrpm(tags(61_072)))).buildConflicts).to.have.length(61_072);
    });

    it('reads a rich dependency that makes no sense as text', async () => {
      const tags = withTags(
        SOURCE_TAGS,
        [1048, 'int32', [0]],
        [1049, 'strings', ['(a and']],
        [1050, 'strings', ['']],
      );
      const [dependency] = (await readSrpm(buildSrpm(tags))).buildRequires;
      expect(dependency).to.deep.include({ text: '(a and', rich: undefined });
      expect(dependency?.richProblem).to.match(/a name is expected/);
    });
  });

  context('when the headers are larger than allowed', () => {
    it('rejects with SRPM_LIMIT before it reads them', async () => {
      const error = await failure(fixturePath(HELLO), { maxHeaderBytes: 500 });
      expect(error.code).to.equal('SRPM_LIMIT');
      expect(error.message).to.match(/its header has \d+ bytes, more than maxHeaderBytes \(500\)/);
    });

    it('takes no more memory than there are bytes, whatever the intro states', async () => {
      const rpm = readFixture(HELLO).subarray(0, 112);
      rpm.writeUInt32BE(60 * 1024 * 1024, 108);
      const before = process.memoryUsage().arrayBuffers;
      expect((await failure(rpm, { maxHeaderBytes: 128 * 1024 * 1024 })).code).to.equal('SRPM_TRUNCATED');
      expect(process.memoryUsage().arrayBuffers - before).to.be.below(1024 * 1024);
    });

    it('rejects a limit that is none with INVALID_ARGUMENT', async () => {
      for (const maxHeaderBytes of [0, -1, 1.5, NaN, 2 ** 28 + 1]) {
        expect(await rejection(fixturePath(HELLO), { maxHeaderBytes })).to.be.instanceOf(
          InvalidArgumentError,
        );
      }
    });
  });

  context('when a mismatch is to be reported', () => {
    it('reads a damaged header and states its digests', async () => {
      const header = await readSrpm(fixturePath('derived-bitflip-header.src.rpm'), { onMismatch: 'report' });
      expect(header.digests).to.deep.equal({ sha1: 'bad', sha256: 'bad', sha3_256: 'absent' });
    });
  });

  context('when a digest is stated, but not readably', () => {
    it('rejects with SRPM_DIGEST_MISMATCH', async () => {
      const rpm = buildSrpm(SOURCE_TAGS, { signatures: [[273, 'binary', Buffer.alloc(32)]] });
      expect((await failure(rpm)).code).to.equal('SRPM_DIGEST_MISMATCH');
    });
  });

  context('when text is not UTF-8', () => {
    it('reads it as Latin-1 and names the tags', async () => {
      const header = await readSrpm(fixturePath('non-utf8-1.0-1.el5.centos.src.rpm'));
      expect(header.summary).to.equal('Testing non-ÜTF-8 content');
      expect(header.notUtf8).to.deep.equal(['SUMMARY', 'DESCRIPTION']);
    });
  });

  context('when the header marks no spec', () => {
    const files = (flags: number[], names: string[]): Promise<string | undefined> => {
      const zeros = names.map(() => 0);
      const tags = withTags(
        SOURCE_TAGS,
        [1028, 'int32', zeros],
        [1030, 'int16', zeros],
        [1037, 'int32', flags],
        [1116, 'int32', zeros],
        [1117, 'strings', names],
      );
      return readSrpm(buildSrpm(tags)).then(({ specFile }) => specFile);
    };

    it('takes the first file whose name ends in .spec', async () => {
      expect(await files([0, 0, 0], ['a.tar', 'b.spec', 'c.spec'])).to.equal('b.spec');
    });

    it('takes a marked one before that, whatever its name', async () => {
      expect(await files([0, 0, 32], ['a.tar', 'b.spec', 'recipe'])).to.equal('recipe');
    });

    it('has none when no name fits', async () => {
      expect(await files([0], ['a.tar'])).to.equal(undefined);
    });
  });

  context('when the package is of format 3', () => {
    it('reads the old file list and takes bare names for a source package', async () => {
      const header = buildHeader(
        [...SOURCE_TAGS.slice(0, 3), [1027, 'strings', ['a.tar', 'a.spec']]],
        undefined,
      );
      expect(await readSrpm(buildRpm(header))).to.deep.include({
        formatVersion: 3,
        arch: 'src',
        specFile: 'a.spec',
      });
    });
  });

  it('takes the payload for cpio unless the header has another word', async () => {
    const formatOf = async (rpm: Buffer): Promise<string> => (await readSrpm(rpm)).payload.format;
    expect(await formatOf(buildSrpm())).to.equal('cpio');
    expect(await formatOf(buildSrpm(withTags(SOURCE_TAGS, [1124, 'string', ['drpm']])))).to.equal('drpm');
  });

  it('gives plain data', async () => {
    const header = await readSrpm(fixturePath('made/dependencies-1.0~rc1-1^git2.nosrc.rpm'));
    expect(structuredClone(header)).to.deep.equal(header);
  });
});

describe('readRpm', () => {
  it('reads a binary package', async () => {
    const header = await readRpm(fixturePath('test-pkg-1.0.0-1.fc24.noarch.rpm'));
    expect(header).to.deep.include({
      nevra: 'test-pkg-1.0.0-1.el7.noarch',
      isSource: false,
      sourceRpm: 'test-pkg-1.0.0-1.el7.src.rpm',
    });
  });

  it('reads a source package', async () => {
    expect(await readRpm(fixturePath(HELLO))).to.have.property('arch', 'src');
  });
});

async function rejection(source: SrpmSource, options?: ReadRpmOptions): Promise<unknown> {
  return readSrpm(source, options).then(
    () => expect.fail('it was not rejected'),
    (reason: unknown) => reason,
  );
}

async function failure(source: SrpmSource, options?: ReadRpmOptions): Promise<SrpmError> {
  const error = await rejection(source, options);
  expect(error).to.be.instanceOf(SrpmError);
  return error as SrpmError;
}

async function* bytewise(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield Promise.resolve(bytes.subarray(at, at + 1));
}

async function countOpenFiles(): Promise<number> {
  const folder = '/proc/self/fd';
  const targets = await Promise.all(
    // The descriptor that lists the folder is gone when it is looked at.
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(fixturePath('.'))).length;
}
