import assert from 'node:assert/strict';
import { assertRejects, collect } from './expectations.js';
import type { CaseGroup } from './case-group.js';

export const execCases: CaseGroup = {
  group: 'exec',
  cases: {
    async 'gives the exit code, whatever it is, as a result'(bench) {
      const container = await bench.running();
      // 125 to 127 are what runtimes themselves use for commands that could not start.
      for (const exitCode of [0, 1, 7, 125, 126, 127, 255]) {
        const result = await bench.manager.exec(container, bench.programs.print({ exitCode }));
        assert.equal(result.exitCode, exitCode);
        assert.equal(result.outcome, 'exited');
        assert.equal(result.complete, true);
        assert.equal(result.reaped, true);
      }
    },
    async 'names the signal that ended a command'(bench) {
      const container = await bench.running();
      const killed = await bench.manager.exec(container, bench.programs.killSelf('SIGKILL'));
      assert.deepEqual([killed.outcome, killed.exitCode, killed.signal], ['exited', 137, 'SIGKILL']);
      const ended = await bench.manager.exec(container, bench.programs.killSelf('SIGTERM'));
      assert.deepEqual([ended.outcome, ended.exitCode, ended.signal], ['exited', 143, 'SIGTERM']);
      const fine = await bench.manager.exec(container, bench.programs.print({ exitCode: 1 }));
      assert.equal(fine.signal, null);
    },
    async 'tells when the command ran'(bench) {
      const container = await bench.running();
      const before = Date.now();
      const { startedAt, endedAt } = await bench.manager.exec(container, bench.programs.print({}));
      assert.ok(before <= startedAt && startedAt <= endedAt && endedAt <= Date.now());
    },
    async 'takes a container by handle, id and name'(bench) {
      const handle = await bench.running();
      for (const container of [handle, handle.id, handle.name, { id: handle.id }]) {
        assert.equal(await bench.ask(container, bench.programs.print({ stdout: 'here' })), 'here');
      }
    },
    async 'gives arguments to the command as they are'(bench) {
      const container = await bench.running();
      for (const text of [
        '',
        ' two  words ',
        `"'\`$HOME \\n; exit 9 #`,
        '*',
        'žluťoučký 🐎',
        '-n',
        'a\tb\nc',
      ]) {
        const { stdout } = await bench.manager.exec(container, bench.programs.print({ stdout: text }));
        assert.equal(stdout.toString(), text);
      }
    },
    async 'runs it with the environment, the folder and the user wanted'(bench) {
      const { manager, programs } = bench;
      const container = await bench.running({ env: { KEPT: 'kept', CHANGED: 'before' }, workdir: '/tmp' });
      const env = { CHANGED: 'after', ADDED: 'a=b "c" $d\ne', EMPTY: '' };
      for (const [name, value] of Object.entries({ KEPT: 'kept', ...env })) {
        assert.equal(await bench.ask(container, programs.printEnv(name), { env }), value);
      }
      assert.equal(await bench.ask(container, programs.printWorkdir()), '/tmp');
      await manager.copyTo(container, [{ path: '/a folder', directory: true }]);
      assert.equal(
        await bench.ask(container, programs.printWorkdir(), { workdir: '/a folder' }),
        '/a folder',
      );
      assert.equal(await bench.ask(container, programs.printUser(), { user: '1234:2345' }), '1234:2345');
      assert.match(await bench.ask(container, programs.printUser(), { user: '1234' }), /^1234:/);
      const byName = await bench.ask(container, programs.printUser(), { user: 'nobody' });
      assert.ok(/^\d+:\d+$/.test(byName) && !byName.startsWith('0:'), byName);
      assert.match(await bench.ask(container, programs.printUser()), /^0:/);
    },
    async 'rejects with EXEC_NOT_STARTED when there is no such executable'(bench) {
      const container = await bench.running();
      await assertRejects(bench.manager.exec(container, ['/nowhere/to/be-found']), 'EXEC_NOT_STARTED');
      await assertRejects(bench.manager.exec(container, ['podroot-contract-nothing']), 'EXEC_NOT_STARTED');
      const opened = async (): Promise<void> => {
        await using session = await bench.manager.openExec(container, ['/nowhere/to/be-found']);
        await collect(session.output);
        await session.ending;
      };
      await assertRejects(opened(), 'EXEC_NOT_STARTED');
    },
    async 'rejects with EXEC_NOT_STARTED when there is no such user'(bench) {
      const container = await bench.running();
      const call = bench.manager.exec(container, bench.programs.print({}), {
        user: 'podroot-contract-nobody',
      });
      await assertRejects(call, 'EXEC_NOT_STARTED');
    },
    async 'rejects with EXEC_NOT_STARTED when there is no such folder'(bench) {
      const container = await bench.running();
      const call = bench.manager.exec(container, bench.programs.print({}), {
        workdir: '/nowhere/to/be-found',
      });
      await assertRejects(call, 'EXEC_NOT_STARTED');
    },
    async 'rejects with CONTAINER_NOT_RUNNING when the container does not run'(bench) {
      for (const container of [await bench.create(), await bench.ended()]) {
        await assertRejects(bench.manager.exec(container, bench.programs.print({})), 'CONTAINER_NOT_RUNNING');
        await assertRejects(
          bench.manager.openExec(container, bench.programs.print({})),
          'CONTAINER_NOT_RUNNING',
        );
      }
    },
    async 'runs commands beside each other'(bench) {
      const container = await bench.running();
      const numbers = [1, 2, 3, 4, 5, 6];
      const results = await Promise.all(
        numbers.map((exitCode) =>
          bench.manager.exec(container, bench.programs.print({ stdout: `of ${exitCode}`, exitCode })),
        ),
      );
      assert.deepEqual(
        results.map(({ exitCode, stdout }) => [exitCode, stdout.toString()]),
        numbers.map((exitCode) => [exitCode, `of ${exitCode}`]),
      );
    },
    async 'is ended by the end of the container'(bench) {
      const container = await bench.running();
      const { result } = await bench.hold(container, {});
      await bench.manager.kill(container);
      const { exitCode, outcome } = await result;
      assert.deepEqual([exitCode, outcome], [137, 'exited']);
    },
  },
};
