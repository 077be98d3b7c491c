import assert from 'node:assert/strict';
import { assertRejectsWith, collect, firstOf, joinOutput } from './expectations.js';
import type { CaseGroup } from './case-group.js';

const LAST = 20_000;
const DAY_MS = 86_400_000;

function textOf(chunks: Parameters<typeof joinOutput>[0]): {
  readonly stdout: string;
  readonly stderr: string;
} {
  const { stdout, stderr } = joinOutput(chunks);
  return { stdout: stdout.toString(), stderr: stderr.toString() };
}

export const logsCases: CaseGroup = {
  group: 'logs',
  cases: {
    async 'give what the main process wrote on each channel'(bench) {
      const texts = { stdout: 'žluťoučký\n\n  kůň \nthe last, unfinished line', stderr: 'Error: nothing\n' };
      const container = await bench.ended({ command: bench.programs.print(texts) });
      for (const follow of [false, true]) {
        assert.deepEqual(textOf(await collect(bench.manager.logs(container, { follow }))), texts);
      }
    },
    async 'give lines of any length whole'(bench) {
      const stdout = `${'x'.repeat(60_000)}\n${'y'.repeat(20_000)}\n`;
      const container = await bench.ended({ command: bench.programs.print({ stdout }) });
      assert.deepEqual(textOf(await collect(bench.manager.logs(container))), { stdout, stderr: '' });
    },
    async 'follow to the end, and leave nothing out'(bench) {
      const container = await bench.create({ command: bench.programs.printSequence(LAST) });
      await bench.manager.start(container);
      const chunks = await collect(bench.manager.logs(container, { follow: true }));
      const expected = Array.from({ length: LAST }, (_, index) => `${index + 1}\n`).join('');
      const { stdout } = textOf(chunks);
      assert.equal(stdout.length, expected.length);
      assert.equal(stdout, expected);
    },
    async 'give the last lines alone'(bench) {
      const container = await bench.ended({ command: bench.programs.printSequence(10) });
      for (const follow of [false, true]) {
        const { stdout } = textOf(await collect(bench.manager.logs(container, { tail: 2, follow })));
        assert.equal(stdout, '9\n10\n');
      }
      assert.deepEqual(await collect(bench.manager.logs(container, { tail: 0 })), []);
    },
    async 'give what was written since then alone'(bench) {
      const container = await bench.ended({ command: bench.programs.printSequence(2) });
      const since = (milliseconds: number): Promise<string> =>
        collect(bench.manager.logs(container, { since: new Date(milliseconds) })).then(
          (chunks) => textOf(chunks).stdout,
        );
      assert.equal(await since(Date.now() - DAY_MS), '1\n2\n');
      assert.equal(await since(Date.now() + DAY_MS), '');
    },
    async 'give nothing of a container that has not started'(bench) {
      assert.deepEqual(await collect(bench.manager.logs(await bench.create())), []);
    },
    async 'can be broken off, and the container runs on'(bench) {
      const container = await bench.running();
      const { channel, bytes } = await firstOf(bench.manager.logs(container, { follow: true }));
      assert.equal(channel, 'stdout');
      assert.match(Buffer.from(bytes).toString(), /^\d/);
      assert.equal((await bench.manager.inspect(container)).state, 'running');
    },
    async 'end with the reason when they are aborted'(bench) {
      const container = await bench.running();
      const controller = new AbortController();
      const logs = bench.manager.logs(container, { follow: true, signal: controller.signal });
      const iterator = logs[Symbol.asyncIterator]();
      await iterator.next();
      const rest = (async () => {
        while ((await iterator.next()).done !== true);
      })();
      const reason = { why: 'the case says so' };
      controller.abort(reason);
      await assertRejectsWith(rest, reason);
    },
  },
};
