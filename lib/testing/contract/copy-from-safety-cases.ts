import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertRejects } from './expectations.js';
import type { CaseGroup } from './case-group.js';

/** Where `link` is a link, `link/..` is not to be told from its text. */
const OUTWARD = [
  '/etc/passwd',
  '../../outside',
  '..//..//',
  '/',
  'sub/../../../outside',
  'file/../sub',
  'nothing/../sub',
  'deep/link/../../sub',
];

export const copyFromSafetyCases: CaseGroup = {
  group: 'copyFrom, whatever the container holds',
  cases: {
    async 'keeps links that stay inside of the target, and refuses all others with ARCHIVE_UNSAFE'(bench) {
      const container = await bench.create();
      for (const [index, target] of OUTWARD.entries()) {
        const path = `/srv/tree-${index}`;
        await bench.manager.copyTo(container, [
          { path: `${path}/file`, content: 'x' },
          { path: `${path}/sub`, directory: true },
          { path: `${path}/deep/link`, symlink: '../sub' },
          { path: `${path}/evil`, symlink: target },
        ]);
        await assertRejects(bench.manager.copyFrom(container, path, await bench.folder()), 'ARCHIVE_UNSAFE');
      }
      await bench.manager.copyTo(container, [
        { path: '/srv/tree/sub/file', content: 'x' },
        { path: '/srv/tree/link', symlink: './/sub/file' },
        { path: '/srv/tree/dangling', symlink: 'nothing' },
        { path: '/srv/tree/sub/up', symlink: '../../tree/sub' },
        { path: '/srv/tree/back', symlink: 'sub/../sub' },
      ]);
      const folder = await bench.folder();
      await bench.manager.copyFrom(container, '/srv/tree', folder);
      assert.equal(await readlink(join(folder, 'tree/link')), './/sub/file');
      assert.equal(await readlink(join(folder, 'tree/dangling')), 'nothing');
      assert.equal(await readlink(join(folder, 'tree/sub/up')), '../../tree/sub');
      assert.equal(await readlink(join(folder, 'tree/back')), 'sub/../sub');
    },
    async 'leaves links out, or ends at the first, as it is told'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, [
        { path: '/srv/tree/file', content: 'x' },
        { path: '/srv/tree/inside', symlink: 'file' },
        { path: '/srv/tree/outside', symlink: '/etc/passwd' },
      ]);
      const folder = await bench.folder();
      const { files, skipped } = await bench.manager.copyFrom(container, '/srv/tree', folder, {
        symlinks: 'skip',
      });
      assert.deepEqual([files, skipped], [1, 2]);
      assert.deepEqual(await readdir(join(folder, 'tree')), ['file']);
      const refusing = bench.manager.copyFrom(container, '/srv/tree', await bench.folder(), {
        symlinks: 'refuse',
      });
      await assertRejects(refusing, 'ARCHIVE_UNSAFE');
    },
    async 'refuses fifos with ARCHIVE_UNSAFE'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [{ path: '/srv/tree', directory: true }]);
      await bench.ask(container, bench.programs.makeFifo('/srv/tree/fifo'));
      await assertRejects(
        bench.manager.copyFrom(container, '/srv/tree', await bench.folder()),
        'ARCHIVE_UNSAFE',
      );
    },
    async 'is not led outside by links that are in the target already'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, [
        { path: '/srv/tree/sub/file', content: 'x' },
        { path: '/srv/tree/other', content: 'y' },
      ]);
      const target = await bench.folder();
      const outside = await bench.folder();
      await mkdir(join(target, 'tree'));
      await writeFile(join(outside, 'precious'), 'precious');
      await symlink(outside, join(target, 'tree/sub'));
      await symlink(join(outside, 'precious'), join(target, 'tree/other'));
      // Whether it puts them aside or refuses to go on is its own affair.
      await bench.manager.copyFrom(container, '/srv/tree', target).catch(() => undefined);
      assert.deepEqual(await readdir(outside), ['precious']);
      assert.equal(await readFile(join(outside, 'precious'), 'utf8'), 'precious');
    },
    async 'rejects with ARCHIVE_LIMIT when there is more than may be'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(
        container,
        Array.from({ length: 8 }, (_, index) => ({ path: `/srv/tree/${index}`, content: '12345' })),
      );
      const limits = [{ maxEntries: 5 }, { maxBytes: 39 }];
      for (const limit of limits) {
        const call = bench.manager.copyFrom(container, '/srv/tree', await bench.folder(), limit);
        await assertRejects(call, 'ARCHIVE_LIMIT');
      }
      const { files, bytes } = await bench.manager.copyFrom(container, '/srv/tree', await bench.folder(), {
        maxBytes: 40,
      });
      assert.deepEqual([files, bytes], [8, 40]);
    },
  },
};
