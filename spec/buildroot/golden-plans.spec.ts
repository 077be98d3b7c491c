import { expect } from 'chai';
import { parseBuildrootPlan } from '../../lib/buildroot/parse-plan.js';
import type { BuildrootPlan } from '../../lib/buildroot/plan.js';
import { GOLDEN_CASES, makeGoldenPlan, readGoldenPlan, type GoldenCase } from './golden.js';
import { commandOf, contentOf } from './requests.js';

function golden(name: string): Promise<BuildrootPlan> {
  return makeGoldenPlan(GOLDEN_CASES.find((one) => one.name === name) as GoldenCase);
}

describe('golden plans', () => {
  for (const one of GOLDEN_CASES) {
    context(one.name, () => {
      it('is the stored one, text for text', async () => {
        const stored = await readGoldenPlan(one);
        expect(JSON.stringify(await makeGoldenPlan(one), undefined, 2)).to.equal(stored.trimEnd());
      });

      it('comes back from JSON as it was', async () => {
        const plan = await makeGoldenPlan(one);
        expect(parseBuildrootPlan(JSON.stringify(plan))).to.deep.equal(plan);
      });
    });
  }

  context('image-dnf5', () => {
    it('installs with dnf5, on top of the image', async () => {
      const plan = await golden('image-dnf5');
      expect(commandOf(plan, 'install-buildroot')).to.deep.include({
        container: 'buildroot',
        user: 'root',
        network: true,
        output: 'root.log',
        packageManager: { verb: 'install', arguments: ['@buildsys-build'] },
      });
      expect(commandOf(plan, 'install-buildroot').argv?.slice(0, 2)).to.deep.equal([
        '/usr/bin/dnf5',
        'install',
      ]);
      expect([plan.installroot, plan.initCommands.map(({ id }) => id)]).to.deep.equal([
        null,
        ['install-buildroot', 'clean-home'],
      ]);
    });

    it('calls rpmbuild as mock does', async () => {
      const plan = await golden('image-dnf5');
      const login = ['bash', '--login', '-c', 'exec "$@"', 'bash', '/usr/bin/rpmbuild'];
      const rest = ['--target', 'x86_64', '--nodeps', '/builddir/build/SPECS/buildrequires.spec'];
      expect(plan.buildCommands.map(({ id, argv }) => [id, argv])).to.deep.include.members([
        [
          'install-srpm',
          ['rpm', '-Uvh', '--nodeps', '/builddir/build/originals/buildrequires-1.0-1.src.rpm'],
        ],
        ['rebuild-srpm', [...login, '-bs', '--noclean', ...rest]],
        ['generate-build-requires', [...login, '-br', '--noclean', ...rest]],
        ['build', [...login, '-bb', '--noclean', ...rest]],
        ['build-with-generated-requires', [...login, '-ba', '--noprep', '--noclean', ...rest]],
      ]);
      expect(commandOf(plan, 'generate-build-requires')).to.deep.include({
        againArgv: [...login, '-br', '--noprep', '--noclean', ...rest],
        acceptExitCodes: [0, 11],
        user: 'builder',
        network: false,
        output: 'build.log',
        when: 'dynamic-build-requires',
      });
    });

    it('says what its source package is', async () => {
      expect((await golden('image-dnf5')).srpm).to.deep.include({
        fileName: 'buildrequires-1.0-1.src.rpm',
        sha256: '9dc206025a4fa5f0b9bf5fe630a002c3ea330f9c94c8e20ef12dfb2d1152a4b2',
        sizeBytes: 8503,
        dynamicBuildRequires: true,
      });
    });

    it('has the hosts of a build without a network', async () => {
      const plan = await golden('image-dnf5');
      expect(contentOf(plan, '/etc/hosts')).to.equal(
        '127.0.0.1 localhost localhost.localdomain\n' +
          '::1 localhost localhost.localdomain localhost6 localhost6.localdomain6\n',
      );
      expect(contentOf(plan, '/etc/resolv.conf')).to.equal('');
    });
  });

  context('installroot-dnf4-koji', () => {
    it('installs into an empty root, with the package manager of the base container', async () => {
      const plan = await golden('installroot-dnf4-koji');
      expect(plan.initCommands.map(({ id, container }) => [id, container])).to.deep.equal([
        ['install-buildroot', 'base'],
        ['archive-buildroot', 'base'],
        ['clean-home', 'buildroot'],
      ]);
      expect(commandOf(plan, 'install-buildroot').argv).to.include.members([
        '--installroot=/buildroot',
        '@build',
      ]);
      expect(commandOf(plan, 'install-build-requires').argv).to.include.members([
        '--installroot=/buildroot',
        'builddep',
        '@rebuilt-srpm@',
      ]);
      expect(plan.installroot?.packageListArgv.slice(0, 3)).to.deep.equal([
        'rpm',
        '--root=/buildroot',
        '-qa',
      ]);
    });

    it('builds noarch in a buildroot of the machine', async () => {
      const plan = await golden('installroot-dnf4-koji');
      expect(commandOf(plan, 'build').argv).to.include.members(['--target', 'noarch']);
      expect(plan.repositories[0]?.baseUrls[0]).to.equal(
        'https://kojipkgs.example.com/repos/epel9-build/987/ppc64le',
      );
      expect(plan.macros).to.include({ _host: 'ppc64le-koji-linux-gnu', dist: '.el9' });
    });

    it('remembers where its facts are from', async () => {
      const plan = await golden('installroot-dnf4-koji');
      expect([plan.tag, plan.event, plan.repositories[0]?.revision]).to.deep.equal([
        { name: 'epel9-build', id: 123 },
        456_789,
        '1735689600',
      ]);
      expect(plan.timeouts.rpmbuildMs).to.equal(86_400_000);
    });

    it('puts configuration into both containers, macros into the one that is built in', async () => {
      const plan = await golden('installroot-dnf4-koji');
      const found = ['/etc/dnf/dnf.conf', '/etc/yum.repos.d/podroot/build.repo', '/builddir/.rpmmacros'].map(
        (path) => plan.files.find((file) => file.path === path),
      );
      expect(found.map((file) => file?.containers)).to.deep.equal([
        ['base', 'buildroot'],
        ['base', 'buildroot'],
        ['buildroot'],
      ]);
    });
  });

  context('i686-options', () => {
    it('makes the kernel call itself i686 wherever that is asked', async () => {
      const plan = await golden('i686-options');
      expect(plan.arch).to.include({
        target: 'i686',
        canonical: 'i386',
        host: 'x86_64',
        personality: 'linux32',
      });
      expect(commandOf(plan, 'build').argv?.slice(0, 4)).to.deep.equal([
        'setarch',
        'linux32',
        '/usr/bin/rpmbuild',
        '-bb',
      ]);
      expect(plan.repositories[0]?.baseUrls).to.deep.equal(['http://repo.example.com/i386/os']);
      expect(plan.requirements.filter(({ anyOf }) => anyOf.includes('setarch'))).to.have.length(2);
    });

    it('gives the final rpmbuild alone what is for it', async () => {
      const plan = await golden('i686-options');
      const spec = '/builddir/build/SPECS/hello.spec';
      expect(commandOf(plan, 'build').argv?.slice(3)).to.deep.equal([
        '-bb',
        '--target',
        'i686',
        '--nodeps',
        '--define',
        '__spec_check_template exit 0; ',
        spec,
        '--quiet',
      ]);
      expect(commandOf(plan, 'rebuild-srpm').argv?.slice(3)).to.deep.equal([
        '-bs',
        '--target',
        'i686',
        '--nodeps',
        spec,
      ]);
    });

    it('leaves argv to the package manager that the image has', async () => {
      const plan = await golden('i686-options');
      expect(commandOf(plan, 'install-buildroot')).to.deep.include({ argv: null, timeoutMs: 600_000 });
    });

    it('lets rpmbuild have the network and the image its hosts', async () => {
      const plan = await golden('i686-options');
      expect(commandOf(plan, 'build').network).to.equal(true);
      expect(plan.files.filter(({ phase }) => phase === 'network-cut')).to.deep.equal([]);
    });

    it('has all of the build user and the limits', async () => {
      const plan = await golden('i686-options');
      expect(plan.buildUser).to.deep.equal({
        name: 'builder',
        uid: 1234,
        group: 'builders',
        gid: 1235,
        home: '/builddir',
      });
      expect(plan.directories.every(({ uid, gid }) => uid === 1234 && gid === 1235)).to.equal(true);
      expect(plan.resources).to.deep.equal({ memoryBytes: 4_294_967_296, cpus: 1.5, pids: null });
      expect(plan.timeouts.buildMs).to.equal(7_200_000);
    });
  });
});
