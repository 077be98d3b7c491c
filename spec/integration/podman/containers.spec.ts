import { expect } from 'chai';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerHandle } from '../../../lib/container/container-manager.js';
import { startContainer } from '../../support/container.js';
import { testImage, usePodman } from '../../support/podman.js';
import { rejectionOf } from '../../support/rejection.js';

describe('PodmanManager', function () {
  this.timeout(60_000);
  const podman = usePodman();

  async function stdoutOf(container: ContainerHandle, script: string): Promise<string> {
    const { stdout } = await podman.manager.exec(container, ['/bin/sh', '-c', script]);
    return stdout.toString().trim();
  }

  describe('#create', () => {
    it('makes what a spec of nearly all fields says, as seen from inside', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
      chmodSync(folder, 0o755);
      writeFileSync(join(folder, 'file'), 'from the host');
      await using container = await startContainer(podman.manager, {
        env: { GREETING: 'hello' },
        user: '1234:2345',
        workdir: '/made/here',
        hostname: 'builder',
        labels: { purpose: 'test' },
        annotations: { 'x.y': 'z' },
        mounts: [
          { type: 'bind', source: folder, target: '/ro' },
          { type: 'bind', source: folder, target: '/rw', readOnly: false },
          { type: 'tmpfs', target: '/mem', sizeBytes: 1024 * 1024, mode: 0o711 },
        ],
        resources: { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, pids: 50 },
        capabilities: ['CHOWN'],
        rlimits: [
          { name: 'nofile', soft: 100, hard: 200 },
          { name: 'nproc', soft: 1000, hard: 2000 },
        ],
        readOnlyRootfs: true,
        init: false,
        maxRunMs: 3_600_000,
      });
      const seen = Object.fromEntries(
        (
          await stdoutOf(
            container,
            `id() { printf '%s=%s\\n' "$1" "$2"; }
             id greeting "$GREETING"; id user "$(busybox id -u):$(busybox id -g)"; id workdir "$PWD"; id hostname "$(hostname)"
             id file "$(cat /ro/file)"; id ro "$(touch /ro/x 2>&1 && echo written)"; id root "$(touch /x 2>&1 && echo written)"
             id mem "$(stat -c %a /mem)"; id memSize "$(sed -n 's/.* \\/mem .*size=\\([^,]*\\).*/\\1/p' /proc/mounts)"
             id nofile "$(awk '/Max open files/ { print $5 }' /proc/self/limits)"; id links "$(ls /sys/class/net | tr '\\n' ' ')"
             id nnp "$(awk '/NoNewPrivs/ { print $2 }' /proc/self/status)"
             id bounding "$(awk '/CapBnd/ { print $2 }' /proc/self/status)"; id main "$(cat /proc/1/comm)"`,
          )
        )
          .split('\n')
          .map((line) => line.split('=', 2)),
      ) as Record<string, string>;
      expect(seen).to.include({
        greeting: 'hello',
        user: '1234:2345',
        workdir: '/made/here',
        hostname: 'builder',
        file: 'from the host',
        mem: '711',
        memSize: '1024k',
        // The hard limit alone: runc (1.1) may give commands that as their soft one too.
        nofile: '200',
        links: 'lo ',
        nnp: '1',
        // CAP_CHOWN is bit 0.
        bounding: '0000000000000001',
        main: 'sleep',
      });
      expect(seen['ro']).to.include('Read-only');
      expect(seen['root']).to.include('Read-only');
      const description = await podman.manager.inspect(container);
      expect(description).to.deep.include({
        id: container.id,
        name: container.name,
        state: 'running',
        exitCode: null,
      });
      expect(description.labels).to.include({ purpose: 'test' });
      expect([...description.mountTargets].sort()).to.eql(['/mem', '/ro', '/rw']);
      rmSync(folder, { recursive: true });
    });

    it('rejects a name that is taken with NAME_IN_USE, also at the same moment', async () => {
      const image = await testImage(podman.manager, 'busybox');
      const name = `podroot-spec-${process.pid}`;
      const attempts = await Promise.allSettled(
        [1, 2, 3].map(() => podman.manager.create({ image, name, command: ['true'] })),
      );
      const made = attempts.filter((attempt) => attempt.status === 'fulfilled');
      const codes = attempts.flatMap((attempt) =>
        attempt.status === 'rejected' ? [(attempt.reason as { code: unknown }).code] : [],
      );
      for (const { value } of made) await value.remove();
      expect(codes).to.eql(['NAME_IN_USE', 'NAME_IN_USE']);
    });

    it('rejects an image that is not there with IMAGE_NOT_FOUND', async () => {
      const image = 'localhost/never-made:1';
      expect(await rejectionOf(podman.manager.create({ image }))).to.include({
        code: 'IMAGE_NOT_FOUND',
        image,
      });
    });

    it('leaves none behind when the signal aborts, whenever that is', async () => {
      const image = await testImage(podman.manager, 'busybox');
      const labels = { moment: 'aborted' };
      let aborted = 0;
      for (let delayMs = 0; delayMs < 20; delayMs += 2) {
        const controller = new AbortController();
        setTimeout(() => {
          controller.abort('enough');
        }, delayMs);
        try {
          const { signal } = controller;
          await using container = await podman.manager.create(
            { image, command: ['true'], labels },
            { signal },
          );
          expect(container.id).not.to.equal('');
        } catch (error) {
          expect(error).to.equal('enough');
          aborted += 1;
        }
        expect(await podman.manager.list({ labels })).to.eql([]);
      }
      expect(aborted).to.be.greaterThan(2);
    });
  });

  describe('#start', () => {
    it('rejects one that has ended with CONTAINER_NOT_RUNNING, and does not run it again', async () => {
      await using container = await startContainer(podman.manager, { command: ['true'] });
      await podman.manager.wait(container);
      expect(await rejectionOf(podman.manager.start(container))).to.include({
        code: 'CONTAINER_NOT_RUNNING',
      });
    });

    it('rejects an unknown executable, and leaves a container that can be removed', async () => {
      const image = await testImage(podman.manager, 'busybox');
      await using container = await podman.manager.create({ image, command: ['nope'], init: false });
      const error = await rejectionOf(podman.manager.start(container));
      expect(error).to.include({ operation: 'start', container: container.id, status: 500 });
      expect(error.runtimeMessage).to.include('nope');
    });
  });

  describe('#wait', () => {
    it('gives the exit code to all who wait', async () => {
      await using container = await startContainer(podman.manager, {
        command: ['sh', '-c', 'sleep 0.3; exit 7'],
      });
      const results = await Promise.all(Array.from({ length: 20 }, () => podman.manager.wait(container)));
      for (const result of results) expect(result).to.eql({ exitCode: 7, timedOut: false, oomKilled: false });
    });

    it('says that the time was up', async () => {
      await using container = await startContainer(podman.manager, { maxRunMs: 1000 });
      expect(await podman.manager.wait(container)).to.include({ exitCode: null, timedOut: true });
    });

    it('rejects one that never started with CONTAINER_NOT_RUNNING', async () => {
      const image = await testImage(podman.manager, 'busybox');
      await using container = await podman.manager.create({ image, command: ['true'] });
      expect(await rejectionOf(podman.manager.wait(container))).to.include({ code: 'CONTAINER_NOT_RUNNING' });
    });
  });

  describe('#stop and #kill', () => {
    it('end a container, and know one that has ended', async () => {
      await using container = await startContainer(podman.manager);
      await podman.manager.kill(container, 'SIGUSR1');
      expect(await podman.manager.wait(container)).to.include({ exitCode: 138 });
      await podman.manager.stop(container);
      expect(await rejectionOf(podman.manager.kill(container))).to.include({ code: 'CONTAINER_NOT_RUNNING' });
    });

    it('end one that ignores SIGTERM after the grace time', async () => {
      await using container = await startContainer(podman.manager, {
        command: ['sh', '-c', 'trap "" TERM; touch /dev/shm/deaf; sleep 100; sleep 100'],
      });
      await stdoutOf(container, 'until [ -e /dev/shm/deaf ]; do sleep 0.02; done');
      await podman.manager.stop(container, { graceMs: 1000 });
      expect(await podman.manager.wait(container)).to.include({ exitCode: 137 });
    });
  });

  describe('#remove', () => {
    it('removes a running container, however many ask for it', async () => {
      const container = await startContainer(podman.manager);
      await Promise.all(Array.from({ length: 5 }, () => podman.manager.remove(container)));
      await container.remove();
      expect(await rejectionOf(podman.manager.inspect(container))).to.include({
        code: 'CONTAINER_NOT_FOUND',
      });
    });

    it('removes one in which a command runs, which then rejects', async () => {
      const container = await startContainer(podman.manager);
      const running = podman.manager.exec(container, ['sh', '-c', 'echo; exec sleep 600'], {
        output: () => void container.remove(),
      });
      const ending = await running.then(
        ({ exitCode }) => exitCode,
        (error: unknown) => (error as { code: unknown }).code,
      );
      expect(ending).to.be.oneOf([137, 'CONNECTION_LOST']);
      await container.remove();
    });
  });

  describe('#disconnectNetwork', () => {
    it('takes a running container off its network', async () => {
      await using container = await startContainer(podman.manager, { network: 'default' });
      const links = 'ls /sys/class/net | wc -l';
      expect(await stdoutOf(container, links)).to.equal('2');
      await podman.manager.disconnectNetwork(container);
      expect(await stdoutOf(container, links)).to.equal('1');
      await podman.manager.disconnectNetwork(container);
    });

    it('rejects a network that it is not on with NETWORK_NOT_FOUND', async () => {
      await using container = await startContainer(podman.manager);
      await podman.manager.disconnectNetwork(container);
      for (const network of ['podman', 'never-made']) {
        const error = await rejectionOf(podman.manager.disconnectNetwork(container, { network }));
        expect(error, network).to.include({ code: 'NETWORK_NOT_FOUND' });
      }
    });
  });
});
