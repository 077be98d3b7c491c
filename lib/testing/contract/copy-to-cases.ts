import assert from 'node:assert/strict';
import { chmod, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerReference } from '../../container/container-manager.js';
import { assertRejects, assertRejectsWith, collectBytes } from './expectations.js';
import type { CaseGroup } from './case-group.js';
import type { Workbench } from './workbench.js';

const MTIME = new Date('2001-02-03T04:05:06Z');
const LONG_NAME = 'n'.repeat(200);
const LONG_PATH = `/long/${Array.from({ length: 5 }, () => 'folder'.repeat(15)).join('/')}/file`;

/** Mode with the kind of file, uid, gid, and seconds since 1970, as the container sees them. */
async function stat(
  bench: Workbench,
  container: ContainerReference,
  path: string,
): Promise<readonly number[]> {
  const [mode, ...numbers] = (await bench.ask(container, bench.programs.stat(path))).split(' ');
  return [parseInt(mode!, 16), ...numbers.map(Number)];
}

async function read(bench: Workbench, container: ContainerReference, path: string): Promise<string> {
  return (await collectBytes(bench.manager.readFile(container, path))).toString();
}

async function* streamOf(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

export const copyToCases: CaseGroup = {
  group: 'copyTo and readFile',
  cases: {
    async 'put text, bytes and streams into files'(bench) {
      const container = await bench.running();
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      await bench.manager.copyTo(container, [
        { path: '/tmp/text', content: 'žluťoučký kůň\n' },
        { path: '/tmp/bytes', content: bytes },
        { path: '/tmp/stream', content: streamOf('one ', 'two'), sizeBytes: 7 },
        { path: '/tmp/empty', content: '' },
        { path: '/tmp/empty-stream', content: streamOf(), sizeBytes: 0 },
      ]);
      assert.equal(await read(bench, container, '/tmp/text'), 'žluťoučký kůň\n');
      assert.ok((await collectBytes(bench.manager.readFile(container, '/tmp/bytes'))).equals(bytes));
      assert.equal(await read(bench, container, '/tmp/stream'), 'one two');
      assert.equal(await read(bench, container, '/tmp/empty'), '');
      assert.equal(await read(bench, container, '/tmp/empty-stream'), '');
    },
    async 'give files, folders and links the attributes wanted'(bench) {
      const container = await bench.running();
      const owned = { uid: 1234, gid: 2345, mtime: MTIME };
      const seconds = MTIME.getTime() / 1000;
      await bench.manager.copyTo(container, [
        { path: '/etc/podroot/private', content: 'x', mode: 0o600, ...owned },
        { path: '/etc/podroot/open', content: 'x', mode: 0o777, ...owned },
        { path: '/etc/podroot/setuid', content: 'x', mode: 0o4755, ...owned },
        { path: '/etc/podroot/folder', directory: true, mode: 0o1770, ...owned },
        { path: '/etc/podroot/link', symlink: 'private', ...owned },
      ]);
      const of = (name: string): Promise<readonly number[]> => stat(bench, container, `/etc/podroot/${name}`);
      assert.deepEqual(await of('private'), [0o100600, 1234, 2345, seconds]);
      assert.deepEqual(await of('open'), [0o100777, 1234, 2345, seconds]);
      assert.deepEqual(await of('setuid'), [0o104755, 1234, 2345, seconds]);
      assert.deepEqual(await of('folder'), [0o041770, 1234, 2345, seconds]);
      const [mode, uid, gid] = await of('link');
      assert.deepEqual([mode! & 0o170000, uid, gid], [0o120000, 1234, 2345]);
      assert.equal(await bench.ask(container, bench.programs.readLink('/etc/podroot/link')), 'private');
    },
    async 'give what says nothing else to root, and make missing parents'(bench) {
      // The container's own user must not come into it.
      const container = await bench.running({ user: '1234:2345' });
      await bench.manager.copyTo(container, [
        { path: '/made/for/it/file', content: 'x' },
        { path: '/made/folder', directory: true },
      ]);
      const of = async (path: string): Promise<readonly number[]> =>
        (await stat(bench, container, path)).slice(0, 3);
      assert.deepEqual(await of('/made/for/it/file'), [0o100644, 0, 0]);
      assert.deepEqual(await of('/made/folder'), [0o040755, 0, 0]);
      assert.deepEqual(await of('/made/for/it'), [0o040755, 0, 0]);
      assert.deepEqual(await of('/made'), [0o040755, 0, 0]);
    },
    async 'leave parents that exist as they are'(bench) {
      const container = await bench.running();
      const before = (await stat(bench, container, '/tmp')).slice(0, 3);
      assert.equal(before[0]! & 0o7777, 0o1777);
      await bench.manager.copyTo(container, [{ path: '/tmp/deeper/file', content: 'x' }]);
      assert.deepEqual((await stat(bench, container, '/tmp')).slice(0, 3), before);
    },
    async 'keep owners above 2^18, or refuse them'(bench) {
      const container = await bench.running();
      const call = bench.manager.copyTo(container, [
        { path: '/tmp/file', content: 'x', uid: 1_000_000, gid: 1_000_001 },
      ]);
      const refused = await call.then(
        () => false,
        (error: unknown) => (error as { readonly code?: unknown }).code === 'INVALID_ARGUMENT',
      );
      if (!refused)
        assert.deepEqual((await stat(bench, container, '/tmp/file')).slice(1, 3), [1_000_000, 1_000_001]);
    },
    async 'copy files and trees of this machine'(bench) {
      const container = await bench.running();
      const folder = await bench.folder();
      await mkdir(join(folder, 'tree/sub/empty'), { recursive: true });
      await writeFile(join(folder, 'tree/sub/file'), 'content');
      await chmod(join(folder, 'tree/sub/file'), 0o640);
      await utimes(join(folder, 'tree/sub/file'), MTIME, MTIME);
      await symlink('sub/file', join(folder, 'tree/link'));
      await symlink('/nowhere', join(folder, 'tree/dangling'));
      await bench.manager.copyTo(container, [
        { path: '/srv/tree', from: join(folder, 'tree'), uid: 1234, gid: 2345 },
        { path: '/srv/other-name', from: join(folder, 'tree/sub/file'), mode: 0o400 },
      ]);
      assert.equal(await read(bench, container, '/srv/tree/sub/file'), 'content');
      assert.deepEqual(await stat(bench, container, '/srv/tree/sub/file'), [
        0o100640,
        1234,
        2345,
        MTIME.getTime() / 1000,
      ]);
      assert.equal((await stat(bench, container, '/srv/tree/sub/empty'))[0]! & 0o170000, 0o040000);
      assert.equal(await bench.ask(container, bench.programs.readLink('/srv/tree/link')), 'sub/file');
      assert.equal(await bench.ask(container, bench.programs.readLink('/srv/tree/dangling')), '/nowhere');
      assert.deepEqual((await stat(bench, container, '/srv/other-name')).slice(0, 3), [0o100400, 0, 0]);
    },
    async 'pass names of any length and script'(bench) {
      const container = await bench.running();
      const paths = [
        `/tmp/${LONG_NAME}`,
        LONG_PATH,
        '/tmp/žluťoučký 🐎',
        '/tmp/ a  b ',
        '/tmp/-rf',
        '/tmp/a"b\'c\\d\ne',
      ];
      await bench.manager.copyTo(
        container,
        paths.map((path) => ({ path, content: path })),
      );
      for (const path of paths) {
        assert.equal(await read(bench, container, path), path);
        await bench.ask(container, bench.programs.exists(path));
      }
    },
    async 'put new content in the place of old'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [{ path: '/tmp/file', content: 'the old and longer content' }]);
      await bench.manager.copyTo(container, [{ path: '/tmp/file', content: 'the new' }]);
      assert.equal(await read(bench, container, '/tmp/file'), 'the new');
    },
    async 'work on containers that have not started and that have ended'(bench) {
      const created = await bench.create();
      await bench.manager.copyTo(created, [{ path: '/tmp/file', content: 'before' }]);
      assert.equal(await read(bench, created, '/tmp/file'), 'before');
      await bench.manager.start(created);
      assert.equal(await bench.ask(created, bench.programs.printFile('/tmp/file')), 'before');
      await bench.manager.kill(created);
      await bench.manager.wait(created);
      await bench.manager.copyTo(created, [{ path: '/tmp/file', content: 'after' }]);
      assert.equal(await read(bench, created, '/tmp/file'), 'after');
    },
    async 'take an empty list for done'(bench) {
      await bench.manager.copyTo(await bench.create(), []);
    },
    async 'reject with what a stream of content fails with'(bench) {
      const container = await bench.running();
      const failure = new Error('the content cannot be read');
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('some'));
        throw failure;
      };
      const call = bench.manager.copyTo(container, [
        { path: '/tmp/file', content: failing(), sizeBytes: 1000 },
      ]);
      await assertRejectsWith(call, failure);
    },
    async 'reject with COPY_FAILED when a stream gives less or more than it should'(bench) {
      const container = await bench.running();
      for (const sizeBytes of [3, 30]) {
        const entry = { path: '/tmp/file', content: streamOf('one ', 'two'), sizeBytes };
        await assertRejects(bench.manager.copyTo(container, [entry]), 'COPY_FAILED');
      }
    },
    async 'reject with PATH_NOT_FOUND when the file to read does not exist'(bench) {
      const container = await bench.running();
      await assertRejects(read(bench, container, '/nowhere'), 'PATH_NOT_FOUND');
    },
    async 'give the beginning of a file to a reader that breaks off'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [
        { path: '/tmp/file', content: Buffer.alloc(4 * 1024 * 1024, 'x') },
      ]);
      for await (const bytes of bench.manager.readFile(container, '/tmp/file')) {
        assert.ok(bytes.length > 0 && bytes[0] === 'x'.charCodeAt(0));
        break;
      }
    },
  },
};
