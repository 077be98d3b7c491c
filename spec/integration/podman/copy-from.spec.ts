import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ContainerHandle } from '../../../lib/container/container-manager.js';
import { ContainerError } from '../../../lib/errors.js';
import { describeTree } from '../../support/hostile-archives.js';
import { testImage, usePodman } from '../../support/podman.js';

describe('PodmanManager#copyFrom', function () {
  this.timeout(60_000);
  let folder: string;
  let container: ContainerHandle;
  // Before the fixture's own, which sees that none is left.
  after(() => container.remove());
  const podman = usePodman();

  before(async () => {
    const image = await testImage(podman.manager, 'busybox');
    container = await podman.manager.create({
      image,
      command: ['sleep', '1000'],
      capabilities: ['CAP_DAC_OVERRIDE'],
      mounts: [{ type: 'tmpfs', target: '/memory' }],
    });
    await podman.manager.start(container);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(script: string): Promise<void> {
    const { stderr, exitCode } = await podman.manager.exec(container, ['sh', '-c', script]);
    expect(`${stderr.toString()}${exitCode ?? ''}`).to.equal('0');
  }

  async function failureOf(promise: Promise<unknown>): Promise<ContainerError> {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ContainerError);
    return error as ContainerError;
  }

  it('copies hard links as such, whatever order they come in', async () => {
    await run('mkdir -p /h/z; echo one > /h/z/first; ln /h/z/first /h/a; ln /h/z/first /h/z/last');
    expect(await podman.manager.copyFrom(container, '/h', folder)).to.deep.equal({
      files: 3,
      bytes: 4,
      skipped: 0,
    });
    const inodes = ['a', 'z/first', 'z/last'].map((name) => statSync(join(folder, 'h', name)).ino);
    expect(new Set(inodes).size).to.equal(1);
  });

  it('copies the whole root folder', async () => {
    const { files } = await podman.manager.copyFrom(container, '/', folder, { symlinks: 'skip' });
    expect(files).to.be.above(3);
    expect(readFileSync(join(folder, 'etc/passwd'), 'utf8')).to.contain('root');
    expect(existsSync(join(folder, 'proc/1'))).to.equal(false);
  });

  it('copies what is in memory file systems and in odd names', async () => {
    await run(
      'mkdir -p "/memory/a[1]?"; echo x > "/memory/a[1]?/*"; mkdir /memory/a1x; echo wrong > /memory/a1x/f',
    );
    await podman.manager.copyFrom(container, '/memory/a[1]?', folder);
    expect(readFileSync(join(folder, 'a[1]?/*'), 'utf8')).to.equal('x\n');
  });

  it('follows a link at the path, and keeps its name', async () => {
    await run('mkdir -p /real/d; echo x > /real/d/f; ln -s /real/d /to-d; ln -s /real/d/f /to-f');
    await podman.manager.copyFrom(container, '/to-d', folder);
    await podman.manager.copyFrom(container, '/to-f', folder);
    expect(readFileSync(join(folder, 'to-d/f'), 'utf8')).to.equal('x\n');
    expect(readFileSync(join(folder, 'to-f'), 'utf8')).to.equal('x\n');
  });

  it('keeps chains of links that stay inside', async () => {
    await run(
      'mkdir -p /c/lib; cd /c/lib; echo x > l.so.1.2; ln -s l.so.1.2 l.so.1; ln -s l.so.1 l.so; ln -s ../lib/l.so k',
    );
    await podman.manager.copyFrom(container, '/c', folder);
    expect(readlinkSync(join(folder, 'c/lib/l.so'))).to.equal('l.so.1');
    expect(readFileSync(join(folder, 'c/lib/k'), 'utf8')).to.equal('x\n');
  });

  for (const [title, make] of [
    ['an absolute link', 'ln -s /etc/passwd /u/l'],
    ['a link that leaves', 'ln -s ../../x /u/l'],
    ['a fifo', 'mkfifo /u/p'],
  ] as const) {
    it(`rejects ${title} with ARCHIVE_UNSAFE`, async () => {
      await run(`rm -rf /u; mkdir /u; ${make}`);
      const before = describeTree(folder);
      expect((await failureOf(podman.manager.copyFrom(container, '/u', join(folder, 'in')))).code).to.equal(
        'ARCHIVE_UNSAFE',
      );
      expect(describeTree(folder, (path) => !path.startsWith(join(folder, 'in')))).to.equal(before);
    });
  }

  it('rejects with COPY_FAILED when Podman gives up in silence at a file that grows', async () => {
    await run('mkdir /grow; head -c 100000000 /dev/zero > /grow/m; echo last > /grow/z');
    await run('(while [ -d /grow ]; do echo more >> /grow/m; sleep 0.01; done) >/dev/null 2>&1 &');
    const error = await failureOf(podman.manager.copyFrom(container, '/grow', folder));
    await run('mv /grow /grown');
    expect(error.code).to.equal('COPY_FAILED');
    expect(error.message).to.contain('grow/m');
  });

  it('rejects with COPY_FAILED what Podman answers with nothing at all', async () => {
    expect((await failureOf(podman.manager.copyFrom(container, '/proc/1', folder))).code).to.equal(
      'COPY_FAILED',
    );
  });

  it('rejects with PATH_NOT_FOUND, for a link that leads nowhere as well', async () => {
    await run('ln -s nowhere /dangling');
    for (const path of ['/absent', '/dangling', '/etc/passwd/x']) {
      expect((await failureOf(podman.manager.copyFrom(container, path, folder))).code).to.equal(
        'PATH_NOT_FOUND',
      );
    }
  });

  it('receives 256 MiB with the memory of a few pieces', async () => {
    const size = 256 * 1024 ** 2;
    await run(`head -c ${size} /dev/zero > /big`);
    await podman.manager.copyFrom(container, '/etc/passwd', folder);
    const before = process.memoryUsage.rss();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    const result = await podman.manager.copyFrom(container, '/big', folder);
    clearInterval(watch);
    expect(result).to.deep.equal({ files: 1, bytes: size, skipped: 0 });
    expect(statSync(join(folder, 'big')).size).to.equal(size);
    expect((most - before) / 1024 ** 2).to.be.below(96);
  });

  it('reads a file piece by piece, and no further than it is asked to', async () => {
    await run('head -c 100000000 /dev/zero > /zeros; ln -s /zeros /to-zeros');
    let length = 0;
    for await (const chunk of podman.manager.readFile(container, '/to-zeros')) {
      length += chunk.length;
      if (length > 1_000_000) break;
    }
    expect(length).to.be.below(2_000_000);
    expect((await podman.manager.inspect(container)).id).to.equal(container.id);
  });
});
