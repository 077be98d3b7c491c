import assert from 'node:assert/strict';
import { assertRefuses } from './expectations.js';
import type { CaseGroup } from './case-group.js';

export const listCases: CaseGroup = {
  group: 'list and prune',
  cases: {
    async 'finds containers by the value of a label, and by its presence'(bench) {
      const one = await bench.create({ labels: { kind: 'one' } });
      const other = await bench.create({ labels: { kind: 'other' } });
      const neither = await bench.create();
      const idsOf = async (labels: Readonly<Record<string, string | null>>): Promise<readonly string[]> =>
        (await bench.manager.list({ labels: { ...bench.labels, ...labels } })).map(({ id }) => id).sort();
      assert.deepEqual(await idsOf({}), [one.id, other.id, neither.id].sort());
      assert.deepEqual(await idsOf({ kind: null }), [one.id, other.id].sort());
      assert.deepEqual(await idsOf({ kind: 'one' }), [one.id]);
      assert.deepEqual(await idsOf({ kind: 'on' }), []);
    },
    async 'finds containers by their state'(bench) {
      const created = await bench.create();
      const running = await bench.running();
      const ended = await bench.ended();
      for (const [state, { id }] of [
        ['created', created],
        ['running', running],
        ['exited', ended],
      ] as const) {
        const found = await bench.manager.list({ labels: bench.labels, states: [state] });
        assert.deepEqual(
          found.map((container) => [container.id, container.state]),
          [[id, state]],
        );
      }
      assert.equal(
        (await bench.manager.list({ labels: bench.labels, states: ['created', 'exited'] })).length,
        2,
      );
      assert.equal((await bench.manager.list({ labels: bench.labels, states: [] })).length, 0);
    },
    async 'describes what it finds'(bench) {
      const handle = await bench.create({ labels: { kind: 'one, "two" = three' } });
      const [found, ...others] = await bench.manager.list({
        labels: { ...bench.labels, kind: 'one, "two" = three' },
      });
      const { id, name, image, state, labels, createdAt } = await bench.manager.inspect(handle);
      assert.deepEqual(
        { ...found, createdAt: undefined },
        { id, name, image, state, labels, createdAt: undefined },
      );
      assert.ok(Math.abs(found!.createdAt - createdAt) < 1000);
      assert.equal(image, bench.environment.image);
      assert.deepEqual(others, []);
    },
    async 'removes what it finds, running or not, and nothing else'(bench) {
      const running = await bench.running({ labels: { kind: 'one' } });
      const created = await bench.create({ labels: { kind: 'one' } });
      const other = await bench.create({ labels: { kind: 'other' } });
      const pruned = await bench.manager.prune({ labels: { ...bench.labels, kind: 'one' } });
      assert.deepEqual([...pruned].sort(), [running.id, created.id].sort());
      const left = await bench.manager.list({ labels: bench.labels });
      assert.deepEqual(
        left.map(({ id }) => id),
        [other.id],
      );
      assert.deepEqual(await bench.manager.prune({ labels: { ...bench.labels, kind: 'one' } }), []);
    },
    async 'refuses to remove without a label'({ manager }) {
      await assertRefuses(manager.prune({}), 'labels');
      await assertRefuses(manager.prune({ labels: {} }), 'labels');
    },
  },
};
