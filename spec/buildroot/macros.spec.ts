import { expect } from 'chai';
import { expandLiteral, readMacrosFile } from './macro-reader.js';
import { refusalOf } from './refusal.js';
import { contentOf, makePlan } from './requests.js';

describe('macros', () => {
  it("are mock's when nothing is said", async () => {
    expect((await makePlan()).macros).to.deep.equal({
      _platform_multiplier: '1',
      _rpmfilename: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
      _topdir: '/builddir/build',
    });
  });

  it("are Koji's when the facts say what Koji does", async () => {
    const texts = { vendor: 'Koji', packager: '100% Koji', distribution: 'Un%{known}' };
    const plan = await makePlan({}, { ...texts, hostVendor: 'koji', dist: '.fc%{fedora}' });
    expect(plan.macros).to.include({
      _host: 'x86_64-koji-linux-gnu',
      _host_cpu: 'x86_64',
      dist: '.fc%{fedora}',
      vendor: 'Koji',
      packager: '100%% Koji',
      distribution: 'Un%%{known}',
    });
  });

  it('state the processor of a 32-bit buildroot on a 64-bit machine', async () => {
    expect((await makePlan({ arch: 'i686' })).macros).to.include({ _host_cpu: 'i686' });
  });

  it("of the request win over those of the facts, and both over the defaults, but for Koji's _topdir", async () => {
    const macros = { one: 'facts', two_: 'facts', _platform_multiplier: '10' };
    const plan = await makePlan(
      { macros: { two_: 'request', _topdir: '/tmp', _rpmfilename: null }, define: { _topdir: '/srv' } },
      { macros: { ...macros, one: 'facts' } },
    );
    expect(plan.macros).to.deep.equal({
      _platform_multiplier: '10',
      _topdir: '/builddir/build',
      one: 'facts',
      two_: 'request',
    });
  });

  it('have the build conditions and definitions as mock puts them', async () => {
    const plan = await makePlan({
      with: ['tests', 'x', 'tests'],
      without: ['docs'],
      define: { one: 'a b', rhel: { literal: '9%' } },
      macros: { one: 'weaker' },
    });
    expect(plan.macros).to.include({
      _with_tests: '--with-tests',
      _with_x: '--with-x',
      _without_docs: '--without-docs',
      one: 'a b',
      rhel: '9%%',
    });
    expect(plan.options).to.deep.include({ with: ['tests', 'x'], define: { one: 'a b', rhel: '9%%' } });
  });

  it("are in the builder's own file, which wins, and for others in /etc/rpm", async () => {
    const plan = await makePlan({ macros: { nasty: { literal: ' 100%\n"\\ ' } } });
    const own = plan.files.find(({ path }) => path === '/builddir/.rpmmacros');
    expect(own).to.include({ uid: 1000, gid: 135, mode: 0o644, phase: 'after-install' });
    expect(contentOf(plan, '/etc/rpm/macros.podroot')).to.equal(own?.content);
    const bodies = readMacrosFile(own?.content ?? '');
    expect(Object.fromEntries(bodies)).to.have.all.keys(Object.keys(plan.macros));
    expect(expandLiteral(bodies.get('nasty') ?? '')).to.equal(' 100%\n"\\ ');
  });

  it('keep rpm from what a runtime owns while packages are installed', async () => {
    const path = '/etc/rpm/macros.podroot-install';
    expect(contentOf(await makePlan(), path)).to.equal('%_netsharedpath /proc:/sys:/dev\n');
    expect(contentOf(await makePlan({ netSharedPath: '/sys' }), path)).to.equal('%_netsharedpath /sys\n');
  });

  it('make builds reproducible, by the changelog or a given time', async () => {
    const byChangelog = await makePlan({ reproducible: true });
    expect(byChangelog.macros).to.include({
      _buildhost: 'podroot',
      build_mtime_policy: 'clamp_to_source_date_epoch',
      clamp_mtime_to_source_date_epoch: '1',
      source_date_epoch_from_changelog: '1',
      use_source_date_epoch_as_buildtime: '1',
    });
    expect(byChangelog.environment).to.include({ TZ: 'UTC' }).and.not.to.have.property('SOURCE_DATE_EPOCH');
    const given = await makePlan({ reproducible: { sourceDateEpoch: 1_000_000_000, buildHost: 'h%' } });
    expect(given.macros).to.include({ source_date_epoch_from_changelog: '0', _buildhost: 'h%%' });
    expect(given.environment).to.include({ SOURCE_DATE_EPOCH: '1000000000' });
    const bySrpm = await makePlan({ reproducible: { sourceDateEpoch: 'srpm' } });
    expect(bySrpm.environment).to.include({ SOURCE_DATE_EPOCH: String(bySrpm.srpm.buildTime) });
  });

  for (const [what, request, field] of [
    ['a condition that is both on and off', { with: ['x'], without: ['x'] }, 'with'],
    ['a condition that is no name', { without: ['a b'] }, 'without'],
    ['a body without an end', { macros: { foo: '%{' } }, 'macros.foo'],
    ['half a second', { reproducible: { sourceDateEpoch: 0.5 } }, 'reproducible.sourceDateEpoch'],
  ] as const) {
    it(`refuse ${what}`, async () => {
      expect((await refusalOf(() => makePlan(request))).field).to.equal(field);
    });
  }
});

describe('environment', () => {
  it("is mock's, to the letter", async () => {
    expect((await makePlan()).environment).to.deep.equal({
      HOME: '/builddir',
      HOSTNAME: 'mock',
      LANG: 'C.UTF-8',
      PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
      PROMPT_COMMAND: 'printf "\\033]0;<mock-chroot>\\007"',
      PS1: '<mock-chroot> \\s-\\v\\$ ',
      SHELL: '/bin/bash',
      TERM: 'vt100',
    });
  });

  it('takes variables of facts and request, and takes away what is null', async () => {
    const plan = await makePlan(
      { environment: { A: 'request', TERM: null, LANG: 'de' } },
      { environment: { A: 'facts', B: 'facts' } },
    );
    expect(plan.environment)
      .to.include({ A: 'request', B: 'facts', LANG: 'de' })
      .and.not.to.have.property('TERM');
  });

  it('of root has a home of its own, and not the clock of the build', async () => {
    const plan = await makePlan({ environment: { A: 'x' }, reproducible: { sourceDateEpoch: 5 } });
    expect(plan.rootEnvironment).to.include({ HOME: '/root', LC_MESSAGES: 'C.UTF-8', A: 'x' });
    expect(plan.rootEnvironment).not.to.have.property('SOURCE_DATE_EPOCH');
  });

  for (const [environment, field] of [
    [{ 'A=B': 'x' }, 'environment'],
    [{ A: 'x\0' }, 'environment.A'],
    [{ HOME: '/root' }, 'environment.HOME'],
  ] as const) {
    it(`refuses ${JSON.stringify(environment)}`, async () => {
      expect((await refusalOf(() => makePlan({ environment }))).field).to.equal(field);
    });
  }
});
