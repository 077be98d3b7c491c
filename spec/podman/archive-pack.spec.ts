import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { lstat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { CopyEntry } from '../../lib/container/copy.js';
import { resolveCopyEntries } from '../../lib/container/resolve-copy-entries.js';
import { ContainerError } from '../../lib/errors.js';
import { packArchive } from '../../lib/podman/archive-pack.js';
import { findFolders, planArchives } from '../../lib/podman/archive-plan.js';
import { toArchiveMounts } from '../../lib/podman/archive-mounts.js';
import { listTar, readAll } from '../support/hostile-archives.js';

const NO_MOUNTS = toArchiveMounts('c', { State: { Status: 'running' } });

async function archiveOf(entries: readonly CopyEntry[], withTop = true) {
  const resolved = resolveCopyEntries(entries);
  const plans = await planArchives(resolved, NO_MOUNTS, await findFolders(resolved));
  return packArchive(
    'c',
    plans.flatMap(({ items }) => items.map((item) => ({ ...item, withTop }))),
  );
}

async function pack(entries: readonly CopyEntry[], withTop = true) {
  return listTar(await readAll((await archiveOf(entries, withTop)).bytes));
}

/** What packing fails with. */
async function failureOf(entries: readonly CopyEntry[]): Promise<unknown> {
  const archive = await archiveOf(entries);
  await readAll(archive.bytes).catch(() => undefined);
  expect(archive.whole).to.equal(false);
  return archive.failure?.error;
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

describe('packArchive', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  context('with a tree of this machine', () => {
    it('packs it in the order of its names, with modes as they are', async () => {
      mkdirSync(join(folder, 'b/c'), { recursive: true });
      for (const name of ['z', 'a', 'b/y', 'b/c/x']) writeFileSync(join(folder, name), name);
      chmodSync(join(folder, 'z'), 0o6777);
      symlinkSync('../z', join(folder, 'b/l'));
      chmodSync(join(folder, 'b'), 0o1777);
      const umask = process.umask(0o077);
      try {
        const entries = await pack([{ path: '/t', from: folder, uid: 5, gid: 6 }]);
        expect(entries.map(({ header }) => header.name)).to.deep.equal([
          't',
          't/a',
          't/b',
          't/z',
          't/b/c',
          't/b/l',
          't/b/y',
          't/b/c/x',
        ]);
        const byName = new Map(entries.map((entry) => [entry.header.name, entry]));
        expect(byName.get('t/z')?.header).to.include({ mode: 0o6777, type: 'file', uid: 5, gid: 6 });
        expect(byName.get('t/b')?.header).to.include({ mode: 0o1777, type: 'directory', uid: 5, gid: 6 });
        expect(byName.get('t/b/l')?.header).to.include({ linkname: '../z', type: 'symlink', uid: 5, gid: 6 });
        expect(byName.get('t/b/c/x')?.content.toString()).to.equal('b/c/x');
      } finally {
        process.umask(umask);
      }
    });

    it('packs it in the order of its names, whatever order they were made in', async () => {
      const names = Array.from({ length: 60 }, (_, at) => `f${(at * 37) % 60}`);
      for (const name of names) writeFileSync(join(folder, name), '');
      for (const withTop of [true, false]) {
        const entries = await pack([{ path: '/', from: folder }], withTop);
        const packed = entries.map(({ header }) => header.name).filter((name) => name.startsWith('f'));
        expect(packed).to.deep.equal([...names].sort());
      }
    });

    it('gives mode to files alone, and mtime to all', async () => {
      mkdirSync(join(folder, 'd'), { mode: 0o750 });
      writeFileSync(join(folder, 'f'), '');
      const mtime = new Date('2001-02-03T04:05:06Z');
      const [top, d, f] = await pack([{ path: '/t', from: folder, mode: 0o400, mtime }]);
      expect([top?.header.mode, d?.header.mode, f?.header.mode]).to.deep.equal([0o700, 0o750, 0o400]);
      for (const entry of [top, d, f]) expect(entry?.header.mtime).to.deep.equal(mtime);
    });

    it('keeps times between seconds', async () => {
      writeFileSync(join(folder, 'f'), '');
      utimesSync(join(folder, 'f'), 1_700_000_000.25, 1_700_000_000.25);
      const [entry] = await pack([{ path: '/f', from: join(folder, 'f') }]);
      expect(entry?.header.pax).to.include({ mtime: '1700000000.25' });
    });

    it('packs what is in it alone, without its own entry', async () => {
      writeFileSync(join(folder, 'f'), '');
      const names = (await pack([{ path: '/t', from: folder }], false)).map(({ header }) => header.name);
      expect(names).to.deep.equal(['t/f']);
    });

    it('packs an empty folder without its own entry as nothing', async () => {
      expect(await pack([{ path: '/t', from: folder }], false)).to.be.empty;
    });

    it('packs a link as a link, also at the top', async () => {
      symlinkSync('nowhere', join(folder, 'l'));
      const [entry] = await pack([{ path: '/t/l', from: join(folder, 'l') }]);
      expect(entry?.header).to.include({ name: 't/l', type: 'symlink', linkname: 'nowhere' });
    });

    it('packs hard links as files of their own', async () => {
      writeFileSync(join(folder, 'a'), 'same');
      linkSync(join(folder, 'a'), join(folder, 'b'));
      const [, a, b] = await pack([{ path: '/t', from: folder }]);
      expect([a?.content.toString(), b?.content.toString()]).to.deep.equal(['same', 'same']);
    });

    it('leaves out sockets', async () => {
      const server = createServer().listen(join(folder, 'a.sock'));
      writeFileSync(join(folder, 'b'), '');
      const names = (await pack([{ path: '/t', from: folder }])).map(({ header }) => header.name);
      server.close();
      expect(names).to.deep.equal(['t', 't/b']);
    });

    it('refuses a fifo with COPY_FAILED', async () => {
      execFileSync('mkfifo', [join(folder, 'p')]);
      expect(await failureOf([{ path: '/t', from: folder }]))
        .to.be.instanceOf(ContainerError)
        .that.includes({ code: 'COPY_FAILED' });
    });

    it('refuses a name that is not UTF-8 with COPY_FAILED, instead of ending there', async () => {
      writeFileSync(Buffer.concat([Buffer.from(`${folder}/a`), Buffer.from([0xff])]), '');
      writeFileSync(join(folder, 'z'), '');
      expect(await failureOf([{ path: '/t', from: folder }])).to.include({ code: 'COPY_FAILED' });
    });

    it('refuses a link to what is not UTF-8 with COPY_FAILED', async () => {
      symlinkSync(Buffer.from([0xff]), join(folder, 'l'));
      expect(await failureOf([{ path: '/t', from: folder }])).to.include({ code: 'COPY_FAILED' });
    });

    for (const [title, after, change] of [
      [
        'grows',
        1_200_000,
        (path: string) => {
          appendFileSync(path, 'more');
        },
      ],
      [
        'shrinks',
        1_200_000,
        (path: string) => {
          truncateSync(path, 1_500_000);
        },
      ],
      [
        'vanishes',
        1000,
        (path: string) => {
          rmSync(path);
        },
      ],
    ] as const) {
      it(`rejects with COPY_FAILED naming it when a file ${title} meanwhile`, async () => {
        const path = join(folder, 'f');
        writeFileSync(join(folder, 'a'), Buffer.alloc(1_000_000));
        writeFileSync(path, Buffer.alloc(2_000_000));
        const archive = await archiveOf([{ path: '/t', from: folder }]);
        let read = 0;
        const error = await (async () => {
          for await (const chunk of archive.bytes) {
            const before = read;
            read += chunk.length;
            if (before <= after && read > after) change(path);
          }
        })().catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(ContainerError).that.includes({ code: 'COPY_FAILED' });
        expect((error as Error).message).to.contain(path);
        expect(archive.failure?.error).to.equal(error);
      });
    }

    it('rejects with COPY_FAILED when a file without size has content', async () => {
      const error = await failureOf([{ path: '/v', from: '/proc/version' }]);
      expect(error).to.be.instanceOf(ContainerError).that.includes({ code: 'COPY_FAILED' });
    });

    it('reads no further than its reader, links and folders neither', async () => {
      for (let at = 0; at < 200; at += 1) symlinkSync('x', join(folder, `l${at}`));
      const archive = await archiveOf([{ path: '/t', from: folder }]);
      const reader = archive.bytes[Symbol.asyncIterator]();
      await reader.next();
      // As many calls as reading them all would take, and more.
      for (let call = 0; call < 1000; call += 1) await lstat(folder);
      rmSync(join(folder, 'l99'));
      const error: unknown = await (async () => {
        while ((await reader.next()).done !== true);
      })().catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'COPY_FAILED' });
      expect((error as Error).message).to.contain('l99');
    });

    it('throws nothing where nobody catches it, wherever it is stopped', async () => {
      mkdirSync(join(folder, 'd'));
      for (let at = 0; at < 20; at += 1) {
        symlinkSync('x', join(folder, `l${at}`));
        writeFileSync(join(folder, `d/f${at}`), 'f');
      }
      for (let stop = 0; stop < 150; stop += 1) {
        const archive = await archiveOf([{ path: '/t', from: folder }]);
        const reading = readAll(archive.bytes).catch(() => undefined);
        for (let turn = 0; turn < stop; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        archive.destroy();
        await reading;
      }
    });

    it('stops with its reader', async () => {
      writeFileSync(join(folder, 'f'), Buffer.alloc(8_000_000));
      const archive = await archiveOf([{ path: '/t', from: folder }]);
      const reader = archive.bytes[Symbol.asyncIterator]();
      await reader.next();
      archive.destroy();
      expect((await reader.next().catch(() => ({ done: true }))).done).to.equal(true);
      expect(archive).to.include({ whole: false, failure: undefined });
    });
  });

  context('with content that comes as a stream', () => {
    it('packs it', async () => {
      const [entry] = await pack([{ path: '/f', content: pieces('ab', '', 'cd'), sizeBytes: 4 }]);
      expect(entry?.content.toString()).to.equal('abcd');
    });

    it('packs an empty one', async () => {
      const entries = await pack([
        { path: '/f', content: pieces(), sizeBytes: 0 },
        { path: '/g', content: 'g' },
      ]);
      expect(entries.map(({ content }) => content.toString())).to.deep.equal(['', 'g']);
    });

    for (const [title, texts, size] of [
      ['too few bytes', ['ab'], 3],
      ['too many bytes', ['ab', 'cd'], 3],
      ['bytes instead of none', ['a'], 0],
      ['nothing', [], 1],
    ] as const) {
      it(`rejects with COPY_FAILED naming the path when it gives ${title}`, async () => {
        const error = await failureOf([{ path: '/some/file', content: pieces(...texts), sizeBytes: size }]);
        expect(error).to.be.instanceOf(ContainerError).that.includes({ code: 'COPY_FAILED' });
        expect((error as Error).message).to.contain('/some/file');
      });
    }

    it('rejects with COPY_FAILED when it gives text', async () => {
      const content = Readable.from(['text']) as AsyncIterable<never>;
      expect(await failureOf([{ path: '/f', content, sizeBytes: 4 }])).to.include({ code: 'COPY_FAILED' });
    });

    it('passes its own failure on as it is', async () => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('a'));
        throw 'no error at all';
      }
      expect(await failureOf([{ path: '/f', content: failing(), sizeBytes: 2 }])).to.equal('no error at all');
    });

    it('holds it up while the reader is busy', async () => {
      let given = 0;
      async function* plenty(): AsyncGenerator<Uint8Array> {
        while (given < 1000) {
          given += 1;
          yield await Promise.resolve(Buffer.alloc(16_384));
        }
      }
      const archive = await archiveOf([{ path: '/f', content: plenty(), sizeBytes: 16_384_000 }]);
      const reader = archive.bytes[Symbol.asyncIterator]();
      await reader.next();
      for (let turn = 0; turn < 1000; turn += 1) await Promise.resolve();
      expect(given).to.be.below(10);
      let length = 0;
      for (let next = await reader.next(); next.done !== true; next = await reader.next())
        length += next.value.length;
      expect(length).to.be.above(16_384_000);
    });

    it('closes it when it is stopped, even if it is stuck', async () => {
      let closed = 0;
      const stuck: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => undefined),
          return: () => {
            closed += 1;
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
      const archive = await archiveOf([{ path: '/f', content: stuck, sizeBytes: 1 }]);
      const reading = readAll(archive.bytes).catch(() => 'stopped');
      await Promise.resolve();
      archive.destroy();
      await reading;
      expect(closed).to.be.at.least(1);
    });
  });

  it('packs folders, links and files in their order', async () => {
    const entries = await pack([
      { path: '/b', directory: true, mode: 0 },
      { path: '/a', symlink: 'b', uid: 300_000 },
      { path: '/b/c', content: 'c', mode: 0o4711 },
    ]);
    expect(entries.map(({ header: { name, type, mode } }) => [name, type, mode])).to.deep.equal([
      ['b', 'directory', 0],
      ['a', 'symlink', 0o777],
      ['b/c', 'file', 0o4711],
    ]);
    expect(entries[1]?.header.pax).to.include({ uid: '300000' });
  });
});

describe('planArchives', () => {
  let folder: string;
  const mounts = toArchiveMounts('c', {
    State: { Status: 'exited' },
    Mounts: [
      { Type: 'volume', Destination: '/v', RW: true },
      { Type: 'volume', Destination: '/v/deep/w', RW: true },
    ],
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
    mkdirSync(join(folder, 'v/deep/w'), { recursive: true });
    mkdirSync(join(folder, 'u'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function plan(entries: readonly CopyEntry[]) {
    const resolved = resolveCopyEntries(entries);
    const plans = await planArchives(resolved, mounts, await findFolders(resolved));
    return plans.map(({ folder: at, items }) => [at, ...items.map(({ name }) => name)]);
  }

  it('makes one archive for each mount, and keeps the order within', async () => {
    const paths = ['/v/deep/w/2', '/b', '/v/x', '/a', '/v/deep/w/1', '/v'];
    const entries = paths.map((path) => ({ path, directory: true as const }));
    expect(await plan(entries)).to.deep.equal([
      ['/', 'b', 'a'],
      ['/v', 'x', ''],
      ['/v/deep/w', '2', '1'],
    ]);
  });

  it('divides a tree of this machine where a mount lies in it', async () => {
    expect(await plan([{ path: '/', from: folder }])).to.deep.equal([
      ['/', ''],
      ['/v', ''],
      ['/v/deep/w', ''],
    ]);
    const resolved = resolveCopyEntries([{ path: '/', from: folder }]);
    const plans = await planArchives(resolved, mounts, await findFolders(resolved));
    const names: string[][] = [];
    for (const { items } of plans) {
      const archive = packArchive(
        'c',
        items.map((item) => ({ ...item, withTop: false })),
      );
      names.push((await listTar(await readAll(archive.bytes))).map(({ header }) => header.name));
    }
    expect(names).to.deep.equal([['u'], ['deep'], []]);
  });
});
