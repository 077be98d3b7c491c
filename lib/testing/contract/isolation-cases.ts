import assert from 'node:assert/strict';
import { assertRejects, firstOf } from './expectations.js';
import type { CaseGroup } from './case-group.js';

export const networkCases: CaseGroup = {
  group: 'networks',
  needs: 'networks',
  cases: {
    async 'connects a container to the default network when asked, and takes it off'(bench) {
      const container = await bench.running({ network: 'default' });
      const { networks } = await bench.manager.inspect(container);
      assert.equal(networks.length, 1);
      await assertRejects(
        bench.manager.disconnectNetwork(container, { network: 'podroot-contract-absent' }),
        'NETWORK_NOT_FOUND',
      );
      await bench.manager.disconnectNetwork(container, { network: networks[0]! });
      assert.deepEqual((await bench.manager.inspect(container)).networks, []);
      await assertRejects(
        bench.manager.disconnectNetwork(container, { network: networks[0]! }),
        'NETWORK_NOT_FOUND',
      );
    },
    async 'takes a container off all networks'(bench) {
      const container = await bench.running({ network: 'default' });
      await bench.manager.disconnectNetwork(container);
      assert.deepEqual((await bench.manager.inspect(container)).networks, []);
      await bench.manager.disconnectNetwork(container);
    },
    async 'rejects with NETWORK_NOT_FOUND when the network wanted does not exist'(bench) {
      const creating = (async () => {
        const container = await bench.create({ network: { name: 'podroot-contract-absent' } });
        // Runtimes may look only then.
        await bench.manager.start(container);
      })();
      await assertRejects(creating, 'NETWORK_NOT_FOUND');
    },
  },
};

export const memoryLimitCases: CaseGroup = {
  group: 'memory limit',
  needs: 'memoryLimits',
  cases: {
    async 'ends a main process that uses more, and says so'(bench) {
      const container = await bench.running({
        init: false,
        resources: { memoryBytes: 64 * 1024 * 1024 },
        command: bench.programs.useMemory(512 * 1024 * 1024),
      });
      const { exitCode, timedOut, oomKilled } = await bench.manager.wait(container);
      assert.deepEqual([exitCode, timedOut], [137, false]);
      assert.equal((await bench.manager.inspect(container)).oomKilled, oomKilled);
      assert.equal(oomKilled, bench.environment.reportsOutOfMemory ?? false);
    },
    async 'lets a main process be that uses less'(bench) {
      const container = await bench.running({
        resources: { memoryBytes: 256 * 1024 * 1024 },
        command: bench.programs.useMemory(16 * 1024 * 1024),
      });
      assert.deepEqual(await bench.manager.wait(container), {
        exitCode: 0,
        timedOut: false,
        oomKilled: false,
      });
    },
    async 'ends a command that uses more: its signal is SIGKILL'(bench) {
      const container = await bench.running({ resources: { memoryBytes: 64 * 1024 * 1024 } });
      const { exitCode, signal } = await bench.manager.exec(
        container,
        bench.programs.useMemory(512 * 1024 * 1024),
      );
      assert.deepEqual([exitCode, signal], [137, 'SIGKILL']);
    },
  },
};

export const isolationCases: CaseGroup = {
  group: 'isolation',
  needs: 'kernel',
  cases: {
    async 'gives no capability, and no way to gain one, unless asked'(bench) {
      const container = await bench.running();
      const status = await bench.ask(container, bench.programs.printFile('/proc/self/status'));
      for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
        assert.match(status, new RegExp(`^${set}:\\s*0+$`, 'm'));
      assert.match(status, /^NoNewPrivs:\s*1$/m);
    },
    async 'gives the capabilities asked for'(bench) {
      const container = await bench.running({ capabilities: ['CHOWN', 'CAP_KILL'], noNewPrivileges: false });
      const status = await bench.ask(container, bench.programs.printFile('/proc/self/status'));
      // Bits 0 and 5.
      assert.match(status, /^CapEff:\s*0*21$/m);
      assert.match(status, /^NoNewPrivs:\s*0$/m);
    },
    async 'gives loopback alone unless asked for a network, and after it was taken off'(bench) {
      const interfaces = async (container: { readonly id: string }): Promise<readonly string[]> => {
        const lines = (await bench.ask(container, bench.programs.printFile('/proc/net/dev')))
          .split('\n')
          .slice(2);
        return lines.map((line) => line.split(':')[0]!.trim());
      };
      assert.deepEqual(await interfaces(await bench.running()), ['lo']);
      if (bench.environment.networks !== true) return;
      const connected = await bench.running({ network: 'default' });
      assert.notDeepEqual(await interfaces(connected), ['lo']);
      await bench.manager.disconnectNetwork(connected);
      assert.deepEqual(await interfaces(connected), ['lo']);
    },
    async 'gives a root that cannot be written to when asked'(bench) {
      const container = await bench.running({
        readOnlyRootfs: true,
        mounts: [{ type: 'tmpfs', target: '/scratch' }],
      });
      const inRoot = await bench.manager.exec(container, bench.programs.printThenTouch(0, '/srv-file'));
      assert.notEqual(inRoot.exitCode, 0);
      await bench.ask(container, bench.programs.printThenTouch(0, '/scratch/file'));
    },
    async 'keeps the limit on processes'(bench) {
      const limited = await bench.running({ resources: { pids: 100 } });
      const { pids } = await firstOf(bench.manager.stats(limited));
      assert.ok(pids <= 100);
    },
    async 'gives the host name wanted'(bench) {
      const container = await bench.running({ hostname: 'builder.example' });
      assert.equal(
        await bench.ask(container, bench.programs.printFile('/proc/sys/kernel/hostname')),
        'builder.example',
      );
    },
    async 'reaps what is left by commands unless told not to'(bench) {
      const container = await bench.running();
      assert.match(await bench.ask(container, bench.programs.printFile('/proc/1/comm')), /init|tini/);
      const bare = await bench.running({ init: false });
      assert.doesNotMatch(await bench.ask(bare, bench.programs.printFile('/proc/1/comm')), /init|tini/);
    },
  },
};
