import { expect } from 'chai';
import type { ContainerStats } from '../../../lib/container/description.js';
import { testImage, usePodman } from '../../support/podman.js';
import { rejectionOf } from '../../support/rejection.js';

describe('PodmanManager#stats', function () {
  this.timeout(60_000);
  const podman = usePodman();
  let image = '';

  before(async () => {
    image = await testImage(podman.manager, 'busybox');
  });

  it('tells memory, processes, and the processor time as it grows', async () => {
    await using container = await podman.manager.create({
      image,
      command: ['sh', '-c', 'while :; do :; done'],
    });
    await podman.manager.start(container);
    const samples: ContainerStats[] = [];
    for await (const sample of podman.manager.stats(container, { intervalMs: 200 })) {
      samples.push(sample);
      if (sample.cpuNanoseconds > 300_000_000) break;
    }
    const times = samples.map(({ time }) => time);
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    const used = samples.map(({ cpuNanoseconds }) => cpuNanoseconds);
    expect(used).to.deep.equal([...used].sort((a, b) => a - b));
    expect(samples.at(-1)?.memoryBytes).to.be.greaterThan(0);
    expect(samples.at(-1)?.pids).to.be.within(1, 10);
  });

  it('ends when the container ends, without a sample of zeroes', async () => {
    await using container = await podman.manager.create({ image, command: ['sleep', '1'] });
    await podman.manager.start(container);
    let count = 0;
    for await (const { cpuNanoseconds } of podman.manager.stats(container, { intervalMs: 100 })) {
      expect(cpuNanoseconds).to.be.greaterThan(0);
      count += 1;
    }
    expect(count).to.be.greaterThan(1);
  });

  it('gives nothing of a container that has ended', async () => {
    await using container = await podman.manager.create({ image, command: ['true'] });
    await podman.manager.start(container);
    await podman.manager.wait(container);
    for await (const sample of podman.manager.stats(container)) expect.fail(JSON.stringify(sample));
  });

  it('rejects with CONTAINER_NOT_RUNNING when it never started', async () => {
    await using container = await podman.manager.create({ image, command: ['true'] });
    const first = podman.manager.stats(container)[Symbol.asyncIterator]().next();
    expect((await rejectionOf(first)).code).to.equal('CONTAINER_NOT_RUNNING');
  });

  it('rejects with CONTAINER_NOT_FOUND when there is none, and when it is removed meanwhile', async () => {
    const none = podman.manager.stats('podroot-no-such')[Symbol.asyncIterator]().next();
    expect((await rejectionOf(none)).code).to.equal('CONTAINER_NOT_FOUND');
    const container = await podman.manager.create({ image, command: ['sleep', '1000'] });
    await podman.manager.start(container);
    const samples = podman.manager.stats(container, { intervalMs: 100 })[Symbol.asyncIterator]();
    await samples.next();
    await container.remove();
    const rest = (async () => {
      while ((await samples.next()).done !== true);
    })();
    expect((await rejectionOf(rest)).code).to.equal('CONTAINER_NOT_FOUND');
  });
});
