import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyEntry } from '../../container/copy.js';
import { assertRejects } from './expectations.js';
import type { CaseGroup } from './case-group.js';

const MTIME = new Date('2001-02-03T04:05:06Z');

const TREE: readonly CopyEntry[] = [
  { path: '/srv/tree', directory: true, mode: 0o750 },
  { path: '/srv/tree/private', content: 'secret', mode: 0o600, uid: 1234, gid: 2345, mtime: MTIME },
  { path: '/srv/tree/setuid', content: 'x', mode: 0o4755 },
  { path: '/srv/tree/sub/žluťoučký 🐎', content: 'horse' },
  { path: '/srv/tree/sub/empty', content: '' },
  { path: `/srv/tree/sub/${'n'.repeat(200)}`, content: 'long' },
  { path: '/srv/tree/empty-folder', directory: true },
  { path: '/srv/tree/sub/link', symlink: '../private' },
];

export const copyFromCases: CaseGroup = {
  group: 'copyFrom',
  cases: {
    async 'copies a tree into a folder, which is made, under its own name'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, TREE);
      const target = join(await bench.folder(), 'made/for/it');
      const result = await bench.manager.copyFrom(container, '/srv/tree', target);
      assert.deepEqual(result, { files: 5, bytes: 16, skipped: 0 });
      assert.deepEqual(await readdir(target), ['tree']);
      const tree = join(target, 'tree');
      assert.deepEqual((await readdir(tree)).sort(), ['empty-folder', 'private', 'setuid', 'sub']);
      assert.equal(await readFile(join(tree, 'private'), 'utf8'), 'secret');
      assert.equal(await readFile(join(tree, 'sub/žluťoučký 🐎'), 'utf8'), 'horse');
      assert.equal(await readFile(join(tree, 'sub', 'n'.repeat(200)), 'utf8'), 'long');
      assert.equal(await readFile(join(tree, 'sub/empty'), 'utf8'), '');
      assert.deepEqual(await readdir(join(tree, 'empty-folder')), []);
      assert.equal(await readlink(join(tree, 'sub/link')), '../private');
    },
    async 'keeps modes and times, but neither owners nor setuid bits'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, TREE);
      const target = await bench.folder();
      await bench.manager.copyFrom(container, '/srv/tree', target);
      const file = await lstat(join(target, 'tree/private'));
      assert.equal(file.mode & 0o7777, 0o600);
      assert.equal(file.mtimeMs, MTIME.getTime());
      assert.equal(file.uid, process.getuid?.() ?? file.uid);
      // This process's umask applies to what it writes itself as well.
      await writeFile(join(target, 'own'), '', { mode: 0o755 });
      const { mode } = await lstat(join(target, 'own'));
      assert.equal((await lstat(join(target, 'tree/setuid'))).mode, mode);
      assert.equal((await lstat(join(target, 'tree'))).mode & 0o777, 0o750);
    },
    async 'copies a file, from a container that has ended as well'(bench) {
      const container = await bench.ended();
      await bench.manager.copyTo(container, [{ path: '/srv/file', content: 'content' }]);
      const target = await bench.folder();
      assert.deepEqual(await bench.manager.copyFrom(container, '/srv/file', target), {
        files: 1,
        bytes: 7,
        skipped: 0,
      });
      assert.equal(await readFile(join(target, 'file'), 'utf8'), 'content');
    },
    async 'puts new files in the place of old ones, and leaves others alone'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, [{ path: '/srv/tree/file', content: 'the new' }]);
      const target = await bench.folder();
      await mkdir(join(target, 'tree'));
      await writeFile(join(target, 'tree/file'), 'the old and longer content');
      await writeFile(join(target, 'tree/other'), 'other');
      await bench.manager.copyFrom(container, '/srv/tree', target);
      assert.equal(await readFile(join(target, 'tree/file'), 'utf8'), 'the new');
      assert.equal(await readFile(join(target, 'tree/other'), 'utf8'), 'other');
    },
    async 'leaves out what the filter refuses, and counts it'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, [
        { path: '/srv/tree/a.rpm', content: '123' },
        { path: '/srv/tree/sub/b.rpm', content: '45' },
        { path: '/srv/tree/sub/c.log', content: '6789' },
      ]);
      const target = await bench.folder();
      const seen: string[] = [];
      const result = await bench.manager.copyFrom(container, '/srv/tree', target, {
        filter(path) {
          seen.push(path);
          return !path.endsWith('.log');
        },
      });
      assert.deepEqual(result, { files: 2, bytes: 5, skipped: 1 });
      assert.deepEqual(seen.filter((path) => path.includes('.')).sort(), ['a.rpm', 'sub/b.rpm', 'sub/c.log']);
      assert.deepEqual(await readdir(join(target, 'tree/sub')), ['b.rpm']);
    },
    async 'makes a folder that the filter refuses when something in it is written'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, [
        { path: '/srv/tree/sub/a.rpm', content: '1' },
        { path: '/srv/tree/none/b.log', content: '2' },
      ]);
      const target = await bench.folder();
      const filter = (path: string): boolean => path.endsWith('.rpm');
      const result = await bench.manager.copyFrom(container, '/srv/tree', target, { filter });
      assert.deepEqual(result, { files: 1, bytes: 1, skipped: 3 });
      assert.deepEqual(await readdir(join(target, 'tree')), ['sub']);
      assert.deepEqual(await readdir(join(target, 'tree/sub')), ['a.rpm']);
    },
    async 'copies only what is in a folder when the path ends with "/."'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, TREE);
      const target = await bench.folder();
      await bench.manager.copyFrom(container, '/srv/tree/.', target);
      assert.deepEqual((await readdir(target)).sort(), ['empty-folder', 'private', 'setuid', 'sub']);
    },
    async 'follows a link at the path'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, [
        { path: '/srv/tree/file', content: 'content' },
        { path: '/srv/link', symlink: 'tree' },
      ]);
      const target = await bench.folder();
      await bench.manager.copyFrom(container, '/srv/link', target);
      assert.equal(await readFile(join(target, 'link/file'), 'utf8'), 'content');
    },
    async 'rejects with PATH_NOT_FOUND when there is nothing'(bench) {
      const target = await bench.folder();
      await assertRejects(bench.manager.copyFrom(await bench.create(), '/nowhere', target), 'PATH_NOT_FOUND');
    },
  },
};
