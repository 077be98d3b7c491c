import { expect } from 'chai';
import { toCommandArgv } from '../../lib/buildroot/command-argv.js';
import { namedPackageManager } from '../../lib/buildroot/package-manager.js';
import { parsePackageList } from '../../lib/buildroot/package-list.js';
import { refusalOf } from './refusal.js';
import { commandOf, makePlan } from './requests.js';

const FILES = { rebuiltSrpm: '/tmp/x.src.rpm', buildRequiresSrpm: '/tmp/y.nosrc.rpm' };

describe('toCommandArgv', () => {
  it('gives a command as it is planned', async () => {
    const plan = await makePlan();
    const command = commandOf(plan, 'build');
    expect(toCommandArgv(plan, command)).to.deep.equal(command.argv);
  });

  it('gives what is for later rounds of a loop', async () => {
    const plan = await makePlan();
    const command = commandOf(plan, 'generate-build-requires');
    expect(toCommandArgv(plan, command, { round: 1 })).to.deep.equal(command.argv);
    expect(toCommandArgv(plan, command, { round: 2 })).to.deep.equal(command.againArgv);
    expect(toCommandArgv(plan, commandOf(plan, 'rebuild-srpm'), { round: 2 })).to.include('-bs');
  });

  it('puts paths in place of files that have come to be', async () => {
    const plan = await makePlan({ packageManager: 'dnf5' });
    const argv = (id: string): string | undefined =>
      toCommandArgv(plan, commandOf(plan, id), { files: FILES })?.at(-1);
    expect([argv('install-build-requires'), argv('install-generated-build-requires')]).to.deep.equal([
      '/tmp/x.src.rpm',
      '/tmp/y.nosrc.rpm',
    ]);
  });

  it('asks the package manager that the image has', async () => {
    const plan = await makePlan({ arch: 'i686', packages: ['@build'], releasever: '9' });
    const packageManager = namedPackageManager('dnf4');
    const argv = toCommandArgv(plan, commandOf(plan, 'install-buildroot'), { packageManager });
    expect(argv?.slice(0, 3)).to.deep.equal(['setarch', 'linux32', '/usr/bin/dnf-3']);
    expect(argv).to.include.members(['--releasever=9', 'install', '@build']);
  });

  it('installs each requirement where there is no builddep', async () => {
    const plan = await makePlan();
    const command = commandOf(plan, 'install-build-requires');
    for (const kind of ['microdnf', 'dnf5'] as const) {
      const packageManager = { ...namedPackageManager(kind), hasBuildDep: false };
      const buildRequires = ['zlib-devel >= 1.2', '(a or b)'];
      const argv = toCommandArgv(plan, command, { packageManager, files: FILES, buildRequires });
      expect(argv?.slice(-2)).to.deep.equal(buildRequires);
      expect(argv).to.include('install').and.not.to.include('builddep');
    }
  });

  it('gives nothing where there is no builddep and nothing is required', async () => {
    const plan = await makePlan({ packageManager: 'microdnf' });
    const command = commandOf(plan, 'install-build-requires');
    expect(toCommandArgv(plan, command, { buildRequires: [] })).to.equal(undefined);
  });

  it("calls the buildroot's own package manager without an installroot", async () => {
    const plan = await makePlan({ mode: 'installroot', packages: ['bash'], packageManager: 'dnf4' });
    const command = commandOf(plan, 'install-build-requires');
    const argv = (withinBuildroot: boolean): readonly string[] | undefined =>
      toCommandArgv(plan, command, { files: FILES, withinBuildroot });
    expect(argv(false)).to.include('--installroot=/buildroot');
    expect(argv(true)).not.to.include('--installroot=/buildroot');
    expect(argv(true)?.slice(-2)).to.deep.equal(['builddep', '/tmp/x.src.rpm']);
  });

  for (const [what, circumstances, field] of [
    ['the package manager', { files: FILES }, 'packageManager'],
    ['a path', { packageManager: namedPackageManager('dnf5') }, 'files.rebuiltSrpm'],
    ['the requirements', { packageManager: namedPackageManager('microdnf'), files: FILES }, 'buildRequires'],
  ] as const) {
    it(`refuses to guess ${what}`, async () => {
      const plan = await makePlan();
      const command = commandOf(plan, 'install-build-requires');
      expect((await refusalOf(() => toCommandArgv(plan, command, circumstances))).field).to.equal(field);
    });
  }
});

describe('parsePackageList', () => {
  it('reads what the list command prints, sorted', () => {
    const lines = [
      'zlib\t(none)\t1.3\t2.fc42\tx86_64\t0123\tabcd\t100\t1700000000',
      'gpg-pubkey\t(none)\t3\t4\t(none)\t(none)\t(none)\t0\t1600000000',
      'bash\t1\t5\t1\tnoarch\t(none)\tef01\t7\t1\n',
    ];
    expect(parsePackageList(lines.join('\n'))).to.deep.equal([
      {
        name: 'bash',
        epoch: 1,
        version: '5',
        release: '1',
        arch: 'noarch',
        sigMd5: null,
        sha256: 'ef01',
        sizeBytes: 7,
        buildTime: 1,
      },
      {
        name: 'gpg-pubkey',
        epoch: null,
        version: '3',
        release: '4',
        arch: null,
        sigMd5: null,
        sha256: null,
        sizeBytes: 0,
        buildTime: 1_600_000_000,
      },
      {
        name: 'zlib',
        epoch: null,
        version: '1.3',
        release: '2.fc42',
        arch: 'x86_64',
        sigMd5: '0123',
        sha256: 'abcd',
        sizeBytes: 100,
        buildTime: 1_700_000_000,
      },
    ]);
  });

  it('rejects a line that is something else', () => {
    expect(() => parsePackageList('error: no database\n')).to.throw(SyntaxError, 'no database');
  });
});
