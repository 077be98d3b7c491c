import { expect } from 'chai';
import type { ContainerHandle, LogsOptions } from '../../../lib/container/container-manager.js';
import { testImage, usePodman } from '../../support/podman.js';
import { rejectionOf } from '../../support/rejection.js';

const BURST = 50_000;

describe('PodmanManager#logs', function () {
  this.timeout(120_000);
  const podman = usePodman();
  let image = '';

  before(async () => {
    image = await testImage(podman.manager, 'busybox');
  });

  /** A container that runs a shell's script. */
  async function create(script: string): Promise<ContainerHandle> {
    return podman.manager.create({ image, command: ['/bin/sh', '-c', script] });
  }

  async function start(script: string): Promise<ContainerHandle> {
    const container = await create(script);
    await podman.manager.start(container);
    return container;
  }

  async function textOf(container: ContainerHandle, options: LogsOptions) {
    const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    for await (const { channel, bytes } of podman.manager.logs(container, options))
      chunks[channel].push(bytes);
    return { stdout: joined(chunks.stdout), stderr: joined(chunks.stderr) };
  }

  it(`follows a burst of ${BURST} lines and an exit, and leaves nothing out`, async () => {
    const expected = numbers(1, BURST);
    for (let round = 0; round < 3; round += 1) {
      await using container = await start(`seq 1 ${BURST}`);
      const { stdout } = await textOf(container, { follow: true });
      expect(stdout.length).to.equal(expected.length);
      expect(stdout === expected).to.equal(true);
    }
  });

  it('follows bursts with pauses, on both channels, to the last half line', async () => {
    const script =
      'for i in 1 2 3 4 5; do seq 1 4000; seq 1 400 >&2; usleep 150000; done; printf rest; printf "no newline" >&2';
    await using container = await start(script);
    const { stdout, stderr } = await textOf(container, { follow: true });
    expect(stdout === `${numbers(1, 4000).repeat(5)}rest`).to.equal(true);
    expect(stderr === `${numbers(1, 400).repeat(5)}no newline`).to.equal(true);
  });

  it('gives all of what has ended, followed or not', async () => {
    await using container = await start(`seq 1 ${BURST}; printf rest; printf problem >&2`);
    await podman.manager.wait(container);
    for (const follow of [true, false]) {
      const { stdout, stderr } = await textOf(container, { follow });
      expect(stdout === `${numbers(1, BURST)}rest`, `follow: ${String(follow)}`).to.equal(true);
      expect(stderr).to.equal('problem');
    }
  });

  it('gives bytes as they were written', async () => {
    const bytes = String.raw`\000\001\377\200\r\n\n\n  two  words \t\r`;
    await using container = await start(
      `printf '${bytes}'; head -c 200000 /dev/zero; head -c 100000 /dev/zero | tr '\\0' x`,
    );
    const { stdout } = await textOf(container, { follow: true });
    expect(
      stdout === `\0\x01\xff\x80\r\n\n\n  two  words \t\r${'\0'.repeat(200_000)}${'x'.repeat(100_000)}`,
    ).to.equal(true);
  });

  it('gives a question that has no newline while its writer waits for the answer', async () => {
    await using container = await start('echo first; printf "password: "; exec sleep 1000');
    let text = '';
    for await (const { bytes } of podman.manager.logs(container, { follow: true })) {
      text += Buffer.from(bytes).toString();
      if (text.endsWith(': ')) break;
    }
    expect(text).to.equal('first\npassword: ');
    expect(await textOf(container, {})).to.deep.equal({ stdout: 'first\npassword: ', stderr: '' });
  });

  it('waits for a container that has not started, and gives all of it', async () => {
    await using container = await create('echo started');
    const text = textOf(container, { follow: true });
    await podman.manager.start(container);
    expect(await text).to.deep.equal({ stdout: 'started\n', stderr: '' });
  });

  it('gives the last lines of both channels, with what has no newline', async () => {
    await using container = await start(
      'seq 1 10; usleep 50000; printf "e1\\ne2" >&2; usleep 50000; printf rest',
    );
    await podman.manager.wait(container);
    expect(await textOf(container, { tail: 4 })).to.deep.equal({ stdout: '10\nrest', stderr: 'e1\ne2' });
    expect(await textOf(container, { tail: 1, follow: true })).to.deep.equal({ stdout: 'rest', stderr: '' });
    expect(await textOf(container, { tail: 0 })).to.deep.equal({ stdout: '', stderr: '' });
  });

  it('gives what was written since a time', async () => {
    await using container = await start('mkfifo /tmp/go; echo before; read -r _ </tmp/go; echo after');
    const logs = podman.manager.logs(container, { follow: true })[Symbol.asyncIterator]();
    await logs.next();
    const between = new Date();
    await podman.manager.exec(container, ['/bin/sh', '-c', 'echo go >/tmp/go']);
    while ((await logs.next()).done !== true);
    const { createdAt } = await podman.manager.inspect(container);
    expect((await textOf(container, { since: new Date(createdAt) })).stdout).to.equal('before\nafter\n');
    expect((await textOf(container, { since: between, follow: true })).stdout).to.equal('after\n');
    expect((await textOf(container, { since: new Date(Date.now() + 60_000) })).stdout).to.equal('');
  });

  it('rejects with CONTAINER_NOT_FOUND when the container is removed while it is followed', async () => {
    const container = await start('echo first; echo second; exec sleep 1000');
    const logs = podman.manager.logs(container, { follow: true })[Symbol.asyncIterator]();
    await logs.next();
    await container.remove();
    const rest = (async () => {
      while ((await logs.next()).done !== true);
    })();
    expect((await rejectionOf(rest)).code).to.equal('CONTAINER_NOT_FOUND');
  });

  it('rejects with CONTAINER_NOT_FOUND', async () => {
    const first = podman.manager.logs('podroot-no-such')[Symbol.asyncIterator]().next();
    expect((await rejectionOf(first)).code).to.equal('CONTAINER_NOT_FOUND');
  });
});

function numbers(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}\n`).join('');
}

function joined(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('latin1');
}
