import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ContainerHandle } from '../../../lib/container/container-manager.js';
import { ownerFromLabels } from '../../../lib/container/owner-labels.js';
import { ImageRegistry } from '../../support/image-registry.js';
import { testImage, usePodman } from '../../support/podman.js';
import { rejectionOf } from '../../support/rejection.js';

describe('PodmanManager images', function () {
  this.timeout(60_000);
  const podman = usePodman();
  const references = new Set<string>();
  let count = 0;

  /** A name for an image of this spec; what has it is removed after it. */
  function newReference(): string {
    count += 1;
    const reference = `localhost/podroot-spec-${process.pid}:${count}`;
    references.add(reference);
    return reference;
  }

  async function createContainer(): Promise<ContainerHandle> {
    const image = await testImage(podman.manager, 'busybox');
    return podman.manager.create({ image, command: ['true'] });
  }

  afterEach(async () => {
    for (const reference of references) await podman.manager.removeImage(reference);
    references.clear();
  });

  describe('ensureImage', () => {
    let registry: ImageRegistry;
    let reference: string;

    beforeEach(async () => {
      // A layer of its own each time: storage keeps those it has seen, and then asks no registry.
      registry = new ImageRegistry(tarOf({ 'content.bin': randomBytes(200_000) }));
      reference = await registry.start();
      references.add(reference);
    });

    afterEach(async () => {
      await registry.stop();
    });

    it('pulls an image, tells the progress and describes it', async () => {
      const lines: string[] = [];
      const image = await podman.manager.ensureImage(reference, {
        tlsVerify: false,
        onProgress: ({ text }) => lines.push(text),
      });
      expect(image).to.deep.include({ architecture: 'amd64', os: 'linux' });
      expect(image.id).to.match(/^[0-9a-f]{64}$/);
      expect(image.references).to.deep.equal([reference]);
      expect(lines.join('\n'))
        .to.include(`Trying to pull ${reference}`)
        .and.to.match(/Copying blob/);
      expect(await podman.manager.inspectImage(reference)).to.deep.equal(image);
    });

    it('asks the registry no more when the image is there', async () => {
      const image = await podman.manager.ensureImage(reference, { tlsVerify: false });
      const asked = registry.requests.length;
      expect(await podman.manager.ensureImage(reference)).to.deep.equal(image);
      expect(registry.requests).to.have.lengthOf(asked);
      await podman.manager.ensureImage(reference, { tlsVerify: false, policy: 'always' });
      expect(registry.requests.length).to.be.greaterThan(asked);
    });

    it('logs in with the credentials', async () => {
      registry.behaviour.credentials = { username: 'builder', password: 'p?>~ü "x"' };
      const error = await rejectionOf(podman.manager.ensureImage(reference, { tlsVerify: false }));
      expect(error.code).to.equal('IMAGE_PULL_FAILED');
      expect(error.runtimeMessage).to.match(/unauthorized|authentication required/);
      const { credentials } = registry.behaviour;
      const image = await podman.manager.ensureImage(reference, { tlsVerify: false, credentials });
      expect(image.references).to.deep.equal([reference]);
    });

    it('rejects with IMAGE_PULL_FAILED for a tag that does not exist, after one pull', async () => {
      const pulls: number[] = [];
      const absent = reference.replace(/:1$/, ':2');
      const error = await rejectionOf(
        podman.manager.ensureImage(absent, {
          tlsVerify: false,
          onProgress: ({ attempt }) => pulls.push(attempt),
        }),
      );
      expect(error.code).to.equal('IMAGE_PULL_FAILED');
      expect(error.runtimeMessage).to.include('manifest unknown');
      expect(new Set(pulls)).to.deep.equal(new Set([1]));
    });

    it('rejects with IMAGE_PULL_FAILED for a platform that the registry does not have', async () => {
      const error = await rejectionOf(
        podman.manager.ensureImage(reference, { tlsVerify: false, platform: { architecture: 'arm64' } }),
      );
      expect(error.code).to.equal('IMAGE_PULL_FAILED');
      expect(error.message).to.include('for linux/amd64, not for any/arm64');
    });

    it('rejects with IMAGE_PULL_FAILED for a name that no registry can have', async () => {
      expect((await rejectionOf(podman.manager.ensureImage('localhost/UPPER:1'))).code).to.equal(
        'IMAGE_PULL_FAILED',
      );
    });

    context('when the registry sends nothing', () => {
      let release: () => void;
      let reached: Promise<void>;

      beforeEach(() => {
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        reached = new Promise((resolve) => {
          registry.behaviour.beforeLayer = () => {
            resolve();
            return held;
          };
        });
      });

      afterEach(() => {
        release();
      });

      it('rejects with IMAGE_PULL_FAILED after the limit of silence', async () => {
        const options = { tlsVerify: false, idleTimeoutMs: 500, retries: 0 };
        const error = await rejectionOf(podman.manager.ensureImage(reference, options));
        expect(error.code).to.equal('IMAGE_PULL_FAILED');
        expect(error.message).to.include('said nothing for 500 ms');
      });

      it('ends the pull and rejects with the reason when the signal aborts', async () => {
        const controller = new AbortController();
        const pulled = rejectionOf(
          podman.manager.ensureImage(reference, { tlsVerify: false, signal: controller.signal }),
        );
        await reached;
        controller.abort('enough');
        expect(await pulled).to.equal('enough');
        release();
        expect((await rejectionOf(podman.manager.inspectImage(reference))).code).to.equal('IMAGE_NOT_FOUND');
      });
    });
  });

  describe('importImage', () => {
    it('takes compressed archives, and the configuration with them', async () => {
      const reference = newReference();
      const archive = gzipSync(tarOf({ 'file.txt': Buffer.from('content') }));
      const image = await podman.manager.importImage(reference, chunksOf(archive), {
        changes: ['ENV GREETING="hello world"', 'LABEL a=b', 'CMD ["/bin/sh"]'],
        platform: { architecture: 'arm64', os: 'linux' },
      });
      expect(image).to.deep.include({ architecture: 'arm64', os: 'linux', references: [reference] });
      expect(image.env).to.deep.include({ GREETING: 'hello world' });
      expect(image.labels).to.deep.equal({ a: 'b' });
    });

    it('rejects with IMAGE_INVALID and makes no image of what is none', async () => {
      const tar = tarOf({ 'file.bin': randomBytes(100_000) });
      for (const archive of [Buffer.alloc(0), randomBytes(5000), tar.subarray(0, 50_000)]) {
        const reference = newReference();
        const error = await rejectionOf(podman.manager.importImage(reference, chunksOf(archive)));
        expect(error.code).to.equal('IMAGE_INVALID');
        expect((await rejectionOf(podman.manager.inspectImage(reference))).code).to.equal('IMAGE_NOT_FOUND');
      }
    });

    it('rejects with INVALID_ARGUMENT for a change that Podman does not take', async () => {
      const archive = chunksOf(tarOf({ a: Buffer.from('a') }));
      const error = await rejectionOf(
        podman.manager.importImage(newReference(), archive, { changes: ['FOO bar'] }),
      );
      expect(error).to.deep.include({ code: 'INVALID_ARGUMENT', field: 'changes', value: 'FOO bar' });
    });
  });

  describe('loadImages', () => {
    it('rejects with IMAGE_INVALID for what is no archive of images', async () => {
      for (const archive of [Buffer.alloc(0), randomBytes(5000), tarOf({ a: Buffer.from('a') })]) {
        expect((await rejectionOf(podman.manager.loadImages(chunksOf(archive)))).code).to.equal(
          'IMAGE_INVALID',
        );
      }
    });
  });

  describe('commit', () => {
    it('keeps labels as they are, whatever is in them', async () => {
      await using container = await createContainer();
      const labels = {
        plain: 'value',
        empty: '',
        'a key': ' two words ',
        quotes: `"x" 'y' \\" \\\\`,
        'only a quote': '"',
        lines: 'one\ntwo\r\n',
        shell: '$HOME ${x} `id` a=b',
        'é🚀': '🚀é',
      };
      const image = await podman.manager.commit(container, { reference: newReference(), labels });
      expect(image.labels).to.deep.include(labels);
    });

    it('names no owner, so that nothing that is run of the image is taken for an orphan', async () => {
      await using source = await createContainer();
      const reference = newReference();
      const { labels } = await podman.manager.commit(source, { reference });
      expect(ownerFromLabels((await podman.manager.inspect(source)).labels)).to.not.equal(undefined);
      expect(ownerFromLabels(labels)).to.equal(undefined);
    });

    it('names the image as it was told', async () => {
      await using container = await createContainer();
      const reference = `localhost:5000/podroot-spec/${process.pid}/image:v1.0`;
      references.add(reference);
      expect((await podman.manager.commit(container, { reference })).references).to.deep.equal([reference]);
      expect((await podman.manager.inspectImage(reference)).references).to.deep.equal([reference]);
    });

    it('rejects with CONTAINER_NOT_FOUND', async () => {
      expect((await rejectionOf(podman.manager.commit('podroot-no-such'))).code).to.equal(
        'CONTAINER_NOT_FOUND',
      );
    });
  });
});

/** A tar made by tar itself. */
function tarOf(files: Readonly<Record<string, Buffer>>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return execFileSync('tar', [
      '--create',
      '--directory',
      folder,
      '--owner=0',
      '--group=0',
      ...Object.keys(files),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 16_384) {
    await Promise.resolve();
    yield bytes.subarray(at, at + 16_384);
  }
}
