import assert from 'node:assert/strict';
import { assertRejectsWith } from './expectations.js';
import type { CaseGroup } from './case-group.js';
import type { HoldOptions } from './contract-programs.js';

const STUBBORN: readonly HoldOptions[] = [
  {},
  { ignoreTerm: true },
  { child: 'same-group' },
  { child: 'own-session' },
  { child: 'same-group', ignoreTerm: true },
];
const KILL_GRACE_MS = 300;

export const execEndingCases: CaseGroup = {
  group: 'exec, ended from outside',
  cases: {
    ...Object.fromEntries(
      STUBBORN.map((how) => [
        `ends with all it started when aborted, and then rejects with the reason: ${describeHow(how)}`,
        async (bench) => {
          const container = await bench.running();
          const controller = new AbortController();
          const reason = { why: 'the case says so' };
          const { pids, result } = await bench.hold(container, how, {
            signal: controller.signal,
            killGraceMs: KILL_GRACE_MS,
          });
          assert.equal(pids.length, how.child === undefined ? 1 : 2);
          controller.abort(reason);
          await assertRejectsWith(result, reason);
          await bench.assertGone(container, pids);
        },
      ]) satisfies readonly (readonly [string, CaseGroup['cases'][string]])[],
    ),
    async 'ends with all it started when the time is over, and gives what came until then'(bench) {
      const container = await bench.running();
      const command = bench.programs.hold({ child: 'same-group' });
      const result = await bench.manager.exec(container, command, {
        timeoutMs: 2000,
        killGraceMs: KILL_GRACE_MS,
      });
      assert.deepEqual([result.outcome, result.reaped], ['timed-out', true]);
      const pids = result.stdout.toString().trim().split(' ');
      assert.equal(pids.length, 2);
      await bench.assertGone(container, pids);
    },
    async 'ends by force when the time is over and it ignores SIGTERM'(bench) {
      const container = await bench.running();
      const command = bench.programs.hold({ ignoreTerm: true });
      const result = await bench.manager.exec(container, command, {
        timeoutMs: 1500,
        killGraceMs: KILL_GRACE_MS,
      });
      assert.deepEqual([result.outcome, result.reaped], ['timed-out', true]);
      await bench.assertGone(container, [result.stdout.toString().trim()]);
    },
    async 'is not touched by a time limit that it keeps'(bench) {
      const container = await bench.running();
      const { outcome, exitCode } = await bench.manager.exec(
        container,
        bench.programs.print({ exitCode: 3 }),
        {
          timeoutMs: 60_000,
        },
      );
      assert.deepEqual([outcome, exitCode], ['exited', 3]);
    },
    async 'leaves other commands alone'(bench) {
      const container = await bench.running();
      const controller = new AbortController();
      const neighbour = await bench.hold(container, { child: 'same-group' });
      const { result } = await bench.hold(container, {}, { signal: controller.signal });
      controller.abort();
      await assertRejectsWith(result, controller.signal.reason);
      for (const pid of neighbour.pids) await bench.ask(container, bench.programs.isAlive(pid));
      await bench.manager.kill(container);
      assert.equal((await neighbour.result).exitCode, 137);
    },
    async 'never starts when the signal has aborted before'(bench) {
      const container = await bench.running();
      const reason = { why: 'the case says so' };
      const signal = AbortSignal.abort(reason);
      const command = bench.programs.printThenTouch(0, '/tmp/started');
      await assertRejectsWith(bench.manager.exec(container, command, { signal }), reason);
      await assertRejectsWith(bench.manager.openExec(container, command, { signal }), reason);
      assert.notEqual(
        (await bench.manager.exec(container, bench.programs.exists('/tmp/started'))).exitCode,
        0,
      );
    },
    async 'ends with its session, and closing that again is fine'(bench) {
      const container = await bench.running();
      const session = await bench.manager.openExec(container, bench.programs.hold({ child: 'same-group' }));
      const output = session.output[Symbol.asyncIterator]();
      const { value } = (await output.next()) as { value: { readonly bytes: Uint8Array } };
      await session.close();
      await session.close();
      assert.equal((await session.ending).outcome, 'aborted');
      await bench.assertGone(container, Buffer.from(value.bytes).toString().trim().split(' '));
    },
    async 'ends with a session that was never read'(bench) {
      const container = await bench.running();
      const session = await bench.manager.openExec(container, bench.programs.hold());
      await session.close();
      assert.equal((await session.ending).outcome, 'aborted');
    },
    async 'tells of a session that its signal aborted'(bench) {
      const container = await bench.running();
      const controller = new AbortController();
      await using session = await bench.manager.openExec(container, bench.programs.hold(), {
        signal: controller.signal,
      });
      await session.output[Symbol.asyncIterator]().next();
      controller.abort();
      assert.equal((await session.ending).outcome, 'aborted');
    },
  },
};

function describeHow({ ignoreTerm, child }: HoldOptions): string {
  const words = [ignoreTerm === true ? 'SIGTERM ignored' : 'SIGTERM not ignored'];
  if (child !== undefined)
    words.push(`a child in ${child === 'own-session' ? 'a session of its own' : 'the same group'}`);
  return words.join(', ');
}
