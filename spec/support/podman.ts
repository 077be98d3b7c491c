import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PodmanManager } from '../../lib/podman/podman-manager.js';
import { startPodmanService, type PodmanService } from '../../lib/podman/podman-service.js';
import { cacheFolder, projectFolder } from './project.js';

/** A running service for the specs of one file. */
export interface PodmanFixture {
  readonly address: string;
  readonly manager: PodmanManager;
}

let service: Promise<PodmanService> | undefined;

/**
 * Gives the specs of a `describe` a Podman service of the project's own, or the one that PODROOT_TEST_SOCKET names, and a
 * manager; and sees afterwards that no container is left. The service is shared by all files of a run.
 */
export function usePodman(): PodmanFixture {
  let address: string | undefined;
  let manager: PodmanManager | undefined;
  before(async function () {
    this.timeout(60_000);
    address = await podmanAddress();
    manager = new PodmanManager({ address });
    await manager.reapOrphans();
  });
  after(async function () {
    this.timeout(60_000);
    const left = (await manager?.list()) ?? [];
    for (const { id } of left) await manager?.remove(id);
    await manager?.close();
    if (left.length > 0) throw new Error(`containers were left behind: ${JSON.stringify(left)}`);
  });
  return {
    get address() {
      return given(address);
    },
    get manager() {
      return given(manager);
    },
  };
}

/** The address of the service for this run; started at the first call, stopped when the run ends. */
export async function podmanAddress(): Promise<string> {
  const external = process.env['PODROOT_TEST_SOCKET'];
  if (external !== undefined) return external;
  service ??= startService();
  return (await service).address;
}

/** Stops what {@link podmanAddress} started. For the run's last hook. */
export async function stopPodman(): Promise<void> {
  await (await service)?.stop();
  service = undefined;
}

async function startService(): Promise<PodmanService> {
  const folder = join(cacheFolder, 'podman');
  mkdirSync(folder, { recursive: true });
  const conf = tool('containers-conf');
  return startPodmanService({
    root: join(folder, 'root'),
    runroot: join(folder, 'runroot'),
    containersConf: conf === '' ? undefined : conf,
  });
}

/** A reference to an image made by tools/make-image, imported into the service's storage once. */
export async function testImage(
  manager: PodmanManager,
  name: 'busybox' | 'trixie' | 'sid' | 'bookworm',
): Promise<string> {
  const archive = tool('make-image', name);
  const version = /-([0-9a-f]+)\.tar$/.exec(archive)?.[1] ?? 'latest';
  const reference = `localhost/podroot-test-${name}:${version}`;
  try {
    await manager.inspectImage(reference);
  } catch {
    await manager.importImage(reference, createReadStream(archive));
  }
  return reference;
}

function tool(name: string, ...argv: string[]): string {
  return execFileSync(join(projectFolder, 'tools', name), argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the Podman fixture is used outside of its specs');
  return value;
}
