import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PodmanManager, type ContainerError } from 'podroot';
import { madeImage, startProjectPodman } from './project-podman.js';
import { projectFolder } from './project.js';

/** A registry that has not said anything by then counts as out of reach. */
const REGISTRY_ANSWERS_MS = 8000;
const FEDORA = 'fedora:latest';

const output = join(projectFolder, 'demo-output');
const named = process.argv[2] ?? process.env['PODROOT_IMAGE'];
await using service = await startProjectPodman();
await using manager = new PodmanManager({ address: service.address });
await manager.reapOrphans();
const image = named ?? (await fedora()) ?? (await madeImage(manager, 'trixie'));
const srpm = join(projectFolder, 'examples/srpms/diffstat-1.65-1.src.rpm');
console.log(`Rebuilding ${srpm} in ${image}`);
const argv = [
  '--import',
  'tsx',
  join(projectFolder, 'examples/rebuild-an-srpm.ts'),
  srpm,
  image,
  output,
  service.address,
];
const child = spawn(process.execPath, argv, { stdio: 'inherit' });
// A Ctrl-C reaches the child as well, which ends its container; this process waits for it.
process.on('SIGINT', () => undefined);
process.exitCode = await new Promise<number>((resolve) => {
  child.once('exit', (code) => {
    resolve(code ?? 1);
  });
});

async function fedora(): Promise<string | undefined> {
  console.log(`Looking for ${FEDORA} (${REGISTRY_ANSWERS_MS / 1000} s at most until a registry answers)`);
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(new Error('no registry answered in time'));
  }, REGISTRY_ANSWERS_MS);
  try {
    await manager.ensureImage(FEDORA, {
      retries: 0,
      signal: silence.signal,
      onProgress: ({ text }) => {
        // "Trying to pull" comes before anybody has answered.
        if (!/^(Resolved|Trying to pull)/.test(text)) clearTimeout(timer);
      },
    });
    return FEDORA;
  } catch (error) {
    const reason = (error as Partial<ContainerError>).code ?? (error as Error).message;
    console.log(`No Fedora image to be had (${reason}); making one from Debian's packages`);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
