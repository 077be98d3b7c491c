import assert from 'node:assert/strict';
import { assertRejects, collect } from './expectations.js';
import type { CaseGroup } from './case-group.js';

export const closeCases: CaseGroup = {
  group: 'close',
  cases: {
    async 'ends what is in flight with CLOSED, and leaves containers alone'(bench) {
      const container = await bench.running();
      const peer = await bench.peer();
      const calls = [
        peer.wait(container),
        peer.exec(container, bench.programs.hold()),
        collect(peer.logs(container, { follow: true })),
        collect(peer.events({ labels: bench.labels })),
        collect(peer.stats(container)),
      ];
      const outcomes = Promise.all(calls.map((call) => assertRejects(call, 'CLOSED')));
      // A second command that has begun shows that the manager is at work.
      const { result } = await bench.hold(container, {});
      await peer.close();
      await outcomes;
      assert.equal((await bench.manager.inspect(container)).state, 'running');
      await bench.manager.kill(container);
      assert.equal((await result).exitCode, 137);
    },
    async 'ends the commands of sessions'(bench) {
      const container = await bench.running();
      const peer = await bench.peer();
      const session = await peer.openExec(container, bench.programs.hold());
      const output = session.output[Symbol.asyncIterator]();
      const { value } = (await output.next()) as { readonly value: { readonly bytes: Uint8Array } };
      await peer.close();
      assert.equal((await session.ending).outcome, 'aborted');
      await bench.assertGone(container, Buffer.from(value.bytes).toString().trim().split(' '));
      await session.close();
    },
    async 'may be called again, and by disposal'(bench) {
      const peer = await bench.peer();
      await Promise.all([peer.close(), peer.close()]);
      await peer.close();
      {
        await using other = await bench.peer();
        await other.ping();
      }
    },
    async 'may come before any call'(bench) {
      const peer = await bench.peer();
      await peer.close();
      await assertRejects(peer.ping(), 'CLOSED');
    },
  },
};
