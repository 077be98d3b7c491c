import assert from 'node:assert/strict';
import type { OutputChunk } from '../../container/output-chunk.js';
import { assertRejects, assertRejectsWith, joinOutput } from './expectations.js';
import type { CaseGroup } from './case-group.js';

export const runCases: CaseGroup = {
  group: 'run',
  cases: {
    async 'runs a container to its end, gives its output and how it ended, and removes it'(bench) {
      const chunks: OutputChunk[] = [];
      const command = bench.programs.print({ stdout: 'out\n', stderr: 'err\n', exitCode: 7 });
      const { containerId, ...ending } = await bench.manager.run(bench.spec({ command }), {
        output(chunk) {
          chunks.push(chunk);
        },
      });
      assert.deepEqual(ending, { exitCode: 7, timedOut: false, oomKilled: false });
      const { stdout, stderr } = joinOutput(chunks);
      assert.deepEqual([stdout.toString(), stderr.toString()], ['out\n', 'err\n']);
      await assertRejects(bench.manager.inspect(containerId), 'CONTAINER_NOT_FOUND');
    },
    async 'removes the container when its output is refused, and rejects with the same'(bench) {
      const failure = new Error('the disk is full');
      const running = bench.manager.run(bench.spec(), {
        output() {
          throw failure;
        },
      });
      await assertRejectsWith(running, failure);
      assert.deepEqual(await bench.manager.list({ labels: bench.labels }), []);
    },
    async 'removes the container when it is aborted, and rejects with the reason'(bench) {
      const controller = new AbortController();
      const reason = { why: 'the case says so' };
      const running = bench.manager.run(bench.spec(), {
        signal: controller.signal,
        output() {
          controller.abort(reason);
        },
      });
      await assertRejectsWith(running, reason);
      assert.deepEqual(await bench.manager.list({ labels: bench.labels }), []);
    },
    async 'removes a container that could not be started'(bench) {
      const spec = bench.spec({ command: ['/nowhere/to/be-found'], init: false });
      await assertRejects(bench.manager.run(spec), 'EXEC_NOT_STARTED');
      assert.deepEqual(await bench.manager.list({ labels: bench.labels }), []);
    },
  },
};
