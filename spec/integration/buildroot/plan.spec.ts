import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { addBuildUser } from '../../../lib/buildroot/build-user.js';
import { toCommandArgv, type CommandCircumstances } from '../../../lib/buildroot/command-argv.js';
import { toMacroBody, toMacrosFile } from '../../../lib/buildroot/macros-file.js';
import {
  buildDepProbeArgv,
  detectPackageManager,
  PACKAGE_MANAGER_PATHS,
} from '../../../lib/buildroot/package-manager.js';
import { parsePackageList } from '../../../lib/buildroot/package-list.js';
import type { BuildrootPlan } from '../../../lib/buildroot/plan.js';
import { selectPlanEntries } from '../../../lib/buildroot/select-entries.js';
import type { ContainerHandle } from '../../../lib/container/container-manager.js';
import { commandOf, makePlan } from '../../buildroot/requests.js';
import { NASTY_TEXTS } from '../../buildroot/nasty-texts.js';
import { fixturePath } from '../../srpm/fixtures.js';
import { testImage, usePodman } from '../../support/podman.js';

const SRPM = fixturePath('mock-test-A-1.1-0.src.rpm');

/** Makes a repository of the package that the source package needs, and another that must not be seen. */
const MAKE_REPOSITORY = `set -e
cat > /tmp/test-B.spec <<'END'
Name: test-B
Version: 1
Release: 1
Summary: x
License: x
BuildArch: noarch
Recommends: weak
%description
x
%package -n weak
Summary: x
%description -n weak
x
%files
%files -n weak
END
rpmbuild -bb --define '_topdir /tmp/top' --define '_rpmdir /repository' /tmp/test-B.spec
createrepo_c -q /repository
mkdir -p /etc/yum.repos.d
printf '[theirs]\\nname=theirs\\nbaseurl=http://127.0.0.1:1/\\nenabled=1\\n' > /etc/yum.repos.d/theirs.repo`;

for (const name of ['trixie', 'sid'] as const) {
  describe(`a plan in the image ${name}`, function () {
    this.timeout(120_000);
    let plan: BuildrootPlan;
    let container: ContainerHandle;
    // Before the fixture's own, which looks for what was left behind.
    after(() => container.remove());
    const podman = usePodman();

    before(async () => {
      const image = await testImage(podman.manager, name);
      plan = await makePlan(
        {
          image,
          srpm: SRPM,
          releasever: '13',
          define: { defined_here: { literal: '100%\n "x"' } },
          vendor: '5% "V"',
        },
        { repositories: [{ id: 'ours', baseUrls: 'file:///repository', gpgCheck: false }] },
      );
      container = await podman.manager.create({
        image,
        command: ['sleep', '1000'],
        capabilities: plan.capabilities,
      });
      await podman.manager.start(container);
      await run(['sh', '-c', MAKE_REPOSITORY]);
    });

    async function run(
      argv: readonly string[],
      as?: 'builder',
      accept: readonly number[] = [0],
    ): Promise<string> {
      const { uid, gid } = plan.buildUser;
      const { exitCode, stdout, stderr } = await podman.manager.exec(container, argv, {
        user: as === 'builder' ? `${uid}:${gid}` : '0:0',
        env: as === 'builder' ? plan.environment : plan.rootEnvironment,
      });
      expect(accept, `${argv.join(' ')}\n${stdout.toString()}${stderr.toString()}`).to.include(exitCode);
      return stdout.toString();
    }

    async function put(phase: 'before-install' | 'after-install', kind: 'dnf4' | 'dnf5'): Promise<void> {
      await podman.manager.copyTo(container, selectPlanEntries(plan, 'buildroot', phase, kind));
    }

    async function names(): Promise<readonly string[]> {
      return parsePackageList(await run(plan.packageListArgv)).map((installed) => installed.name);
    }

    it('reads every macro as it was written', async () => {
      const bodies = NASTY_TEXTS.map((literal, at) => {
        const macro = `nasty_${String(at)}`;
        return [macro, toMacroBody(macro, { literal })] as const;
      });
      const content = toMacrosFile(Object.fromEntries(bodies));
      await podman.manager.copyTo(container, [{ path: '/nasty/.rpmmacros', content }]);
      const ask = bodies.flatMap(([macro]) => ['--eval', `%{${macro}}<end>`]);
      const answer = await run(['env', 'HOME=/nasty', 'rpm', ...ask]);
      expect(answer.split('<end>\n').slice(0, -1)).to.deep.equal(NASTY_TEXTS);
    });

    it('builds, with requirements from its own repositories alone, and without a network', async () => {
      const existing: string[] = [];
      for (const path of PACKAGE_MANAGER_PATHS) {
        const { exitCode } = await podman.manager.exec(container, ['test', '-e', path]);
        if (exitCode === 0) existing.push(path);
      }
      const found = detectPackageManager(existing);
      expect(found?.kind).to.equal(name === 'sid' ? 'dnf5' : 'dnf4');
      const kind = name === 'sid' ? 'dnf5' : 'dnf4';
      const manager = { kind, path: found?.path ?? '', hasBuildDep: true } as const;
      await run(buildDepProbeArgv(manager) ?? []);

      await put('before-install', kind);
      const texts = await Promise.all(
        ['passwd', 'group', 'shadow'].map((file) => run(['cat', `/etc/${file}`])),
      );
      const [passwd = '', group = '', shadow = ''] = texts;
      const accounts = addBuildUser({ passwd, group, shadow }, plan.buildUser);
      await podman.manager.copyTo(container, [
        { path: '/etc/passwd', content: accounts.passwd },
        { path: '/etc/group', content: accounts.group },
      ]);
      await run(commandOf(plan, 'clean-home').argv ?? []);
      await put('after-install', kind);
      const { uid, gid } = plan.buildUser;
      expect(await run(['id'], 'builder')).to.match(/^uid=1000\(mockbuild\) gid=135\(mock\)/);
      const originals = '/builddir/build/originals';
      await podman.manager.copyTo(container, [
        { path: `${originals}/${plan.srpm.fileName}`, content: readFileSync(SRPM), uid, gid },
      ]);
      await run(commandOf(plan, 'install-srpm').argv ?? [], 'builder');
      await run(commandOf(plan, 'rebuild-srpm').argv ?? [], 'builder');

      const builddep = (circumstances: CommandCircumstances): readonly string[] =>
        toCommandArgv(plan, commandOf(plan, 'install-build-requires'), {
          packageManager: manager,
          files: { rebuiltSrpm: '/builddir/build/SRPMS/test-A-1.1-0.src.rpm' },
          ...circumstances,
        }) ?? [];
      await run(builddep({}));
      expect(await names()).to.deep.equal(['test-B']);
      // The same without builddep changes nothing; what nobody has fails.
      const listed = { packageManager: { ...manager, hasBuildDep: false } };
      await run(builddep({ ...listed, buildRequires: ['test-B >= 1', '(test-B or nothing)'] }));
      expect(await names()).to.deep.equal(['test-B']);
      await run(builddep({ ...listed, buildRequires: ['test-B > 1'] }), undefined, [1]);

      await run(commandOf(plan, 'build').argv ?? [], 'builder');
      const rpms = (await run(['sh', '-c', 'ls /builddir/build/RPMS'])).trim().split('\n');
      expect(rpms).to.deep.equal(['test-A-1.1-0.x86_64.rpm']);
      const asked = ['-qp', '--queryformat', '%{VENDOR}', `/builddir/build/RPMS/${rpms[0] ?? ''}`];
      expect(await run(['rpm', ...asked])).to.equal('5% "V"');
      expect(await run(['rpm', '--eval', '%defined_here'], 'builder')).to.equal('100%\n "x"\n');
    });
  });
}
