import { randomUUID } from 'node:crypto';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ContainerEvent } from '../../../lib/container/description.js';
import { PodmanManager } from '../../../lib/podman/podman-manager.js';
import { testImage, usePodman } from '../../support/podman.js';

const LABEL = 'podroot.spec.events';

describe('PodmanManager#events', function () {
  this.timeout(60_000);
  const podman = usePodman();
  let image = '';
  let labels: Readonly<Record<string, string>>;

  before(async () => {
    image = await testImage(podman.manager, 'busybox');
  });

  beforeEach(() => {
    labels = { [LABEL]: randomUUID() };
  });

  /** Creates, runs and removes a container. */
  async function live(exitCode = 0, more: Readonly<Record<string, string>> = {}): Promise<void> {
    const command = ['/bin/sh', '-c', `exit ${exitCode}`];
    await using container = await podman.manager.create({ image, command, labels: { ...labels, ...more } });
    await podman.manager.start(container);
    await podman.manager.wait(container);
  }

  async function untilRemoved(source: AsyncIterable<ContainerEvent>, count = 1): Promise<ContainerEvent[]> {
    const events: ContainerEvent[] = [];
    let removed = 0;
    for await (const event of source) {
      events.push(event);
      if (event.action === 'remove') removed += 1;
      if (removed === count) break;
    }
    return events;
  }

  it('tells what happens from the first next() on, though nobody has waited for that', async () => {
    const events = untilRemoved(podman.manager.events({ labels }));
    await live(3);
    const came = await events;
    const actions = came.map(({ action }) => action);
    expect(actions).to.include.members(['create', 'init', 'start', 'died', 'remove']);
    expect(came.find(({ action }) => action === 'died')?.exitCode).to.equal(3);
    for (const { action, exitCode } of came) {
      if (action !== 'died') expect(exitCode, action).to.equal(undefined);
    }
    for (const event of came) expect(event.labels).to.deep.include(labels);
  });

  it('tells nothing of before, unless asked to', async () => {
    const since = new Date();
    await live(1);
    const events = untilRemoved(podman.manager.events({ labels }));
    await live(2);
    const codes = (came: readonly ContainerEvent[]) =>
      came.filter(({ action }) => action === 'died').map(({ exitCode }) => exitCode);
    expect(codes(await events)).to.deep.equal([2]);
    expect(codes(await untilRemoved(podman.manager.events({ labels, since }), 2))).to.deep.equal([1, 2]);
  });

  it('wants all labels to match, where Podman is content with one', async () => {
    const wanted = { ...labels, other: 'right' };
    const events = untilRemoved(podman.manager.events({ labels: wanted }));
    await live(1, { other: 'wrong' });
    await live(2, { other: 'right' });
    const died = (await events).filter(({ action }) => action === 'died');
    expect(died.map(({ exitCode }) => exitCode)).to.deep.equal([2]);
  });

  it('misses nothing and tells nothing twice while the connection breaks again and again', async () => {
    const proxy = new BreakingProxy(podman.address.slice('unix://'.length));
    const address = await proxy.start();
    const manager = new PodmanManager({ address });
    try {
      const events = untilRemoved(manager.events({ labels }), 5);
      for (let exitCode = 1; exitCode <= 5; exitCode += 1) {
        await live(exitCode);
        proxy.breakAll();
      }
      const came = await events;
      const count = (action: string) => came.filter((event) => event.action === action).length;
      expect(['create', 'start', 'died', 'remove'].map(count)).to.deep.equal([5, 5, 5, 5]);
      expect(proxy.connections).to.be.greaterThan(3);
    } finally {
      await manager.close();
      await proxy.stop();
    }
  });
});

/** Passes connections on to another socket, and breaks them when told to. */
class BreakingProxy {
  readonly #target: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  connections = 0;

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer((client) => {
      this.#pass(client);
    });
  }

  async start(): Promise<string> {
    const path = join(this.#folder, 'p.sock');
    await new Promise<void>((resolve) => this.#server.listen(path, resolve));
    return `unix://${path}`;
  }

  breakAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    this.breakAll();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }

  #pass(client: Socket): void {
    this.connections += 1;
    const target = connect(this.#target);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#open.add(from);
      from.on('error', () => undefined);
      from.once('close', () => {
        this.#open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
