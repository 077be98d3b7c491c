// Rebuilds a source RPM in a container, step by step, and leaves the RPMs and the logs in a folder.
//
//   rebuild-an-srpm.ts SRPM IMAGE OUTPUT-FOLDER [ADDRESS]
//
// The container has no network but while it installs missing tools; the build runs as an unprivileged user.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  findPodmanSocket,
  openLogFile,
  PodmanManager,
  toSafeText,
  type ContainerHandle,
  type ExecOptions,
} from 'podroot';
import { StepPrinter } from './support/step-printer.js';

const [srpm, image, output, address = findPodmanSocket()] = process.argv.slice(2);
if (srpm === undefined || image === undefined || output === undefined) {
  console.error('usage: rebuild-an-srpm.ts SRPM IMAGE OUTPUT-FOLDER [ADDRESS]');
  process.exit(2);
}

const BUILDER = '1000:1000';
const TOPDIR = '/builddir/build';
/** What a package manager needs as root; the build itself runs without any. */
const INSTALL_CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'SETFCAP',
  'SETGID',
  'SETUID',
  'SYS_CHROOT',
];

const printer = new StepPrinter(process.stdout);
await using manager = new PodmanManager({ address });
const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort(new Error('interrupted'));
});
const signal = interrupted.signal;

/** Runs one step as one command, with a log of its own. */
async function step(
  id: string,
  container: ContainerHandle,
  argv: readonly string[],
  options: ExecOptions,
): Promise<void> {
  await printer.step(id, async (progress) => {
    await using log = await openLogFile(join(logs, `${id}.log`));
    const result = await manager.exec(container, argv, {
      env: { HOME: '/builddir', LANG: 'C.UTF-8' },
      workdir: '/builddir',
      captureBytes: 0,
      signal,
      ...options,
      output: async (chunk) => {
        progress(chunk);
        await log.write(chunk);
      },
    });
    if (result.exitCode !== 0) {
      throw new Error(
        `${argv.join(' ')} ended with exit code ${result.exitCode ?? 'unknown'}; its log is ${join(logs, `${id}.log`)}`,
      );
    }
  });
}

const logs = join(output, 'logs');
await rm(output, { recursive: true, force: true });
await mkdir(logs, { recursive: true });
try {
  const { version } = await printer.step('runtime', () => manager.ping({ signal }));
  const { digest } = await printer.step('image', () => manager.ensureImage(image, { signal }));
  printer.note(`Podman ${version}, ${image} (${digest ?? 'no digest'})`);
  const tools = await printer.step('find-tools', () => hasTools(image));
  await using container = await printer.step('container', () =>
    manager.create(
      {
        image,
        command: ['sleep', 'infinity'],
        entrypoint: [],
        user: '0:0',
        workdir: '/builddir',
        network: tools ? 'none' : 'default',
        capabilities: tools ? [] : INSTALL_CAPABILITIES,
        labels: { 'example.task': 'rebuild-an-srpm' },
      },
      { signal },
    ),
  );
  await printer.step('start', () => manager.start(container, { signal }));
  if (!tools) {
    await step('install-tools', container, ['dnf', '-y', 'install', 'rpm-build', 'gcc', 'make'], {
      user: '0:0',
    });
    await manager.disconnectNetwork(container, { signal });
  }
  const inside = `${TOPDIR}/originals/${basename(srpm)}`;
  await printer.step('configure', () =>
    manager.copyTo(
      container,
      [
        ...['', '/originals', '/BUILD', '/BUILDROOT', '/RPMS', '/SOURCES', '/SPECS', '/SRPMS'].map(
          (folder) => ({
            path: `${TOPDIR}${folder}`,
            directory: true as const,
            uid: 1000,
            gid: 1000,
          }),
        ),
        {
          path: '/builddir/.rpmmacros',
          content: `%_topdir ${TOPDIR}\n%_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm\n`,
        },
        { path: inside, from: srpm, uid: 1000, gid: 1000 },
      ],
      { signal },
    ),
  );
  await step('install-srpm', container, ['rpm', '-Uvh', '--nodeps', inside], { user: BUILDER });
  const spec = await manager.exec(container, ['find', `${TOPDIR}/SPECS`, '-name', '*.spec'], {
    user: BUILDER,
    signal,
  });
  await step('build', container, ['rpmbuild', '-ba', spec.stdout.toString().trim()], { user: BUILDER });
  await printer.step('collect', async () => {
    await manager.copyFrom(container, `${TOPDIR}/RPMS`, output, { signal });
    await manager.copyFrom(container, `${TOPDIR}/SRPMS`, output, { signal });
  });
  for (const folder of ['RPMS', 'SRPMS']) {
    for (const name of await readdir(join(output, folder)))
      printer.note(join(output, folder, toSafeText(name)));
  }
} catch (error) {
  printer.note(toSafeText(error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}

/** Whether the image can build by itself; looked up in a container without network. */
async function hasTools(reference: string): Promise<boolean> {
  await using probe = await manager.create(
    { image: reference, command: ['sleep', '60'], entrypoint: [] },
    { signal },
  );
  await manager.start(probe, { signal });
  const found = await manager.exec(
    probe,
    ['/bin/sh', '-c', 'command -v rpmbuild && command -v gcc && command -v make'],
    { signal },
  );
  return found.exitCode === 0;
}
