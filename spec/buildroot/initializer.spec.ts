import { expect } from 'chai';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { BuildrootInitializer } from '../../lib/buildroot/initializer.js';
import { parseBuildrootPlan } from '../../lib/buildroot/parse-plan.js';
import type { BuildrootSettings } from '../../lib/buildroot/settings.js';
import { plainSource, type BuildrootQuestion, type BuildrootSource } from '../../lib/buildroot/source.js';
import { SrpmError } from '../../lib/srpm/srpm-error.js';
import { fixturePath, readFixture } from '../srpm/fixtures.js';
import { refusalOf } from './refusal.js';
import { commandOf, LOCAL_REPOSITORY, makePlan, REQUEST } from './requests.js';

const HELLO = 'hello-1.0-1.3300.src.rpm';

describe('BuildrootInitializer', () => {
  describe('#initialize', () => {
    it('gives the same plan for the same request', async () => {
      const facts = { macros: { bbb: '1', aaa: '2' }, environment: { B: '1', A: '2' } };
      const same = { environment: { A: '2', B: '1' }, macros: { aaa: '2', bbb: '1' } };
      const one = await makePlan({}, facts);
      expect(JSON.stringify(await makePlan({}, same))).to.equal(JSON.stringify(one));
    });

    it('gives plans that are JSON, whatever the settings are', async () => {
      const settings: fc.Arbitrary<BuildrootSettings> = fc.record(
        {
          packages: fc.array(fc.constantFrom('@build', 'bash', 'pkgconfig(x) >= 1')),
          vendor: fc.string(),
          macros: fc.dictionary(fc.stringMatching(/^[a-z_]{3,8}$/), fc.record({ literal: fc.string() })),
          environment: fc.dictionary(fc.stringMatching(/^[A-Z]{1,5}$/), fc.stringMatching(/^[^\0]*$/)),
          noCheck: fc.boolean(),
          reproducible: fc.boolean(),
          rpmbuildNetworking: fc.boolean(),
        },
        { requiredKeys: [] },
      );
      const withoutZeros = settings.filter((value) => !JSON.stringify(value).includes('\\u0000'));
      await fc.assert(
        fc.asyncProperty(withoutZeros, async (value) => {
          const plan = await makePlan({ ...value, environment: { ...value.environment, HOME: '/builddir' } });
          expect(parseBuildrootPlan(JSON.stringify(plan))).to.deep.equal(plan);
        }),
        { numRuns: 50 },
      );
    });

    it('asks the source about the architecture that Koji knows', async () => {
      const asked: BuildrootQuestion[] = [];
      const plain = plainSource({ repositories: [LOCAL_REPOSITORY] });
      const source: BuildrootSource = {
        describe(question) {
          asked.push(question);
          return plain.describe(question);
        },
      };
      const plan = await new BuildrootInitializer({ source }).initialize({
        ...REQUEST,
        tag: 5,
        arch: 'i686',
      });
      expect(asked).to.deep.equal([
        { tag: 5, targetArch: 'i686', buildrootArch: 'i686', canonicalArch: 'i386', signal: undefined },
      ]);
      expect(plan.tag).to.deep.equal({ name: '5', id: 5 });
    });

    it('lets the request win over the facts, but not with undefined', async () => {
      const plan = await makePlan(
        { releasever: '42', dist: undefined, packages: ['gcc'] },
        { releasever: '41', dist: '.x', packages: ['@build'], mode: 'installroot' },
      );
      expect(plan).to.deep.include({ releasever: '42', mode: 'installroot', packages: ['gcc'] });
      expect(plan.macros).to.include({ dist: '.x' });
    });

    it('reads bytes, whole', async () => {
      const bytes = readFixture(HELLO);
      const { srpm } = await makePlan({ srpm: bytes });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(srpm).to.include({
        sha256,
        sizeBytes: 3300,
        fileName: 'hello-1.0-1.src.rpm',
        specFile: 'hello.spec',
      });
    });

    it('reads a stream up to its payload, and has no checksum of it', async () => {
      const bytes = readFixture('diffstat-1.65-1.src.rpm');
      let taken = 0;
      async function* stream(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += 4096) {
          taken += 4096;
          yield await Promise.resolve(bytes.subarray(at, at + 4096));
        }
      }
      const { srpm } = await makePlan({ srpm: stream() });
      expect([srpm.name, srpm.sha256, srpm.sizeBytes]).to.deep.equal(['diffstat', null, null]);
      expect(taken).to.be.lessThan(bytes.length / 2);
    });

    it('names what the package asks for, and who signed it', async () => {
      const { srpm } = await makePlan({ srpm: fixturePath('mock-test-A-1.1-0.src.rpm') });
      expect(srpm.buildRequires).to.deep.equal(['test-B']);
      expect(srpm.signatures).to.deep.equal([]);
    });

    it('has no command that installs when nothing is to be installed', async () => {
      const plan = await makePlan();
      expect(plan.initCommands.map(({ id }) => id)).to.deep.equal(['clean-home']);
    });

    it('has no builddep of microdnf, which cannot', async () => {
      const plan = await makePlan({ packageManager: 'microdnf', packages: ['gcc'] });
      expect(commandOf(plan, 'install-buildroot').argv).to.include('install');
      expect(commandOf(plan, 'install-build-requires').argv).to.equal(null);
    });

    it('rejects with SRPM_ARCH_EXCLUDED before it asks for facts', async () => {
      const source: BuildrootSource = {
        describe: () => Promise.reject(new Error('it was asked')),
      };
      const initializer = new BuildrootInitializer({ source });
      const srpm = fixturePath('rpmtests-test-exclusivearch.src.rpm');
      const error = await refusalOf(() => initializer.initialize({ ...REQUEST, srpm }));
      expect(error).to.be.instanceOf(SrpmError).and.to.include({ code: 'SRPM_ARCH_EXCLUDED' });
    });

    it('rejects with ARCH_INCOMPATIBLE before it reads', async () => {
      const error = await refusalOf(() => makePlan({ arch: 's390x', hostArch: 'x86_64', srpm: '/nowhere' }));
      expect(error.code).to.equal('ARCH_INCOMPATIBLE');
    });

    it('rejects with SRPM_UNREADABLE when there is no such file', async () => {
      expect((await refusalOf(() => makePlan({ srpm: '/nowhere.src.rpm' }))).code).to.equal(
        'SRPM_UNREADABLE',
      );
    });

    it('rejects with NOT_SUPPORTED when a machine is to be emulated', async () => {
      const error = await refusalOf(() => makePlan({ forceArch: 's390x' }));
      expect(error.code).to.equal('NOT_SUPPORTED');
      expect(error.message).to.include('forceArch');
    });

    it('rejects with NOT_SUPPORTED when microdnf is to install a group', async () => {
      const error = await refusalOf(() => makePlan({ packageManager: 'microdnf', packages: ['@build'] }));
      expect(error.code).to.equal('NOT_SUPPORTED');
    });

    for (const [what, request, field] of [
      ['no image', { image: undefined }, 'image'],
      ['an empty installroot', { mode: 'installroot' }, 'packages'],
      ['another mode', { mode: 'chroot' }, 'mode'],
      ['another package manager', { packageManager: 'zypper' }, 'packageManager'],
      ['a package that is an option', { packages: ['--nogpgcheck'] }, 'packages'],
      ['a release that is a path', { releasever: '../x' }, 'releasever'],
      ['too little memory', { resources: { memoryBytes: 1 } }, 'resources.memoryBytes'],
      ['no time', { timeouts: { buildMs: 0 } }, 'timeouts.buildMs'],
      ['another tag', { tag: 'f99' }, 'tag'],
      [
        'two repositories of one id',
        { repositories: [LOCAL_REPOSITORY, LOCAL_REPOSITORY] },
        'repositories[1].id',
      ],
      ['noarch on no machine', { arch: 'noarch' }, 'hostArch'],
    ] as const) {
      it(`rejects ${what} with INVALID_ARGUMENT`, async () => {
        const facts = { tag: { name: 'f42-build', id: null } };
        const error = await refusalOf(() => makePlan(request as Partial<typeof REQUEST>, facts));
        expect(error).to.include({ code: 'INVALID_ARGUMENT', field });
      });
    }

    context('when its signal aborts', () => {
      it('rejects with the reason, before it reads', async () => {
        const reason = new Error('enough');
        const rejection = await makePlan({ signal: AbortSignal.abort(reason), srpm: '/nowhere' }).catch(
          (error: unknown) => error,
        );
        expect(rejection).to.equal(reason);
      });

      it('rejects with the reason, while the source is asked', async () => {
        const controller = new AbortController();
        const source: BuildrootSource = {
          describe(question) {
            controller.abort('enough');
            return plainSource({ repositories: [] }).describe({ ...question, signal: undefined });
          },
        };
        const rejection = await new BuildrootInitializer({ source })
          .initialize({ ...REQUEST, signal: controller.signal })
          .catch((error: unknown) => error);
        expect(rejection).to.equal('enough');
      });
    });
  });
});
