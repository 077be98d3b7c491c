import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPodmanService, type ContainerManager, type PodmanService } from 'podroot';
import { cacheFolder, projectFolder } from './project.js';

/** Images that `tools/make-image` makes of Debian's packages. */
export type MadeImage = 'busybox' | 'trixie' | 'sid' | 'bookworm';

/** A Podman service whose images and containers are in the project's cache folder, apart from the machine's own. */
export function startProjectPodman(): Promise<PodmanService> {
  const folder = join(cacheFolder, 'podman');
  mkdirSync(folder, { recursive: true });
  const conf = runTool('containers-conf');
  return startPodmanService({
    root: join(folder, 'root'),
    runroot: join(folder, 'runroot'),
    containersConf: conf === '' ? undefined : conf,
  });
}

/** The reference of an image made here, imported unless that was done before. */
export async function madeImage(manager: ContainerManager, name: MadeImage): Promise<string> {
  const archive = runTool('make-image', name);
  const version = /-([0-9a-f]+)\.tar$/.exec(archive)?.[1] ?? 'latest';
  const reference = `localhost/podroot-${name}:${version}`;
  try {
    await manager.inspectImage(reference);
  } catch {
    await manager.importImage(reference, createReadStream(archive));
  }
  return reference;
}

function runTool(name: string, ...argv: string[]): string {
  const command = join(projectFolder, 'tools', name);
  return execFileSync(command, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}
