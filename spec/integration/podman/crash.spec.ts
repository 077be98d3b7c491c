import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { resolveContainerSpec } from '../../../lib/container/resolve-container-spec.js';
import { parsePodmanAddress } from '../../../lib/podman/address.js';
import { createContainer } from '../../../lib/podman/create-container.js';
import { LibpodClient } from '../../../lib/podman/libpod-client.js';
import { PodmanManager } from '../../../lib/podman/podman-manager.js';
import { startProjectPodman } from '../../../tools/project-podman.js';
import { projectFolder } from '../../../tools/project.js';
import { runningCommands, startContainer } from '../../support/container.js';
import { testImage, usePodman } from '../../support/podman.js';
import { rejectionOf } from '../../support/rejection.js';

describe('PodmanManager', function () {
  this.timeout(60_000);
  const podman = usePodman();

  describe('#reapOrphans', () => {
    const children: ChildProcess[] = [];

    after(() => {
      for (const child of children) child.kill('SIGKILL');
    });

    /** A process of its own, with running containers. */
    async function owner(image: string, count: number): Promise<{ child: ChildProcess; ids: string[] }> {
      const script = join(projectFolder, 'spec/fixtures/processes/own-containers.ts');
      const argv = ['--import', 'tsx', script, podman.address, image, String(count)];
      const child = spawn(process.execPath, argv, {
        cwd: projectFolder,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      return { child, ids: JSON.parse(line.toString()) as string[] };
    }

    it('removes what a killed process left running, and nothing of anybody else', async () => {
      const { manager } = podman;
      const image = await testImage(manager, 'busybox');
      const [dead, living] = await Promise.all([owner(image, 2), owner(image, 1)]);
      const client = new LibpodClient(parsePodmanAddress('address', podman.address), {
        requestTimeoutMs: 60_000,
        retries: 0,
      });
      const foreign = await createContainer(client, resolveContainerSpec({ image, command: ['true'] }), {});
      const own = await startContainer(manager);
      try {
        expect(await manager.reapOrphans()).to.eql([]);
        dead.child.kill('SIGKILL');
        await once(dead.child, 'exit');
        const next = new PodmanManager({ address: podman.address });
        expect([...(await next.reapOrphans())].sort()).to.eql([...dead.ids].sort());
        expect(await next.reapOrphans()).to.eql([]);
        await next.close();
        const left = (await manager.list()).map(({ id }) => id);
        expect(left).to.include.members([...living.ids, foreign.id, own.id]);
        expect(left).not.to.include.members(dead.ids);
        expect((await manager.inspect(living.ids[0] ?? '')).state).to.equal('running');
      } finally {
        for (const id of [...living.ids, ...dead.ids, foreign.id, own.id]) await manager.remove(id);
        await client.close();
      }
    });
  });

  describe('#exec', () => {
    it('rejects with CONNECTION_LOST soon when the service is killed, and another service finds the container', async () => {
      const services = await Promise.all([startProjectPodman(), startProjectPodman()]);
      const [manager, other] = services.map(({ address }) => new PodmanManager({ address })) as [
        PodmanManager,
        PodmanManager,
      ];
      const container = await startContainer(other);
      try {
        let killedAt = 0;
        const output = (): void => {
          killedAt = performance.now();
          process.kill(services[0].pid, 'SIGKILL');
        };
        const command = ['sh', '-c', 'echo; exec sleep 600'];
        const error = await rejectionOf(manager.exec(container, command, { output }));
        expect(error).to.include({ code: 'CONNECTION_LOST', operation: 'exec', container: container.id });
        expect(performance.now() - killedAt).to.be.lessThan(5000);
        expect(await rejectionOf(manager.ping())).to.include({ code: 'RUNTIME_UNAVAILABLE' });
        // Podman's commands outlive it; who owns the container ends them with it.
        expect(await runningCommands(other, container.id)).to.eql(['sleep 600']);
      } finally {
        await container.remove();
        await Promise.all([manager.close(), other.close()]);
        await Promise.all(services.map((service) => service.stop()));
      }
    });
  });
});
