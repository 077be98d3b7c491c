import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { CopyFromOptions, CopyFromResult } from '../../lib/container/copy.js';
import { ContainerError } from '../../lib/errors.js';
import { copyFrom } from '../../lib/podman/copy-from.js';
import {
  describeTree,
  directory,
  file,
  hardLink,
  hostileArchives,
  makeSandbox,
  symlink,
  tarOf,
  type Sandbox,
  type TarEntry,
} from '../support/hostile-archives.js';
import { useScriptedService } from '../support/scripted-service.js';

describe('copyFrom', () => {
  const service = useScriptedService();
  let sandbox: Sandbox;

  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => {
    sandbox.remove();
  });

  /** Has the service answer with these bytes, and say that every file is as long as the last one was. */
  function serve(archive: Uint8Array, lastSize = 0): void {
    service().on('GET containers/c/archive', ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/x-tar' }).end(archive);
    });
    service().on('HEAD containers/c/archive', ({ reply }) => {
      const stat = Buffer.from(JSON.stringify({ size: lastSize, isDir: false })).toString('base64');
      reply(200, undefined, { 'x-docker-container-path-stat': stat });
    });
  }

  async function copy(
    entries: readonly TarEntry[],
    options: CopyFromOptions = {},
    path = '/t',
  ): Promise<CopyFromResult> {
    const last = entries.at(-1)?.[1] ?? '';
    serve(await tarOf(entries), Buffer.byteLength(last));
    return copyFrom(service().client(), 'c', path, sandbox.target, options);
  }

  async function failureOf(promise: Promise<unknown>): Promise<ContainerError> {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ContainerError);
    return error as ContainerError;
  }

  const inTarget = (path: string): string => join(sandbox.target, path);
  const t = directory('t');

  it('copies a tree under its name, and counts', async () => {
    const umask = process.umask(0o027);
    const entries = [
      t,
      directory('t/d', 0o2755),
      file('t/d/f', 'content'),
      symlink('t/d/l', '../g'),
      hardLink('t/h', 't/d/f'),
      [{ name: 't/s', mode: 0o4751, mtime: new Date(1_000_000_000_000) }, 'x'],
    ] as const;
    expect(await copy(entries)).to.deep.equal({ files: 3, bytes: 8, skipped: 0 });
    expect(readFileSync(inTarget('t/d/f'), 'utf8')).to.equal('content');
    expect(readlinkSync(inTarget('t/d/l'))).to.equal('../g');
    expect(statSync(inTarget('t/h')).ino).to.equal(statSync(inTarget('t/d/f')).ino);
    expect(statSync(inTarget('t/s')).mode & 0o7777).to.equal(0o750);
    expect(statSync(inTarget('t/s')).mtime).to.deep.equal(new Date(1_000_000_000_000));
    expect(statSync(inTarget('t/d')).mode & 0o7777).to.equal(0o750);
    process.umask(umask);
  });

  it('copies a single file, an empty one too', async () => {
    expect(await copy([file('t', '')])).to.deep.equal({ files: 1, bytes: 0, skipped: 0 });
    expect(readFileSync(inTarget('t'), 'utf8')).to.equal('');
  });

  it('copies what is in a folder alone when the path ends with "/."', async () => {
    await copy([t, file('t/f')], {}, '/t/.');
    expect(readdirSync(sandbox.target)).to.deep.equal(['f']);
  });

  it("takes Podman's names for the root folder", async () => {
    await copy(
      [directory('/', 0o700), directory('/d'), file('/d/f'), hardLink('/h', '/d/f'), file('/z')],
      {},
      '/',
    );
    expect(readdirSync(sandbox.target)).to.deep.equal(['d', 'h', 'z']);
  });

  it("takes Podman's names for a mount of a container that does not run", async () => {
    await copy([directory('/'), file('/f')], {}, '/mnt/v');
    expect(readFileSync(inTarget('v/f'), 'utf8')).to.equal('/f');
  });

  it('asks for a name with the characters of a pattern as that name', async () => {
    const bytes = await tarOf([directory('a[1]?\\'), file('a[1]?\\/f[0]', 'f')]);
    const paths: (string | null)[] = [];
    serve(bytes, 1);
    service().on('GET containers/c/archive', ({ query, response }) => {
      paths.push(query.get('path'));
      response.end(bytes);
    });
    service().on('HEAD containers/c/archive', ({ query, reply }) => {
      paths.push(query.get('path'));
      reply(200, undefined, { 'x-docker-container-path-stat': Buffer.from('{"size":1}').toString('base64') });
    });
    await copyFrom(service().client(), 'c', '/x/a[1]?\\', sandbox.target, {});
    expect(paths).to.deep.equal(['/x/a\\[1]\\?\\\\', '/x/a\\[1]\\?\\\\/f\\[0]']);
  });

  it('rejects a "*" in the path with NOT_SUPPORTED', async () => {
    const error = await failureOf(copyFrom(service().client(), 'c', '/t*', sandbox.target, {}));
    expect(error.code).to.equal('NOT_SUPPORTED');
    expect(service().requests).to.be.empty;
  });

  it('rejects with COPY_FAILED when a link leads to a name that Podman takes for a pattern', async () => {
    const bytes = await tarOf([file('t')]);
    service().on('GET containers/c/archive', ({ response }) => {
      const stat = Buffer.from(JSON.stringify({ size: 5, linkTarget: '/x/a[1]' })).toString('base64');
      response.writeHead(200, { 'x-docker-container-path-stat': stat }).end(bytes);
    });
    expect((await failureOf(copyFrom(service().client(), 'c', '/t', sandbox.target, {}))).code).to.equal(
      'COPY_FAILED',
    );
  });

  it("asks for the folder's plain path", async () => {
    const paths: (string | null)[] = [];
    serve(await tarOf([t]));
    const bytes = await tarOf([t]);
    service().on('GET containers/c/archive', ({ query, response }) => {
      paths.push(query.get('path'));
      response.end(bytes);
    });
    for (const path of ['/t', '/t/', '/t/.', '//t//']) {
      await copyFrom(service().client(), 'c', path, sandbox.target, {});
    }
    expect(paths).to.deep.equal(['/t', '/t', '/t', '/t']);
  });

  it('fills folders that are not writable', async () => {
    await copy([t, directory('t/d', 0o555), file('t/d/f')]);
    expect(statSync(inTarget('t/d')).mode & 0o777).to.equal(0o755);
  });

  it('keeps links that go back from a folder, whichever comes first', async () => {
    const entries = [
      t,
      symlink('t/a', 'd/../f'),
      directory('t/d'),
      directory('t/d/e'),
      file('t/f'),
      symlink('t/z', 'd/e/../../f'),
    ];
    await copy(entries);
    expect(readlinkSync(inTarget('t/a'))).to.equal('d/../f');
    expect(readFileSync(inTarget('t/z'), 'utf8')).to.equal('t/f');
  });

  it('keeps links to links', async () => {
    await copy([t, symlink('t/a', 'c'), symlink('t/b', 'a'), file('t/c'), symlink('t/d', 'b')]);
    expect(readFileSync(inTarget('t/d'), 'utf8')).to.equal('t/c');
  });

  it('gives folders their times, whatever is put into them afterwards', async () => {
    const [one, two] = [new Date(1_000_000_000_000), new Date(1_100_000_000_000)];
    await copy([
      [{ name: 't', type: 'directory', mtime: one }, ''],
      [{ name: 't/d', type: 'directory', mtime: two }, ''],
      file('t/d/f'),
      file('t/a'),
      file('t/d/g'),
    ]);
    expect(statSync(inTarget('t')).mtime).to.deep.equal(one);
    expect(statSync(inTarget('t/d')).mtime).to.deep.equal(two);
  });

  it('writes times that no file system knows as ones that it does', async () => {
    const archive = await tarOf([[{ name: 't' }, '']]);
    archive.write('77777777777', 136);
    let sum = 8 * 32;
    for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += archive[at]!;
    archive.write(sum.toString(8).padStart(6, '0'), 148);
    serve(archive);
    await copyFrom(service().client(), 'c', '/t', sandbox.target, {});
    expect(statSync(inTarget('t')).mtime).to.deep.equal(new Date(0x7fff_ffff * 1000));
  });

  describe('options', () => {
    it('leaves links out and counts them with symlinks: skip', async () => {
      const result = await copy([t, symlink('t/l', '/etc'), file('t/f', 'f')], { symlinks: 'skip' });
      expect(result).to.deep.equal({ files: 1, bytes: 1, skipped: 1 });
      expect(readdirSync(inTarget('t'))).to.deep.equal(['f']);
    });

    it('rejects at a link with ARCHIVE_UNSAFE with symlinks: refuse', async () => {
      const error = await failureOf(copy([t, symlink('t/l', 'f'), file('t/f')], { symlinks: 'refuse' }));
      expect(error.code).to.equal('ARCHIVE_UNSAFE');
      expect(error.message).to.contain('t/l');
    });

    it('asks the filter about each entry but the root, and makes the folders it needs', async () => {
      const asked: string[] = [];
      const filter = (path: string): boolean => {
        asked.push(path);
        return path.endsWith('.rpm');
      };
      const entries = [
        t,
        directory('t/d'),
        file('t/d/a.rpm', 'a'),
        file('t/d/b.log', 'log'),
        directory('t/e'),
      ];
      expect(await copy(entries, { filter })).to.deep.equal({ files: 1, bytes: 1, skipped: 3 });
      expect(asked).to.deep.equal(['d', 'd/a.rpm', 'd/b.log', 'e']);
      expect(describeTree(inTarget('t')).split('\n')).to.have.length(3);
    });

    it('rejects with what the filter throws, as the cause of COPY_FAILED', async () => {
      const cause = new Error('no idea');
      const filter = (): boolean => {
        throw cause;
      };
      expect(await failureOf(copy([t, file('t/f')], { filter }))).to.include({ code: 'COPY_FAILED', cause });
    });

    it('rejects with COPY_FAILED at a hard link to a file that was left out, even if one of its name is there', async () => {
      mkdirSync(inTarget('t'), { recursive: true });
      writeFileSync(inTarget('t/a'), 'of another day');
      const filter = (path: string): boolean => path !== 'a';
      const error = await failureOf(copy([t, file('t/a'), hardLink('t/b', 't/a')], { filter }));
      expect(error.code).to.equal('COPY_FAILED');
      expect(error.message).to.contain('t/a');
      expect(existsSync(inTarget('t/b'))).to.equal(false);
    });

    it('rejects with ARCHIVE_LIMIT at one entry too many, those left out included', async () => {
      const options = { maxEntries: 3, filter: (path: string) => path !== 'a' };
      expect(await copy([t, file('t/a'), file('t/b')], options)).to.include({ files: 1, skipped: 1 });
      const error = await failureOf(copy([t, file('t/a'), file('t/b'), file('t/c')], options));
      expect(error.code).to.equal('ARCHIVE_LIMIT');
      expect(existsSync(inTarget('t/c'))).to.equal(false);
    });

    it('rejects with ARCHIVE_LIMIT before it writes a byte too many', async () => {
      expect(await copy([t, file('t/a', 'aa'), file('t/b', 'bb')], { maxBytes: 4 })).to.include({ bytes: 4 });
      const error = await failureOf(copy([t, file('t/a', 'aa'), file('t/c', 'ccc')], { maxBytes: 4 }));
      expect(error.code).to.equal('ARCHIVE_LIMIT');
      expect(existsSync(inTarget('t/c'))).to.equal(false);
    });
  });

  describe('hostile archives', () => {
    for (const { title } of hostileArchives('')) {
      it(`rejects ${title} with ARCHIVE_UNSAFE, and writes nothing outside`, async () => {
        const before = sandbox.look();
        const { entries } = hostileArchives(sandbox.outside).find((each) => each.title === title)!;
        expect((await failureOf(copy(entries))).code).to.equal('ARCHIVE_UNSAFE');
        expect(sandbox.look()).to.equal(before);
      });
    }

    it('rejects a link with a content with ARCHIVE_UNSAFE, and does not wait for it', async () => {
      const archive = await tarOf([[{ name: 't', type: 'file', linkname: 'x' }, 'x'.repeat(600)]]);
      archive.write('2', 156);
      let sum = 8 * 32;
      for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += archive[at]!;
      archive.write(sum.toString(8).padStart(6, '0'), 148);
      serve(archive);
      const error = await failureOf(copyFrom(service().client(), 'c', '/t', sandbox.target, {}));
      expect(error.code).to.equal('ARCHIVE_UNSAFE');
    });

    it('writes nothing outside and leaves no link that leads there, whatever the archive', async () => {
      const name = fc
        .array(fc.constantFrom('a', 'b', 'a', 'b', '..', 'folder'), { minLength: 1, maxLength: 3 })
        .map((parts) => `t/${parts.join('/')}`);
      const target = fc
        .array(fc.constantFrom('..', '..', 'a', 'b', '.', 'outside', 'secret'), {
          minLength: 1,
          maxLength: 4,
        })
        .map((parts) => parts.join('/'));
      const entry: fc.Arbitrary<TarEntry> = fc.oneof(
        name.map((at) => directory(at)),
        name.map((at) => file(at, 'evil')),
        fc.tuple(name, target).map(([at, to]) => symlink(at, to)),
        fc.tuple(name, name).map(([at, to]) => hardLink(at, to)),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
          rmSync(sandbox.target, { recursive: true, force: true });
          const before = sandbox.look();
          await copy([t, ...entries]).catch((error: unknown) => {
            expect(error).to.be.instanceOf(ContainerError);
          });
          expect(sandbox.look()).to.equal(before);
          for (const link of linksIn(sandbox.target)) {
            const end = realEnd(link);
            if (end !== undefined)
              expect(end === sandbox.target || end.startsWith(sandbox.target + sep)).to.equal(true);
          }
        }),
        { numRuns: 150 },
      );
    }).timeout(60_000);
  });

  describe('a target folder with something in it', () => {
    it('leaves the mode of a folder as it is', async () => {
      chmodSync(inTarget('t'), 0o711);
      await copy([directory('t', 0o777)]);
      expect(statSync(inTarget('t')).mode & 0o777).to.equal(0o711);
    });

    beforeEach(() => {
      mkdirSync(inTarget('t'), { recursive: true });
    });

    it('replaces a link, and does not write through it', async () => {
      const before = sandbox.look();
      symlinkSync(join(sandbox.outside, 'secret'), inTarget('t/f'));
      await copy([t, file('t/f', 'new')]);
      expect(lstatSync(inTarget('t/f')).isFile()).to.equal(true);
      expect(sandbox.look()).to.equal(before);
    });

    it('replaces a file that is linked to another one outside, and leaves that as it is', async () => {
      linkSync(join(sandbox.outside, 'secret'), inTarget('t/f'));
      await copy([t, file('t/f', 'new')]);
      expect(readFileSync(join(sandbox.outside, 'secret'), 'utf8')).to.equal('secret');
      expect(readFileSync(inTarget('t/f'), 'utf8')).to.equal('new');
    });

    it('replaces a fifo, and does not wait for its reader', async () => {
      execFileSync('mkfifo', [inTarget('t/f')]);
      await copy([t, file('t/f', 'new')]);
      expect(readFileSync(inTarget('t/f'), 'utf8')).to.equal('new');
    });

    for (const [title, entries] of [
      ['writing below it', [t, file('t/l/f')]],
      ['a folder of its name, which would get another mode', [t, directory('t/l', 0o777)]],
    ] as const) {
      it(`rejects with ARCHIVE_UNSAFE when there is a link to a folder, at ${title}`, async () => {
        const before = sandbox.look();
        symlinkSync(join(sandbox.outside, 'folder'), inTarget('t/l'));
        expect((await failureOf(copy(entries))).code).to.equal('ARCHIVE_UNSAFE');
        expect(sandbox.look()).to.equal(before);
      });
    }

    it('rejects with ARCHIVE_UNSAFE when the name of the copied thing is a link to a folder', async () => {
      const before = sandbox.look();
      rmSync(inTarget('t'), { recursive: true });
      symlinkSync(join(sandbox.outside, 'folder'), inTarget('t'));
      expect((await failureOf(copy([directory('t', 0o777), file('t/f')]))).code).to.equal('ARCHIVE_UNSAFE');
      expect(sandbox.look()).to.equal(before);
    });

    it('rejects with COPY_FAILED when a folder is where a file goes, and the reverse', async () => {
      mkdirSync(inTarget('t/d'));
      writeFileSync(inTarget('t/f'), 'old');
      expect((await failureOf(copy([t, file('t/d')]))).code).to.equal('COPY_FAILED');
      expect((await failureOf(copy([t, directory('t/f')]))).code).to.equal('COPY_FAILED');
      expect(readFileSync(inTarget('t/f'), 'utf8')).to.equal('old');
    });

    it('follows the target folder itself when it is a link, as the caller named it', async () => {
      const link = join(dirname(sandbox.target), 'link');
      symlinkSync(sandbox.target, link);
      serve(await tarOf([t, file('t/f', 'f'), hardLink('t/h', 't/f')]));
      await copyFrom(service().client(), 'c', '/t', link, {});
      expect(readFileSync(inTarget('t/h'), 'utf8')).to.equal('f');
    });
  });

  describe('an archive that is not whole', () => {
    it('rejects with COPY_FAILED wherever it ends', async () => {
      const archive = await tarOf([t, file('t/f', 'x'.repeat(700))]);
      for (let length = 0; length < archive.length; length += 256) {
        serve(archive.subarray(0, length));
        const error = await failureOf(copyFrom(service().client(), 'c', '/t', sandbox.target, {}));
        expect(error.code, `after ${length} bytes`).to.equal('COPY_FAILED');
      }
    });

    it('rejects with CONNECTION_LOST when the connection breaks', async () => {
      const archive = await tarOf([t, file('t/f', 'x'.repeat(100_000))]);
      service().on('GET containers/c/archive', ({ response, connection }) => {
        response.write(archive.subarray(0, 50_000), () => connection.destroy());
      });
      const error = await failureOf(copyFrom(service().client(), 'c', '/t', sandbox.target, {}));
      expect(error.code).to.equal('CONNECTION_LOST');
    });

    it('rejects with COPY_FAILED when the last file is longer by now, though the archive ends properly', async () => {
      serve(await tarOf([t, file('t/f', 'four')]), 5);
      const error = await failureOf(copyFrom(service().client(), 'c', '/t', sandbox.target, {}));
      expect(error.code).to.equal('COPY_FAILED');
      expect(error.message).to.contain('t/f');
    });

    it('rejects with COPY_FAILED when the last file is gone by now', async () => {
      serve(await tarOf([t, file('t/f', 'four')]));
      service().on('HEAD containers/c/archive', ({ reply }) => {
        reply(404);
      });
      const error = await failureOf(copyFrom(service().client(), 'c', '/t', sandbox.target, {}));
      expect(error.code).to.equal('COPY_FAILED');
    });

    it('rejects with COPY_FAILED when a file is asked for as a folder', async () => {
      expect((await failureOf(copy([file('t')], {}, '/t/.'))).code).to.equal('COPY_FAILED');
    });
  });

  it('rejects with PATH_NOT_FOUND naming the path, and makes no folder', async () => {
    service().on('GET containers/c/archive', ({ reply }) => {
      reply(404, { cause: 'no such file or directory', message: 'no such file or directory', response: 404 });
    });
    const error = await failureOf(copyFrom(service().client(), 'c', '/absent', sandbox.target, {}));
    expect(error).to.include({ code: 'PATH_NOT_FOUND', operation: 'copyFrom', container: 'c', status: 404 });
    expect(error.message).to.contain('/absent');
    expect(existsSync(sandbox.target)).to.equal(false);
  });

  it('rejects with COPY_FAILED when the target folder cannot be made', async () => {
    writeFileSync(sandbox.target, '');
    expect((await failureOf(copy([t]))).code).to.equal('COPY_FAILED');
  });

  it("rejects with the signal's reason, and writes no more", async () => {
    const archive = await tarOf([t, file('t/f', 'x'.repeat(1_000_000))]);
    const abort = new AbortController();
    service().on('GET containers/c/archive', ({ response }) => {
      response.write(archive.subarray(0, 500_000), () => {
        setImmediate(() => {
          abort.abort('enough');
        });
      });
    });
    const copying = copyFrom(service().client(), 'c', '/t', sandbox.target, { signal: abort.signal });
    const reason: unknown = await copying.catch((error: unknown) => error);
    expect(reason).to.equal('enough');
    expect(openFiles(sandbox.target)).to.be.empty;
  });

  it('ends the request when the disk does not take it, though the service says nothing more', async () => {
    const archive = await tarOf([t, file('t/f', 'x'.repeat(100_000))]);
    service().on('GET containers/c/archive', ({ response }) => {
      response.write(archive.subarray(0, 50_000));
    });
    mkdirSync(inTarget('t/f'), { recursive: true });
    const error = await failureOf(copyFrom(service().client(), 'c', '/t', sandbox.target, {}));
    expect(error.code).to.equal('COPY_FAILED');
    await service().settled();
  });

  function linksIn(folder: string): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isSymbolicLink())
      .map((each) => join(each.parentPath, each.name));
  }

  /** Where a link ends; for one that leads nowhere, the last real folder on its way. */
  function realEnd(link: string): string | undefined {
    try {
      return realpathSync(link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    }
    for (let path = join(dirname(link), readlinkSync(link)); ; path = dirname(path)) {
      if (existsSync(path)) return realpathSync(path);
    }
  }

  function openFiles(folder: string): string[] {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const path = readlinkSync(`/proc/self/fd/${fd}`);
        return path.startsWith(folder) ? [path] : [];
      } catch {
        return [];
      }
    });
  }
});

describe('copyFrom, of a user who is not root', () => {
  const service = useScriptedService('tcp');

  it('fills folders that are not writable', async function () {
    const folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
    chmodSync(folder, 0o777);
    const bytes = await tarOf([directory('t', 0o555), directory('t/d', 0o500), symlink('t/l', 'd')]);
    service().on('GET containers/c/archive', ({ response }) => {
      response.end(bytes);
    });
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      await copyFrom(service().client(), 'c', '/t', folder, {});
      expect(readdirSync(join(folder, 't'))).to.deep.equal(['d', 'l']);
    } finally {
      if (root) process.seteuid?.(0);
      rmSync(folder, { recursive: true });
    }
  });
});
