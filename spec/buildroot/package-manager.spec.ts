import { expect } from 'chai';
import { toPackageManagerArgv, type PackageManagerCall } from '../../lib/buildroot/package-manager-argv.js';
import {
  buildDepProbeArgv,
  detectPackageManager,
  namedPackageManager,
  type PackageManagerKind,
} from '../../lib/buildroot/package-manager.js';
import { readIniSection } from './ini-reader.js';
import { refusalOf } from './refusal.js';
import { contentOf, makePlan } from './requests.js';

const CALL: PackageManagerCall = {
  verb: 'install',
  arguments: ['bash', 'pkgconfig(x) >= 1'],
  releasever: null,
  installroot: null,
  installDocs: true,
  installWeakDependencies: false,
};

function argv(kind: PackageManagerKind, call: Partial<PackageManagerCall>): string {
  return toPackageManagerArgv(namedPackageManager(kind), { ...CALL, ...call }).join(' ');
}

describe('toPackageManagerArgv', () => {
  const installroot = '/buildroot';
  const group = ['@build'];
  const srpm = ['/x.src.rpm'];

  it('puts all options of dnf5 behind its sub-command', () => {
    expect(argv('dnf5', { arguments: group, releasever: '42', installroot })).to.equal(
      '/usr/bin/dnf5 install --config=/etc/dnf/dnf.conf -y --installroot=/buildroot --releasever=42 --use-host-config' +
        ' --disable-plugin=local --setopt=deltarpm=False --setopt=allow_vendor_change=yes --allowerasing' +
        ' --setopt=install_weak_deps=0 @build',
    );
    expect(argv('dnf5', { verb: 'builddep', arguments: srpm })).to.equal(
      '/usr/bin/dnf5 builddep --config=/etc/dnf/dnf.conf -y --disable-plugin=local --setopt=deltarpm=False' +
        ' --setopt=allow_vendor_change=yes --allowerasing --setopt=install_weak_deps=0 /x.src.rpm',
    );
    expect(argv('dnf5', { verb: 'clean' })).to.equal(
      '/usr/bin/dnf5 clean --config=/etc/dnf/dnf.conf -y --disable-plugin=local all',
    );
  });

  it('puts all options of dnf4 before its sub-command', () => {
    expect(argv('dnf4', { arguments: group, releasever: '9', installroot })).to.equal(
      '/usr/bin/dnf-3 --config=/etc/dnf/dnf.conf -y --installroot=/buildroot --releasever=9' +
        ' --disableplugin=local,spacewalk,versionlock --setopt=deltarpm=False --setopt=allow_vendor_change=yes' +
        ' --allowerasing --setopt=install_weak_deps=0 install @build',
    );
    expect(argv('dnf4', { verb: 'builddep', arguments: srpm, installWeakDependencies: true })).to.equal(
      '/usr/bin/dnf-3 --config=/etc/dnf/dnf.conf -y --disableplugin=local,spacewalk,versionlock' +
        ' --setopt=deltarpm=False --setopt=allow_vendor_change=yes --allowerasing --setopt=install_weak_deps=1' +
        ' builddep /x.src.rpm',
    );
  });

  it('gives microdnf all that it wants for an installroot', () => {
    expect(argv('microdnf', { arguments: ['bash'], installroot, installDocs: false })).to.equal(
      '/usr/bin/microdnf --config=/etc/dnf/dnf.conf -y --installroot=/buildroot --noplugins' +
        ' --setopt=reposdir=/etc/yum.repos.d/podroot --setopt=cachedir=/var/cache/yum --setopt=varsdir=/etc/dnf/vars' +
        ' --setopt=install_weak_deps=0 --setopt=tsflags=nodocs install bash',
    );
  });

  it('calls another tool of yum for what a source package needs', () => {
    expect(argv('yum', { arguments: ['bash'], releasever: '7' })).to.equal(
      '/usr/bin/yum --config=/etc/yum.conf -y --releasever=7 install bash',
    );
    expect(argv('yum', { verb: 'builddep', arguments: srpm })).to.equal(
      '/usr/bin/yum-builddep --config=/etc/yum.conf -y /x.src.rpm',
    );
  });

  it('keeps a capability one argument', () => {
    expect(toPackageManagerArgv(namedPackageManager('dnf5'), CALL).at(-1)).to.equal('pkgconfig(x) >= 1');
  });

  it('calls the executable that was found', () => {
    const manager = { kind: 'dnf4', path: '/usr/bin/dnf', hasBuildDep: true } as const;
    expect(toPackageManagerArgv(manager, CALL)[0]).to.equal('/usr/bin/dnf');
  });

  it('rejects groups and builddep of microdnf with NOT_SUPPORTED', async () => {
    for (const call of [{ arguments: group }, { verb: 'builddep', arguments: srpm }] as const) {
      expect((await refusalOf(() => argv('microdnf', call))).code).to.equal('NOT_SUPPORTED');
    }
  });
});

describe('detectPackageManager', () => {
  for (const [existing, path, kind] of [
    [['/usr/bin/dnf', '/usr/bin/dnf5', '/usr/bin/microdnf', '/usr/bin/yum'], '/usr/bin/dnf5', 'dnf5'],
    [['/usr/bin/yum', '/usr/bin/dnf', '/usr/bin/dnf-3'], '/usr/bin/dnf-3', 'dnf4'],
    [['/usr/bin/dnf', '/usr/bin/microdnf'], '/usr/bin/dnf', 'dnf4'],
    [['/usr/bin/microdnf', '/usr/bin/bash'], '/usr/bin/microdnf', 'microdnf'],
    [['/usr/bin/yum'], '/usr/bin/yum', 'yum'],
  ] as const) {
    it(`chooses ${path} of ${existing.join(' ')}`, () => {
      expect(detectPackageManager(existing)).to.deep.equal({ path, kind });
    });
  }

  it('chooses none of an image that has none', () => {
    expect(detectPackageManager(['/usr/bin/apt'])).to.equal(undefined);
  });
});

describe('buildDepProbeArgv', () => {
  it('asks for help, and nothing of microdnf', () => {
    const probes = (['dnf5', 'dnf4', 'yum', 'microdnf'] as const).map((kind) =>
      buildDepProbeArgv(namedPackageManager(kind))?.join(' '),
    );
    expect(probes).to.deep.equal([
      '/usr/bin/dnf5 builddep --help',
      '/usr/bin/dnf-3 builddep --help',
      '/usr/bin/yum-builddep --help',
      undefined,
    ]);
  });
});

describe('package manager configuration', () => {
  it("is Koji's, with the plan's own repositories alone", async () => {
    const plan = await makePlan({ packageManager: 'dnf4' });
    const { section, options } = readIniSection(contentOf(plan, '/etc/dnf/dnf.conf'));
    expect(section).to.equal('main');
    expect(Object.fromEntries(options)).to.deep.equal({
      debuglevel: '1',
      reposdir: '/etc/yum.repos.d/podroot',
      retries: '20',
      obsoletes: '1',
      gpgcheck: '1',
      assumeyes: '1',
      keepcache: '0',
      metadata_expire: '0',
      install_weak_deps: '0',
      strict: '1',
      skip_if_unavailable: '0',
      optional_metadata_types: 'filelists',
    });
  });

  it('takes what the caller says, and takes away what the caller does not want', async () => {
    const plan = await makePlan({
      packageManager: 'dnf5',
      installDocs: false,
      installWeakDependencies: true,
      proxy: { url: 'http://proxy.example:3128' },
      packageManagerOptions: { best: '1', keepcache: '1', optional_metadata_types: null },
    });
    const { options } = readIniSection(contentOf(plan, '/etc/dnf/dnf.conf'));
    expect(
      ['best', 'keepcache', 'tsflags', 'install_weak_deps', 'proxy'].map((key) => options.get(key)),
    ).to.deep.equal(['1', '1', 'nodocs', '1', 'http://proxy.example:3128']);
    expect(options.has('optional_metadata_types')).to.equal(false);
  });

  it('has none of the options that yum does not know, in its own file', async () => {
    const plan = await makePlan({ packageManager: 'yum' });
    const { options } = readIniSection(contentOf(plan, '/etc/yum.conf'));
    expect([options.has('strict'), options.get('reposdir')]).to.deep.equal([
      false,
      '/etc/yum.repos.d/podroot',
    ]);
  });

  it('is there for each package manager when the image is to be asked', async () => {
    const plan = await makePlan({ packageManager: 'detect' });
    const files = plan.files.filter(({ packageManagers }) => packageManagers !== null);
    expect(files.map(({ path, packageManagers }) => [path, packageManagers])).to.deep.equal([
      ['/etc/dnf/dnf.conf', ['dnf4', 'dnf5', 'microdnf']],
      ['/etc/yum.conf', ['yum']],
    ]);
  });

  it('refuses a line break in an option', async () => {
    const error = await refusalOf(() => makePlan({ packageManagerOptions: { best: '1\n[x]' } }));
    expect(error.field).to.equal('[main] best');
  });
});
