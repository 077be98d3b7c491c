import assert from 'node:assert/strict';
import { assertRejects, rejection } from './expectations.js';
import type { CaseGroup } from './case-group.js';

export const createCases: CaseGroup = {
  group: 'create',
  cases: {
    async 'gives a handle of a container that has not started'(bench) {
      const before = Date.now();
      const handle = await bench.create({ labels: { purpose: 'a test' } });
      const container = await bench.manager.inspect(handle);
      assert.match(handle.id, /^[0-9a-f]{64}$/);
      assert.match(handle.name, /^podroot-/);
      assert.equal(container.id, handle.id);
      assert.equal(container.name, handle.name);
      assert.equal(container.state, 'created');
      assert.equal(container.labels['purpose'], 'a test');
      assert.equal(container.startedAt, undefined);
      assert.equal(container.finishedAt, undefined);
      assert.equal(container.exitCode, null);
      assert.equal(container.oomKilled, false);
      // The runtime's clock may be another machine's, but it is the right one within a day.
      assert.ok(Math.abs(container.createdAt - before) < 86_400_000);
    },
    async 'says which image a container is of'(bench) {
      const image = await bench.manager.inspectImage(bench.environment.image);
      const { imageId, imageDigest } = await bench.manager.inspect(await bench.create());
      assert.equal(imageId, image.id);
      assert.equal(imageDigest, image.digest);
    },
    async 'gives it the name wanted, by which it is found'(bench) {
      const name = `podroot-contract-${bench.labels['podroot.contract']!}`;
      const handle = await bench.create({ name });
      assert.equal(handle.name, name);
      assert.equal((await bench.manager.inspect(name)).id, handle.id);
    },
    async 'rejects with NAME_IN_USE when another has the name, and leaves that one alone'(bench) {
      const { id, name } = await bench.create();
      await assertRejects(bench.create({ name }), 'NAME_IN_USE');
      const left = await bench.manager.list({ labels: bench.labels });
      assert.deepEqual(
        left.map((container) => container.id),
        [id],
      );
    },
    async 'rejects with IMAGE_NOT_FOUND when the image is not in storage'(bench) {
      await assertRejects(bench.create({ image: 'localhost/podroot-contract-absent:1' }), 'IMAGE_NOT_FOUND');
    },
    async 'leaves nothing behind when it is aborted on its way'(bench) {
      const controller = new AbortController();
      const reason = { why: 'the case says so' };
      const creating = rejection(bench.manager.create(bench.spec(), { signal: controller.signal }));
      setImmediate(() => {
        controller.abort(reason);
      });
      // It may have been too late for it; then a handle came.
      const outcome = await creating.catch(() => undefined);
      if (outcome !== undefined) {
        assert.equal(outcome, reason);
        assert.deepEqual(await bench.manager.list({ labels: bench.labels }), []);
      }
    },
    async 'gives the environment, the folder and the user of the spec to the commands'(bench) {
      const { programs } = bench;
      const container = await bench.running({
        env: { GREETING: 'hello = "world" $HOME', EMPTY: '' },
        workdir: '/made/for/it',
        user: '1234:2345',
      });
      assert.equal(await bench.ask(container, programs.printEnv('GREETING')), 'hello = "world" $HOME');
      assert.equal(await bench.ask(container, programs.printEnv('EMPTY')), '');
      assert.equal(await bench.ask(container, programs.printWorkdir()), '/made/for/it');
      assert.equal(await bench.ask(container, programs.printUser()), '1234:2345');
    },
    async 'inherits nothing from the environment of this process'(bench) {
      const container = await bench.running();
      process.env['PODROOT_CONTRACT'] = 'of the host';
      try {
        const { exitCode } = await bench.manager.exec(container, bench.programs.printEnv('PODROOT_CONTRACT'));
        assert.equal(exitCode, 1);
      } finally {
        delete process.env['PODROOT_CONTRACT'];
      }
    },
    async 'runs the entrypoint with the command as its arguments'(bench) {
      const [executable, ...rest] = bench.programs.print({ stdout: 'of the entrypoint', exitCode: 3 });
      const container = await bench.running({ entrypoint: [executable!], command: rest });
      assert.equal((await bench.manager.wait(container)).exitCode, 3);
    },
    async 'says where something is mounted'(bench) {
      const handle = await bench.create({ mounts: [{ type: 'tmpfs', target: '/scratch' }] });
      const { mountTargets } = await bench.manager.inspect(handle);
      assert.ok(mountTargets.includes('/scratch'), JSON.stringify(mountTargets));
    },
    async 'connects it to no network unless asked'(bench) {
      assert.deepEqual((await bench.manager.inspect(await bench.running())).networks, []);
    },
  },
};
