import assert from 'node:assert/strict';
import type { ContainerEvent } from '../../container/description.js';
import { assertRejectsWith, collect, firstOf } from './expectations.js';
import type { CaseGroup } from './case-group.js';

/** Runtimes may know whole seconds only. */
const SECOND_MS = 1000;

async function untilRemoved(events: AsyncIterable<ContainerEvent>): Promise<readonly ContainerEvent[]> {
  const came: ContainerEvent[] = [];
  for await (const event of events) {
    came.push(event);
    if (event.action === 'remove') break;
  }
  return came;
}

export const statsCases: CaseGroup = {
  group: 'stats',
  cases: {
    async 'gives samples of a running container'(bench) {
      const container = await bench.running();
      let samples = 0;
      for await (const stats of bench.manager.stats(container, { intervalMs: 1000 })) {
        assert.ok(stats.pids >= 1);
        assert.ok(stats.memoryBytes >= 0 && stats.cpuNanoseconds >= 0);
        assert.equal(stats.memoryLimitBytes, undefined);
        assert.ok(Math.abs(stats.time - Date.now()) < 60_000);
        if ((samples += 1) === 2) break;
      }
      assert.equal(samples, 2);
      assert.equal((await bench.manager.inspect(container)).state, 'running');
    },
    async 'tells the memory limit'(bench) {
      const memoryBytes = 256 * 1024 * 1024;
      const container = await bench.running({ resources: { memoryBytes } });
      assert.equal((await firstOf(bench.manager.stats(container))).memoryLimitBytes, memoryBytes);
    },
    async 'ends with the container'(bench) {
      const container = await bench.running();
      const samples = bench.manager.stats(container, { intervalMs: 1000 })[Symbol.asyncIterator]();
      await samples.next();
      await bench.manager.kill(container);
      await collect({ [Symbol.asyncIterator]: () => samples });
    },
    async 'ends with the reason when aborted'(bench) {
      const container = await bench.running();
      const controller = new AbortController();
      const stats = bench.manager.stats(container, { signal: controller.signal })[Symbol.asyncIterator]();
      await stats.next();
      const reason = { why: 'the case says so' };
      const rest = collect({ [Symbol.asyncIterator]: () => stats });
      controller.abort(reason);
      await assertRejectsWith(rest, reason);
    },
  },
};

export const eventsCases: CaseGroup = {
  group: 'events',
  cases: {
    async 'tells what happened since then to the containers with the labels'(bench) {
      const since = new Date(Date.now() - SECOND_MS);
      const container = await bench.ended({
        command: bench.programs.print({ exitCode: 3 }),
        labels: { 'a-label': 'a value' },
      });
      await container.remove();
      const events = await untilRemoved(bench.manager.events({ since, labels: bench.labels }));
      const actions = events.map(({ action }) => action);
      assert.deepEqual(
        actions.filter((action) => ['create', 'start', 'died', 'remove'].includes(action)),
        ['create', 'start', 'died', 'remove'],
      );
      for (const event of events) {
        assert.equal(event.containerId, container.id);
        assert.equal(event.name, container.name);
        assert.equal(event.labels['a-label'], 'a value');
      }
      assert.equal(events.find(({ action }) => action === 'died')?.exitCode, 3);
      const times = events.map(({ timeNanoseconds }) => timeNanoseconds);
      assert.deepEqual(
        times,
        [...times].sort((one, other) => (one < other ? -1 : 1)),
      );
    },
    async 'tells what happens from now on'(bench) {
      const events = bench.manager.events({ labels: bench.labels, since: new Date(Date.now() - SECOND_MS) });
      const coming = untilRemoved(events);
      const container = await bench.running();
      await container.remove();
      const actions = (await coming).map(({ action }) => action);
      for (const action of ['create', 'start', 'remove'])
        assert.ok(actions.includes(action), actions.join(' '));
    },
    async 'ends with the reason when aborted'(bench) {
      const controller = new AbortController();
      const events = bench.manager.events({ labels: bench.labels, signal: controller.signal });
      const reason = { why: 'the case says so' };
      const coming = collect(events);
      setImmediate(() => {
        controller.abort(reason);
      });
      await assertRejectsWith(coming, reason);
    },
  },
};
