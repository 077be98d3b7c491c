import assert from 'node:assert/strict';
import type { ExecSession } from '../../container/exec.js';
import { assertRejects } from './expectations.js';
import type { CaseGroup } from './case-group.js';

/** Reads a session's output until a text has come, without ending it. */
function reader(session: ExecSession): (text: string) => Promise<string> {
  const output = session.output[Symbol.asyncIterator]();
  let came = '';
  return async (text) => {
    while (!came.includes(text)) {
      const next = await output.next();
      if (next.done === true) assert.fail(`"${text}" did not come, but ${JSON.stringify(came)}`);
      assert.equal(next.value.channel, 'stdout');
      came += Buffer.from(next.value.bytes).toString();
    }
    return came;
  };
}

export const execTerminalCases: CaseGroup = {
  group: 'exec with a terminal',
  cases: {
    async 'has the size wanted, and the next one when it is resized'(bench) {
      const container = await bench.running();
      await using session = await bench.manager.openExec(container, bench.programs.printTerminalSizes(), {
        stdin: true,
        terminal: { rows: 40, columns: 132 },
      });
      const until = reader(session);
      await session.stdin!.write('\n');
      await until('40 132\r\n');
      await session.resize({ rows: 50, columns: 140 });
      await session.stdin!.write('\n');
      await until('50 140\r\n');
    },
    async 'has all output on stdout, with carriage returns, and an exit code'(bench) {
      const container = await bench.running();
      const result = await bench.manager.exec(
        container,
        bench.programs.print({ stdout: 'one\ntwo\n', stderr: 'three\n', exitCode: 3 }),
        { terminal: { rows: 24, columns: 80 } },
      );
      assert.equal(result.exitCode, 3);
      assert.equal(result.stdout.toString(), 'one\r\ntwo\r\nthree\r\n');
      assert.equal(result.stderr.length, 0);
    },
    async 'ends when aborted'(bench) {
      const container = await bench.running();
      const controller = new AbortController();
      const { pids, result } = await bench.hold(
        container,
        {},
        {
          signal: controller.signal,
          terminal: { rows: 24, columns: 80 },
        },
      );
      controller.abort();
      await assert.rejects(result, (error) => error === controller.signal.reason);
      await bench.assertGone(container, pids);
    },
    async 'is what resize needs: NOT_SUPPORTED'(bench) {
      const container = await bench.running();
      await using session = await bench.manager.openExec(container, bench.programs.hold());
      await assertRejects(session.resize({ rows: 24, columns: 80 }), 'NOT_SUPPORTED');
    },
  },
};
