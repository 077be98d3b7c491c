import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { ownerFromLabels } from '../../container/owner-labels.js';
import { currentOwner, type OwnerIdentity } from '../../owner.js';
import { assertRefuses } from './expectations.js';
import type { CaseGroup } from './case-group.js';

/** An owner that ran on this machine and has ended. */
function deadOwner(): OwnerIdentity {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return { ...currentOwner(), id: 'podroot-contract-dead', pid, started: '1' };
}

export const ownershipCases: CaseGroup = {
  group: 'reapOrphans',
  cases: {
    async 'finds the owner of a container in its labels'(bench) {
      const owner = { ...currentOwner(), id: 'podroot-contract-owner' };
      const peer = await bench.peer({ owner });
      const { labels } = await bench.manager.inspect(await peer.create(bench.spec()));
      assert.deepEqual(ownerFromLabels(labels), owner);
      assert.deepEqual(
        ownerFromLabels((await bench.manager.inspect(await bench.create())).labels),
        currentOwner(),
      );
    },
    async 'removes the containers of a dead owner, running or not, and no others'(bench) {
      const elsewhere = { ...deadOwner(), host: 'another-machine/boot/1' };
      const dead = await bench.peer({ owner: deadOwner() });
      const orphans = [await dead.create(bench.spec()), await dead.create(bench.spec())];
      await dead.start(orphans[0]!);
      const away = await (await bench.peer({ owner: elsewhere })).create(bench.spec());
      const own = await bench.running();
      const reaped = await bench.manager.reapOrphans();
      for (const { id } of orphans) assert.ok(reaped.includes(id), `${id} was not reaped`);
      const left = await bench.manager.list({ labels: bench.labels });
      assert.deepEqual(left.map(({ id }) => id).sort(), [away.id, own.id].sort());
      assert.equal((await bench.manager.inspect(own)).state, 'running');
    },
    async 'leaves the labels that tell the owner to the manager'(bench) {
      await assertRefuses(bench.create({ labels: { 'podroot.owner': 'me' } }), 'labels');
      await assertRefuses(bench.create({ labels: { 'podroot.owner.pid': '1' } }), 'labels');
    },
  },
};
