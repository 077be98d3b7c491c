import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { collectBytes } from './expectations.js';
import type { CaseGroup } from './case-group.js';
import { readText, statOf, streamOf } from './container-files.js';

const MTIME = new Date('2001-02-03T04:05:06Z');
const LONG_NAME = 'n'.repeat(200);
const LONG_PATH = `/long/${Array.from({ length: 5 }, () => 'folder'.repeat(15)).join('/')}/file`;

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
      assert.equal(await readText(bench, container, '/tmp/text'), 'žluťoučký kůň\n');
      assert.ok((await collectBytes(bench.manager.readFile(container, '/tmp/bytes'))).equals(bytes));
      assert.equal(await readText(bench, container, '/tmp/stream'), 'one two');
      assert.equal(await readText(bench, container, '/tmp/empty'), '');
      assert.equal(await readText(bench, container, '/tmp/empty-stream'), '');
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
      const of = (name: string): Promise<readonly number[]> =>
        statOf(bench, container, `/etc/podroot/${name}`);
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
        (await statOf(bench, container, path)).slice(0, 3);
      assert.deepEqual(await of('/made/for/it/file'), [0o100644, 0, 0]);
      assert.deepEqual(await of('/made/folder'), [0o040755, 0, 0]);
      assert.deepEqual(await of('/made/for/it'), [0o040755, 0, 0]);
      assert.deepEqual(await of('/made'), [0o040755, 0, 0]);
    },
    async 'leave parents that exist as they are'(bench) {
      const container = await bench.running();
      const before = (await statOf(bench, container, '/tmp')).slice(0, 3);
      assert.equal(before[0]! & 0o7777, 0o1777);
      await bench.manager.copyTo(container, [{ path: '/tmp/deeper/file', content: 'x' }]);
      assert.deepEqual((await statOf(bench, container, '/tmp')).slice(0, 3), before);
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
        assert.deepEqual((await statOf(bench, container, '/tmp/file')).slice(1, 3), [1_000_000, 1_000_001]);
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
      assert.equal(await readText(bench, container, '/srv/tree/sub/file'), 'content');
      assert.deepEqual(await statOf(bench, container, '/srv/tree/sub/file'), [
        0o100640,
        1234,
        2345,
        MTIME.getTime() / 1000,
      ]);
      assert.equal((await statOf(bench, container, '/srv/tree/sub/empty'))[0]! & 0o170000, 0o040000);
      assert.equal(await bench.ask(container, bench.programs.readLink('/srv/tree/link')), 'sub/file');
      assert.equal(await bench.ask(container, bench.programs.readLink('/srv/tree/dangling')), '/nowhere');
      assert.deepEqual((await statOf(bench, container, '/srv/other-name')).slice(0, 3), [0o100400, 0, 0]);
    },
    async 'pass names of any length and script'(bench) {
      const container = await bench.running();
      const paths = [
        `/tmp/${LONG_NAME}`,
        LONG_PATH,
        '/tmp/žluťoučký 🐎',
        '/tmp/ a  b ',
        '/tmp/-rf',
        '/tmp/a"b\'c\nd',
      ];
      await bench.manager.copyTo(
        container,
        paths.map((path) => ({ path, content: path })),
      );
      for (const path of paths) {
        assert.equal(await readText(bench, container, path), path);
        await bench.ask(container, bench.programs.exists(path));
      }
    },
    async 'take paths as they are, and not as patterns'(bench) {
      const container = await bench.running();
      const decoys = ['/tmp/a1', '/tmp/ax', '/tmp/axx', '/tmp/ad'].map((path) => ({
        path,
        content: 'of another',
      }));
      const paths = ['/tmp/a[1]', '/tmp/a?', '/tmp/a\\d', '/tmp/a{1,x}', '/tmp/[', '/tmp/%61'];
      await bench.manager.copyTo(container, [...decoys, ...paths.map((path) => ({ path, content: path }))]);
      for (const path of paths) {
        assert.equal(await readText(bench, container, path), path);
        const target = await bench.folder();
        await bench.manager.copyFrom(container, path, target);
        assert.equal(await readFile(join(target, posix.basename(path)), 'utf8'), path);
      }
      // Not every runtime can be asked for this one, but none may give another.
      await bench.manager.copyTo(container, [{ path: '/tmp/a*', content: '/tmp/a*' }]);
      const content = await readText(bench, container, '/tmp/a*').catch(() => '/tmp/a*');
      assert.equal(content, '/tmp/a*');
    },
  },
};
