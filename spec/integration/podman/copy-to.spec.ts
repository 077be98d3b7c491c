import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ContainerHandle } from '../../../lib/container/container-manager.js';
import type { Mount } from '../../../lib/container/container-spec.js';
import { ContainerError } from '../../../lib/errors.js';
import { parsePodmanAddress } from '../../../lib/podman/address.js';
import { LibpodClient, libpodPath } from '../../../lib/podman/libpod-client.js';
import { testImage, usePodman } from '../../support/podman.js';

const COMMAND = ['sleep', '1000'];
const CAPABILITIES = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'];

describe('PodmanManager#copyTo', function () {
  this.timeout(60_000);
  const podman = usePodman();
  let image = '';
  let folder: string;
  let container: ContainerHandle;

  before(async () => {
    image = await testImage(podman.manager, 'busybox');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
  });
  afterEach(async () => {
    await container.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function create(mounts: readonly Mount[] = [], more: { readonly user?: string } = {}): Promise<void> {
    container = await podman.manager.create({
      image,
      command: COMMAND,
      capabilities: CAPABILITIES,
      mounts,
      ...more,
    });
  }

  async function run(script: string): Promise<string> {
    const { stdout, stderr, exitCode } = await podman.manager.exec(container, ['sh', '-c', script], {
      user: '0',
    });
    expect(`${stderr.toString()}${exitCode ?? ''}`).to.equal('0');
    return stdout.toString();
  }

  async function failureOf(promise: Promise<unknown>): Promise<ContainerError> {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ContainerError);
    return error as ContainerError;
  }

  it('gives owners, modes, times and names as they were given, in a container of another user', async () => {
    await create([], { user: '1000:1001' });
    await podman.manager.start(container);
    const long = 'n'.repeat(200);
    const umask = process.umask(0o077);
    await podman.manager.copyTo(container, [
      { path: '/a/owned', content: 'x', uid: 1234, gid: 2345 },
      { path: '/a/far', content: '', mtime: new Date('2100-01-01T00:00:00.125Z') },
      { path: '/a/early', content: '', mtime: new Date('1960-01-01T00:00:00.5Z') },
      { path: '/a/setuid', content: '', mode: 0o6755, uid: 9 },
      { path: '/a/all', content: '', mode: 0o777 },
      { path: '/a/none', content: '', mode: 0 },
      { path: '/a/sticky', directory: true, mode: 0o1777, gid: 3000, mtime: new Date(0) },
      { path: '/a/sticky/in', content: '' },
      { path: `/a/${long}`, symlink: `../${long}`, uid: 7 },
    ]);
    process.umask(umask);
    const listing = await run(
      'cd /a; stat -c "%n %a %u:%g %s" owned far early setuid all none sticky/in; stat -c "%n %a %u:%g" . sticky',
    );
    expect(listing.trim().split('\n')).to.deep.equal([
      'owned 644 1234:2345 1',
      'far 644 0:0 0',
      'early 644 0:0 0',
      'setuid 6755 9:0 0',
      'all 777 0:0 0',
      'none 0 0:0 0',
      'sticky/in 644 0:0 0',
      '. 755 0:0',
      'sticky 1777 0:3000',
    ]);
    const times = await run('cd /a; for each in far early sticky; do TZ=UTC stat -c "%y" $each; done');
    expect(
      times
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 25)),
    ).to.deep.equal(['2100-01-01 00:00:00.12500', '1960-01-01 00:00:00.50000', '1970-01-01 00:00:00.00000']);
    expect(await run(`cd /a; readlink ${long}; stat -c %u ${long}`)).to.equal(`../${long}\n7\n`);
  });

  it('gives owners above 2^18, or rejects with COPY_FAILED where Podman has none such', async () => {
    await create();
    await podman.manager.start(container);
    const known = await run('cat /proc/self/uid_map');
    const copy = podman.manager.copyTo(container, [
      { path: '/a', content: '', uid: 524_288, gid: 4_000_000_000 },
    ]);
    // A user's own Podman has as many owners as the system has given to that user.
    if (/ 4294967295$/m.test(known)) {
      await copy;
      expect(await run('stat -c "%u:%g" /a')).to.equal('524288:4000000000\n');
    } else {
      expect((await failureOf(copy)).code).to.equal('COPY_FAILED');
    }
  });

  it('makes parents of its own, and leaves those that are there as they are', async () => {
    await create();
    await podman.manager.start(container);
    await run('mkdir /there /real; chmod 0711 /there; chown 5:6 /there; ln -s real /link');
    await podman.manager.copyTo(container, [
      { path: '/there/new/deep/file', content: '', uid: 9 },
      { path: '/link/file', content: '' },
    ]);
    expect(
      await run('stat -c "%n %a %u:%g" /there /there/new /there/new/deep; readlink /link; ls /real'),
    ).to.equal('/there 711 5:6\n/there/new 755 0:0\n/there/new/deep 755 0:0\nreal\nfile\n');
  });

  context('with a tree of this machine', () => {
    beforeEach(async () => {
      mkdirSync(join(folder, 'lib'), { mode: 0o700 });
      writeFileSync(join(folder, 'lib/new'), 'new');
      symlinkSync('new', join(folder, 'lib/link'));
      await create();
      await podman.manager.start(container);
      await run('mkdir -p /usr/lib; chmod 0751 /usr/lib; touch /usr/lib/old; ln -s usr/lib /lib');
    });

    it('puts it into a folder behind a link, which both stay', async () => {
      await podman.manager.copyTo(container, [{ path: '/lib', from: join(folder, 'lib'), uid: 3 }]);
      expect(
        await run('readlink /lib; stat -c "%a %u" /usr/lib; ls /lib/; cat /lib/link; stat -c %u /lib/new'),
      ).to.equal('usr/lib\n751 0\nlink\nnew\nold\nnew3\n');
    });

    it('puts it into the root folder, whose mode stays', async () => {
      const before = await run('stat -c "%a %u" /');
      rmSync(join(folder, 'lib/link'));
      await podman.manager.copyTo(container, [{ path: '/', from: join(folder, 'lib'), uid: 3 }]);
      expect(await run('stat -c "%a %u" /; cat /new')).to.equal(`${before}new`);
    });

    it('rejects with COPY_FAILED, and keeps the link, when a folder within meets a link', async () => {
      const error = await failureOf(podman.manager.copyTo(container, [{ path: '/', from: folder }]));
      expect(error).to.include({ code: 'COPY_FAILED', status: 500 });
      expect(await run('readlink /lib')).to.equal('usr/lib\n');
    });
  });

  context('with mounts', () => {
    const volume = `podroot-spec-${process.pid}`;
    const otherVolume = `${volume}-other`;

    afterEach(async () => {
      await container.remove();
      const client = new LibpodClient(parsePodmanAddress('address', podman.address), {
        requestTimeoutMs: 10_000,
        retries: 0,
      });
      for (const name of [volume, otherVolume]) {
        const context = { operation: 'removeVolume' };
        await client.call({
          method: 'DELETE',
          path: libpodPath`volumes/${name}`,
          query: { force: true },
          context,
        });
      }
      await client.close();
    });
    const unique = volume;
    const ENTRIES = ['/root/r', '/vol/v', '/vol/deep/d', '/tmpfs/t', '/vol/inner/w', `/bind/${unique}/b`];

    async function createWithMounts(): Promise<void> {
      await create([
        { type: 'volume', source: volume, target: '/vol' },
        { type: 'volume', source: otherVolume, target: '/vol/inner' },
        { type: 'tmpfs', target: '/tmpfs' },
        // Of the machine that Podman runs on, which need not be this one.
        { type: 'bind', source: '/tmp', target: '/bind', readOnly: false },
        { type: 'bind', source: '/tmp', target: '/ro' },
      ]);
    }

    async function look(): Promise<string> {
      return run(`for each in ${ENTRIES.join(' ')}; do echo "$(cat $each)"; done; rm -r /bind/${unique}`);
    }

    it('reaches each when the container runs', async () => {
      await createWithMounts();
      await podman.manager.start(container);
      await podman.manager.copyTo(
        container,
        ENTRIES.map((path) => ({ path, content: path })),
      );
      expect(await look()).to.equal(`${ENTRIES.join('\n')}\n`);
    });

    it('reaches each before the container runs', async () => {
      await createWithMounts();
      await podman.manager.copyTo(
        container,
        ENTRIES.map((path) => ({ path, content: `early ${path}` })),
      );
      await podman.manager.start(container);
      expect(await look()).to.equal(ENTRIES.map((path) => `early ${path}\n`).join(''));
    });

    it('divides a tree of this machine among them before the container runs', async () => {
      const tree = join(folder, 'tree');
      for (const path of ENTRIES) {
        mkdirSync(join(tree, path, '..'), { recursive: true });
        writeFileSync(join(tree, path), `tree ${path}`);
      }
      await createWithMounts();
      await podman.manager.copyTo(container, [{ path: '/', from: tree }]);
      await podman.manager.start(container);
      expect(await look()).to.equal(ENTRIES.map((path) => `tree ${path}\n`).join(''));
    });

    it('rejects with COPY_FAILED what goes to a read-only one, and writes nothing, running or not', async () => {
      await createWithMounts();
      const entries = [`/a`, `/ro/${unique}`].map((path) => ({ path, content: '' }));
      expect((await failureOf(podman.manager.copyTo(container, entries))).code).to.equal('COPY_FAILED');
      await podman.manager.start(container);
      expect((await failureOf(podman.manager.copyTo(container, entries))).code).to.equal('COPY_FAILED');
      expect(await run(`ls -d /a /ro/${unique} 2>/dev/null || echo none`)).to.equal('none\n');
    });

    it('rejects with COPY_FAILED what only a running container has, and reaches it when it runs', async () => {
      await createWithMounts();
      const copy = () => podman.manager.copyTo(container, [{ path: '/dev/shm/a', content: 'a' }]);
      expect((await failureOf(copy())).code).to.equal('COPY_FAILED');
      await podman.manager.start(container);
      await copy();
      expect(await run('cat /dev/shm/a')).to.equal('a');
    });

    it("rejects with COPY_FAILED what would replace the runtime's own /etc/hosts", async () => {
      await createWithMounts();
      await podman.manager.start(container);
      const error = await failureOf(podman.manager.copyTo(container, [{ path: '/etc/hosts', content: '' }]));
      expect(error).to.include({ code: 'COPY_FAILED' });
      expect(error.message).to.contain('/etc/hosts');
    });
  });

  it("rejects with Podman's words when there is no room", async () => {
    await create([{ type: 'tmpfs', target: '/small', sizeBytes: 65_536 }]);
    await podman.manager.start(container);
    const copy = podman.manager.copyTo(container, [{ path: '/small/big', content: Buffer.alloc(8_000_000) }]);
    const error = await failureOf(copy);
    expect(error.code).to.equal('COPY_FAILED');
    expect(error.message).to.contain('no space left on device');
  });

  it('leaves the container usable when it is aborted midway', async () => {
    await create();
    await podman.manager.start(container);
    const abort = new AbortController();
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let at = 0; ; at += 1) {
        if (at === 100) abort.abort('enough');
        yield await Promise.resolve(Buffer.alloc(65_536));
      }
    }
    const entry = { path: '/a', content: content(), sizeBytes: 1024 ** 3 };
    const copy = podman.manager.copyTo(container, [entry], { signal: abort.signal });
    expect(await copy.catch((reason: unknown) => reason)).to.equal('enough');
    await podman.manager.copyTo(container, [{ path: '/b', content: 'b' }]);
    expect(await run('cat /b')).to.equal('b');
  });

  it('sends 2 GiB with the memory of a few pieces', async () => {
    await create();
    const size = 2 * 1024 ** 3;
    const piece = Buffer.alloc(262_144, 'x');
    let most = 0;
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < size; sent += piece.length) {
        most = Math.max(most, process.memoryUsage.rss());
        yield await Promise.resolve(piece);
      }
    }
    await podman.manager.copyTo(container, [{ path: '/warm', content: Buffer.alloc(1_000_000) }]);
    const before = process.memoryUsage.rss();
    await podman.manager.copyTo(container, [{ path: '/big', content: content(), sizeBytes: size }]);
    expect((most - before) / 1024 ** 2).to.be.below(128);
  });
});
