import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../../../tools/project.js';
import { testImage, usePodman } from '../../support/podman.js';

const run = promisify(execFile);

describe('examples', () => {
  const podman = usePodman();

  it('exec.ts is the example that the README shows', async () => {
    const readme = await readFile(join(projectFolder, 'README.md'), 'utf8');
    const example = await readFile(join(projectFolder, 'examples/exec.ts'), 'utf8');
    expect(readme).to.contain(`\`\`\`ts\n${example}\`\`\``);
  });

  it('exec.ts goes from import to exit code, and ends by itself', async () => {
    const image = await testImage(podman.manager, 'busybox');
    const { stdout } = await runExample('exec.ts', image, podman.address);
    expect(stdout).to.match(/^Linux .*\nexit code 0\n$/s);
  }).timeout(30_000);

  context('rebuild-an-srpm.ts', () => {
    let output: string;
    beforeEach(async () => {
      output = await mkdtemp(join(tmpdir(), 'podroot-spec-'));
    });
    afterEach(() => rm(output, { recursive: true, force: true }));

    it('leaves RPMs and logs of a real source RPM, and names each step', async () => {
      const image = await testImage(podman.manager, 'trixie');
      const srpm = join(projectFolder, 'examples/srpms/diffstat-1.65-1.src.rpm');
      const { stdout } = await runExample('rebuild-an-srpm.ts', srpm, image, output, podman.address);
      const steps = [...stdout.matchAll(/^✓ (\S+)/gm)].map((match) => match[1]);
      expect(steps).to.deep.equal([
        'runtime',
        'image',
        'find-tools',
        'container',
        'start',
        'configure',
        'install-srpm',
        'build',
        'collect',
      ]);
      expect(await readdir(join(output, 'RPMS'))).to.deep.equal(['diffstat-1.65-1.x86_64.rpm']);
      expect(await readdir(join(output, 'SRPMS'))).to.deep.equal(['diffstat-1.65-1.src.rpm']);
      expect(await readFile(join(output, 'logs/build.log'), 'utf8')).to.contain('Executing(%install)');
    }).timeout(300_000);

    it('names the step that failed and its log, and exits with 1', async () => {
      const image = await testImage(podman.manager, 'trixie');
      const notAnSrpm = join(projectFolder, 'package.json');
      const failure = await runExample('rebuild-an-srpm.ts', notAnSrpm, image, output, podman.address).catch(
        (error: unknown) => error as { code: number; stdout: string },
      );
      expect(failure).to.include({ code: 1 });
      expect(failure.stdout)
        .to.contain('✗ install-srpm')
        .and.to.contain(join(output, 'logs/install-srpm.log'));
    }).timeout(120_000);
  });

  it('rebuilds the source RPM that examples/srpms/README.md names', async () => {
    const bytes = await readFile(join(projectFolder, 'examples/srpms/diffstat-1.65-1.src.rpm'));
    const readme = await readFile(join(projectFolder, 'examples/srpms/README.md'), 'utf8');
    expect(readme).to.contain(createHash('sha256').update(bytes).digest('hex'));
  });
});

function runExample(name: string, ...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, ['--import', 'tsx', join(projectFolder, 'examples', name), ...argv], {
    cwd: projectFolder,
  });
}
