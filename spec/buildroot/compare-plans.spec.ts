import { expect } from 'chai';
import { comparePlans } from '../../lib/buildroot/compare-plans.js';
import { explainPlan } from '../../lib/buildroot/explain-plan.js';
import type { PackageManagerKind } from '../../lib/buildroot/package-manager.js';
import type { PlanContainer, PlanPhase } from '../../lib/buildroot/plan-file.js';
import { redactPlan } from '../../lib/buildroot/redact-plan.js';
import { selectPlanEntries } from '../../lib/buildroot/select-entries.js';
import { GOLDEN_CASES, makeGoldenPlan } from './golden.js';
import { makePlan } from './requests.js';

const PLACE = { baseUrls: 'http://repo.example/x', gpgCheck: false };

describe('comparePlans', () => {
  it('finds nothing between a plan and its copy', async () => {
    for (const golden of GOLDEN_CASES) {
      expect(comparePlans(await makeGoldenPlan(golden), await makeGoldenPlan(golden))).to.deep.equal([]);
    }
  });

  it('names what differs by its path', async () => {
    const left = await makePlan({ noCheck: false, releasever: '41', packages: ['a'] });
    const right = await makePlan({ noCheck: true, releasever: '42', packages: ['a', 'b'] });
    const found = comparePlans(left, right);
    expect(found.map(({ path }) => path)).to.deep.equal([
      'releasever',
      'initCommands[install-buildroot].packageManager.arguments[1]',
      'buildCommands[build].argv[11]',
      'buildCommands[build].argv[12]',
      'buildCommands[build].argv[13]',
      'buildCommands[build-with-generated-requires].argv[12]',
      'buildCommands[build-with-generated-requires].argv[13]',
      'buildCommands[build-with-generated-requires].argv[14]',
      'packages[1]',
      'options.noCheck',
    ]);
    expect(found[0]).to.deep.equal({ path: 'releasever', left: '41', right: '42' });
    expect(found[1]).to.deep.include({ left: undefined, right: 'b' });
  });

  it('finds files and repositories by their names', async () => {
    const repositories = ['one', 'two'].map((id) => ({ id, ...PLACE }));
    const left = await makePlan({}, { repositories });
    const right = await makePlan({}, { repositories: repositories.slice(1) });
    expect(comparePlans(left, right).map(({ path }) => path)).to.deep.equal([
      'files[/etc/yum.repos.d/podroot/one.repo]',
      'repositories[one]',
    ]);
  });

  it('shows no secret', async () => {
    const [left, right] = await Promise.all(
      ['hunter1', 'hunter2'].map((password) =>
        makePlan({}, { repositories: [{ id: 'r', ...PLACE, password }] }),
      ),
    );
    expect(comparePlans(left!, right!)).to.deep.equal([
      { path: 'files[/etc/yum.repos.d/podroot/r.repo].content', left: '***', right: '***' },
    ]);
  });

  it('shows no secret of a file that only one plan has', async () => {
    const left = await makePlan({}, { repositories: [{ id: 'r', ...PLACE, password: 'hunter2' }] });
    expect(JSON.stringify(comparePlans(left, await makePlan()))).not.to.include('hunter2');
  });
});

describe('redactPlan', () => {
  it('hides the content of secret files alone', async () => {
    const plan = await makePlan({}, { repositories: [{ id: 'r', ...PLACE, password: 'hunter2' }] });
    const redacted = redactPlan(plan);
    expect(JSON.stringify(redacted)).not.to.include('hunter2');
    expect(comparePlans(plan, redacted).map(({ path }) => path)).to.deep.equal([
      'files[/etc/yum.repos.d/podroot/r.repo].content',
    ]);
  });
});

describe('selectPlanEntries', () => {
  it('gives what is due in a container at a time, for its package manager', async () => {
    const plan = await makePlan({ mode: 'installroot', packages: ['bash'] });
    const select = (
      container: PlanContainer,
      phase: PlanPhase,
      kind: PackageManagerKind | undefined,
    ): readonly string[] => selectPlanEntries(plan, container, phase, kind).map(({ path }) => path);
    expect(select('buildroot', 'before-install', 'yum')).to.deep.equal([
      '/etc/yum.conf',
      '/etc/rpm/macros.podroot-install',
      '/etc/yum.repos.d/podroot/local.repo',
    ]);
    expect(select('buildroot', 'before-install', undefined)).not.to.include('/etc/dnf/dnf.conf');
    expect(select('base', 'before-install', 'dnf5')).to.include.members(['/buildroot', '/etc/dnf/dnf.conf']);
    expect(select('base', 'after-install', 'dnf5')).to.deep.equal([]);
    expect(select('buildroot', 'after-install', 'dnf5').at(-1)).to.equal('/etc/rpm/macros.podroot');
    expect(select('buildroot', 'network-cut', undefined)).to.deep.equal(['/etc/hosts', '/etc/resolv.conf']);
  });

  it('gives them as they are copied', async () => {
    const [folder, ...rest] = selectPlanEntries(await makePlan(), 'buildroot', 'after-install', undefined);
    expect(folder).to.deep.equal({ path: '/builddir', mode: 0o755, uid: 1000, gid: 135, directory: true });
    expect(rest.at(-1)).to.have.all.keys('path', 'mode', 'uid', 'gid', 'content');
  });
});

describe('explainPlan', () => {
  it('says what is done, in order, a line each', async () => {
    const text = explainPlan(await makeGoldenPlan(GOLDEN_CASES[2]!));
    expect(text).to.include('hello-1.0-1.src for i686 on x86_64, as linux32, tag f42\n');
    expect(text).to.include('repository all: http://repo.example.com/i386/os (signatures are not checked)\n');
    expect(text).to.include(
      'install-buildroot [root, network]: (package manager) install rpm-build gcc make\n',
    );
    expect(text).to.include(
      "build [builder, network, no-dynamic-build-requires]: setarch linux32 /usr/bin/rpmbuild -bb --target i686 --nodeps --define '__spec_check_template exit 0; ' /builddir/build/SPECS/hello.spec --quiet\n",
    );
  });

  it('lets no control character through', async () => {
    const plan = await makePlan({ packages: ['a\u001b[31m'] });
    expect(explainPlan(plan)).to.include('packages: a?[31m\n');
  });
});
