import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { assertRefuses, assertRejects, assertRejectsWith } from './expectations.js';
import type { CaseGroup } from './case-group.js';
import { readText, statOf, streamOf } from './container-files.js';

export const copyToPlaceCases: CaseGroup = {
  group: 'copyTo and readFile, in all circumstances',
  cases: {
    async 'put new content in the place of old'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [{ path: '/tmp/file', content: 'the old and longer content' }]);
      await bench.manager.copyTo(container, [{ path: '/tmp/file', content: 'the new' }]);
      assert.equal(await readText(bench, container, '/tmp/file'), 'the new');
    },
    async 'work on containers that have not started and that have ended'(bench) {
      const created = await bench.create();
      await bench.manager.copyTo(created, [{ path: '/tmp/file', content: 'before' }]);
      assert.equal(await readText(bench, created, '/tmp/file'), 'before');
      await bench.manager.start(created);
      assert.equal(await bench.ask(created, bench.programs.printFile('/tmp/file')), 'before');
      await bench.manager.kill(created);
      await bench.manager.wait(created);
      await bench.manager.copyTo(created, [{ path: '/tmp/file', content: 'after' }]);
      assert.equal(await readText(bench, created, '/tmp/file'), 'after');
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
      await assertRejects(readText(bench, container, '/nowhere'), 'PATH_NOT_FOUND');
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
    async 'put a file in the place of a link, and through links among its parents'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [
        { path: '/srv/real/target', content: 'untouched' },
        { path: '/srv/linked', symlink: 'real' },
        { path: '/srv/real/link', symlink: 'target' },
      ]);
      await bench.manager.copyTo(container, [{ path: '/srv/linked/link', content: 'new' }]);
      assert.equal(await readText(bench, container, '/srv/real/link'), 'new');
      assert.equal(await readText(bench, container, '/srv/real/target'), 'untouched');
      assert.equal((await statOf(bench, container, '/srv/linked'))[0]! & 0o170000, 0o120000);
      assert.equal((await statOf(bench, container, '/srv/real/link'))[0], 0o100644);
    },
    async 'put entries in their order'(bench) {
      const container = await bench.create();
      await bench.manager.copyTo(container, [
        { path: '/srv/file', content: 'first' },
        { path: '/srv/file', content: 'second', mode: 0o600 },
      ]);
      assert.equal(await readText(bench, container, '/srv/file'), 'second');
    },
    async 'reject with COPY_FAILED when a folder would take the place of something else, or the reverse'(
      bench,
    ) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [
        { path: '/srv/file', content: 'x' },
        { path: '/srv/folder/file', content: 'y' },
      ]);
      const entries = [
        { path: '/srv/file', directory: true },
        { path: '/srv/folder', content: 'x' },
        { path: '/srv/folder', symlink: 'file' },
        { path: '/srv/file/below', content: 'x' },
      ] as const;
      for (const entry of entries)
        await assertRejects(bench.manager.copyTo(container, [entry]), 'COPY_FAILED');
      assert.equal(await readText(bench, container, '/srv/file'), 'x');
      assert.equal(await readText(bench, container, '/srv/folder/file'), 'y');
    },
    async 'put a tree into a folder that exists, and leave that as it is'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [
        { path: '/srv/there', directory: true, mode: 0o711, uid: 1234 },
        { path: '/srv/link', symlink: 'there' },
      ]);
      const folder = await bench.folder();
      await mkdir(join(folder, 'sub'));
      await writeFile(join(folder, 'sub/file'), 'content');
      await chmod(folder, 0o755);
      for (const path of ['/srv/there', '/srv/link']) {
        await bench.manager.copyTo(container, [{ path, from: folder, uid: 5 }]);
        assert.deepEqual((await statOf(bench, container, '/srv/there')).slice(0, 2), [0o040711, 1234]);
        assert.equal((await statOf(bench, container, '/srv/there/sub/file'))[1], 5);
      }
    },
    async 'refuse a path of this machine that does not exist, before anything is done'(bench) {
      const container = await bench.create();
      const call = bench.manager.copyTo(container, [
        { path: '/srv/file', content: 'x' },
        { path: '/srv/other', from: join(await bench.folder(), 'nothing') },
      ]);
      await assertRefuses(call, 'entries[1].from');
      await assertRejects(readText(bench, container, '/srv/file'), 'PATH_NOT_FOUND');
    },
    async 'leave out sockets of this machine, and reject fifos with COPY_FAILED'(bench) {
      const container = await bench.running();
      const folder = await bench.folder();
      const server = createServer().listen(join(folder, 'socket'));
      await once(server, 'listening');
      try {
        await writeFile(join(folder, 'file'), 'content');
        await bench.manager.copyTo(container, [{ path: '/srv/tree', from: folder }]);
      } finally {
        server.close();
      }
      assert.equal(await readText(bench, container, '/srv/tree/file'), 'content');
      assert.notEqual(
        (await bench.manager.exec(container, bench.programs.exists('/srv/tree/socket'))).exitCode,
        0,
      );
      execFileSync('mkfifo', [join(folder, 'fifo')]);
      await assertRejects(
        bench.manager.copyTo(container, [{ path: '/srv/tree', from: folder }]),
        'COPY_FAILED',
      );
    },
    async 'close streams of content however it ends'(bench) {
      const container = await bench.create();
      let closed = 0;
      const content: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ done: false, value: Buffer.from('too much') }),
          return: () => {
            closed += 1;
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
      const stream = { path: '/srv/stream', content, sizeBytes: 3 };
      const signal = AbortSignal.abort(new Error('before it was read'));
      const calls = [
        () => assertRejects(bench.manager.copyTo(container, [stream]), 'COPY_FAILED'),
        () => assertRejects(bench.manager.copyTo('podroot-contract-absent', [stream]), 'CONTAINER_NOT_FOUND'),
        () => assertRejectsWith(bench.manager.copyTo(container, [stream], { signal }), signal.reason),
      ];
      for (const call of calls) {
        closed = 0;
        await call();
        assert.notEqual(closed, 0);
      }
    },
    async 'read a file through a link, and reject with COPY_FAILED what is no file'(bench) {
      const container = await bench.running();
      await bench.manager.copyTo(container, [
        { path: '/srv/file', content: 'content' },
        { path: '/srv/link', symlink: 'file' },
      ]);
      assert.equal(await readText(bench, container, '/srv/link'), 'content');
      await assertRejects(readText(bench, container, '/srv'), 'COPY_FAILED');
    },
  },
};
