import assert from 'node:assert/strict';
import { assertRejects, collectBytes } from './expectations.js';
import type { CaseGroup } from './case-group.js';

const ABSENT = 'localhost/podroot-contract-absent:1';
/** Port 1 of this machine: nobody listens there. */
const UNREACHABLE = '127.0.0.1:1/podroot-contract:1';

export const imageCases: CaseGroup = {
  group: 'images',
  cases: {
    async 'tells which runtime answers'({ manager }) {
      const { name, version, apiVersion } = await manager.ping();
      assert.ok(name !== '' && version !== '' && apiVersion !== '');
    },
    async 'describes an image in storage'({ manager, environment }) {
      const image = await manager.inspectImage(environment.image);
      assert.match(image.id, /^[0-9a-f]{64}$/);
      assert.ok(image.references.includes(environment.image), JSON.stringify(image.references));
      assert.equal(image.os, 'linux');
      assert.notEqual(image.architecture, '');
    },
    async 'describes an image by its id'({ manager, environment }) {
      const image = await manager.inspectImage(environment.image);
      assert.deepEqual(await manager.inspectImage(image.id), image);
    },
    async 'gives what is in storage, and pulls nothing, when the policy is "never" or "missing"'({
      manager,
      environment,
    }) {
      const image = await manager.inspectImage(environment.image);
      for (const policy of ['never', 'missing'] as const) {
        assert.deepEqual(await manager.ensureImage(environment.image, { policy }), image);
      }
    },
    async 'rejects with IMAGE_NOT_FOUND when an image is absent and not to be pulled'({ manager }) {
      await assertRejects(manager.ensureImage(ABSENT, { policy: 'never' }), 'IMAGE_NOT_FOUND');
      await assertRejects(manager.inspectImage(ABSENT), 'IMAGE_NOT_FOUND');
    },
    async 'rejects with IMAGE_PULL_FAILED when the registry does not give the image'({ manager }) {
      await assertRejects(manager.ensureImage(UNREACHABLE, { retries: 0 }), 'IMAGE_PULL_FAILED');
    },
    async 'takes the removal of an absent image for done'({ manager }) {
      await manager.removeImage(ABSENT);
    },
  },
};

export const commitCases: CaseGroup = {
  group: 'commit',
  cases: {
    async 'makes an image that holds the change'(bench) {
      const { manager } = bench;
      const source = await bench.running();
      await manager.copyTo(source, [{ path: '/opt/change', content: 'changed' }]);
      const reference = bench.imageReference();
      const image = await manager.commit(source, {
        reference,
        labels: { 'podroot.contract.label': 'of the image' },
        changes: ['ENV GREETING=hello'],
      });
      assert.deepEqual(await manager.inspectImage(reference), image);
      assert.ok(image.references.includes(reference), JSON.stringify(image.references));
      assert.equal(image.labels['podroot.contract.label'], 'of the image');
      assert.equal(image.env['GREETING'], 'hello');
      const copy = await bench.running({ image: reference });
      assert.equal((await collectBytes(manager.readFile(copy, '/opt/change'))).toString(), 'changed');
      assert.equal(await bench.ask(copy, bench.programs.printEnv('GREETING')), 'hello');
    },
    async 'works on a container that has ended, and leaves it as it is'(bench) {
      const source = await bench.ended();
      await bench.manager.commit(source, { reference: bench.imageReference() });
      assert.equal((await bench.manager.inspect(source)).state, 'exited');
    },
    async 'gives an image without a name its id'(bench) {
      const image = await bench.manager.commit(await bench.create());
      assert.equal((await bench.manager.inspectImage(image.id)).id, image.id);
      await bench.manager.removeImage(image.id);
      await assertRejects(bench.manager.inspectImage(image.id), 'IMAGE_NOT_FOUND');
    },
    async 'makes an image that cannot be removed while a container uses it: IMAGE_IN_USE'(bench) {
      const reference = bench.imageReference();
      await bench.manager.commit(await bench.create(), { reference });
      const user = await bench.create({ image: reference });
      await assertRejects(bench.manager.removeImage(reference), 'IMAGE_IN_USE');
      await user.remove();
      await bench.manager.removeImage(reference);
      await assertRejects(bench.manager.inspectImage(reference), 'IMAGE_NOT_FOUND');
    },
  },
};

export const rootArchiveCases: CaseGroup = {
  group: 'importImage',
  needs: 'rootArchive',
  cases: {
    async 'makes an image of a root file system'(bench) {
      const { manager, environment, programs } = bench;
      const reference = bench.imageReference();
      const image = await manager.importImage(reference, environment.rootArchive!(), {
        changes: ['ENV GREETING=hello'],
      });
      assert.ok(image.references.includes(reference), JSON.stringify(image.references));
      assert.deepEqual(await manager.inspectImage(reference), image);
      const container = await bench.running({ image: reference });
      assert.equal(await bench.ask(container, programs.printEnv('GREETING')), 'hello');
    },
    async 'fails with what the archive fails with'(bench) {
      const failure = new Error('the archive cannot be read');
      const archive = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.alloc(512));
        throw failure;
      };
      await assert.rejects(bench.manager.importImage(bench.imageReference(), archive()), failure);
    },
  },
};

export const imageArchiveCases: CaseGroup = {
  group: 'loadImages',
  needs: 'imageArchive',
  cases: {
    async 'gives the references of the images in an archive'({ manager, environment }) {
      const { reference, open } = environment.imageArchive!;
      assert.deepEqual(await manager.loadImages(open()), [reference]);
      assert.ok((await manager.inspectImage(reference)).references.includes(reference));
      await manager.removeImage(reference);
    },
    async 'rejects with IMAGE_INVALID when the archive holds no image'({ manager }) {
      const archive = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('this is no archive'));
      };
      await assertRejects(manager.loadImages(archive()), 'IMAGE_INVALID');
    },
  },
};
