import assert from 'node:assert/strict';
import { assertRejects, firstOf } from './expectations.js';
import type { CaseGroup } from './case-group.js';

export const lifecycleCases: CaseGroup = {
  group: 'start, stop, kill, wait, remove',
  cases: {
    async 'starts a container; starting it again is fine'(bench) {
      const container = await bench.running();
      await bench.manager.start(container);
      const { state, startedAt, finishedAt, exitCode } = await bench.manager.inspect(container);
      assert.equal(state, 'running');
      assert.ok(startedAt !== undefined);
      assert.equal(finishedAt, undefined);
      assert.equal(exitCode, null);
    },
    async 'rejects with CONTAINER_NOT_RUNNING when a container that has ended is to be started'(bench) {
      const container = await bench.ended({ command: bench.programs.print({ exitCode: 3 }) });
      await assertRejects(bench.manager.start(container), 'CONTAINER_NOT_RUNNING');
      assert.equal((await bench.manager.inspect(container)).exitCode, 3);
    },
    async 'rejects with EXEC_NOT_STARTED when there is no such executable or user'(bench) {
      const nowhere = await bench.create({ command: ['/nowhere/to/be-found'], init: false });
      await assertRejects(bench.manager.start(nowhere), 'EXEC_NOT_STARTED');
      const nobody = await bench.create({ user: 'podroot-contract-nobody' });
      await assertRejects(bench.manager.start(nobody), 'EXEC_NOT_STARTED');
    },
    async 'tells how a container ended, then and later'(bench) {
      const container = await bench.running({ command: bench.programs.print({ exitCode: 7 }) });
      const ending = { exitCode: 7, timedOut: false, oomKilled: false };
      assert.deepEqual(await bench.manager.wait(container), ending);
      assert.deepEqual(await bench.manager.wait(container.id), ending);
      assert.deepEqual(await bench.manager.wait(container.name), ending);
      const { state, exitCode, startedAt, finishedAt } = await bench.manager.inspect(container);
      assert.equal(state, 'exited');
      assert.equal(exitCode, 7);
      // Which of the two is stamped first is the runtime's affair when the process ends at once.
      assert.ok(startedAt !== undefined && finishedAt !== undefined);
    },
    async 'waits for a container that goes on running'(bench) {
      const container = await bench.running();
      const waiting = bench.manager.wait(container);
      await bench.manager.kill(container);
      assert.equal((await waiting).exitCode, 137);
    },
    async 'stops waiting when aborted, and leaves the container running'(bench) {
      const container = await bench.running();
      const controller = new AbortController();
      const reason = { why: 'the case says so' };
      const waiting = bench.manager.wait(container, { signal: controller.signal });
      setImmediate(() => {
        controller.abort(reason);
      });
      await assert.rejects(waiting, (error) => error === reason);
      assert.equal((await bench.manager.inspect(container)).state, 'running');
    },
    async 'rejects with CONTAINER_NOT_RUNNING when a container that never started is waited for'(bench) {
      await assertRejects(bench.manager.wait(await bench.create()), 'CONTAINER_NOT_RUNNING');
    },
    async 'stops a container by SIGTERM, so that it can end as it likes'(bench) {
      const container = await bench.running({ command: bench.programs.endOnTerm(3) });
      await firstOf(bench.manager.logs(container, { follow: true }));
      await bench.manager.stop(container);
      assert.equal((await bench.manager.wait(container)).exitCode, 3);
    },
    async 'stops a container that ignores SIGTERM after the grace time'(bench) {
      const container = await bench.running({ command: bench.programs.hold({ ignoreTerm: true }) });
      await firstOf(bench.manager.logs(container, { follow: true }));
      await bench.manager.stop(container, { graceMs: 1000 });
      assert.equal((await bench.manager.wait(container)).exitCode, 137);
    },
    async 'takes the stop of a container that does not run for done'(bench) {
      await bench.manager.stop(await bench.create());
      await bench.manager.stop(await bench.ended());
    },
    async 'sends the signal wanted to the main process'(bench) {
      const container = await bench.running({ command: bench.programs.endOnTerm(5) });
      await firstOf(bench.manager.logs(container, { follow: true }));
      await bench.manager.kill(container, 'SIGTERM');
      assert.equal((await bench.manager.wait(container)).exitCode, 5);
    },
    async 'rejects with CONTAINER_NOT_RUNNING when a container that does not run is to be killed'(bench) {
      await assertRejects(bench.manager.kill(await bench.create()), 'CONTAINER_NOT_RUNNING');
      await assertRejects(bench.manager.kill(await bench.ended()), 'CONTAINER_NOT_RUNNING');
    },
    async 'ends a container after maxRunMs, and says so'(bench) {
      const container = await bench.running({ maxRunMs: 1000 });
      assert.deepEqual(await bench.manager.wait(container), {
        exitCode: null,
        timedOut: true,
        oomKilled: false,
      });
    },
    async 'removes a container in any state, and again'(bench) {
      for (const container of [await bench.create(), await bench.running(), await bench.ended()]) {
        await bench.manager.remove(container);
        await assertRejects(bench.manager.inspect(container), 'CONTAINER_NOT_FOUND');
        await bench.manager.remove(container);
        await container.remove();
      }
    },
    async 'removes a container when its handle is disposed of'(bench) {
      let id: string;
      {
        await using container = await bench.running();
        id = container.id;
      }
      await assertRejects(bench.manager.inspect(id), 'CONTAINER_NOT_FOUND');
    },
    async 'answers who waits for a container that is removed'(bench) {
      const container = await bench.running();
      const waiting = bench.manager.wait(container).then(
        ({ exitCode }) => exitCode,
        (error: unknown) => (error as { readonly code?: unknown }).code,
      );
      await container.remove();
      assert.ok([137, 'CONTAINER_NOT_FOUND'].includes((await waiting) as string | number));
    },
  },
};
