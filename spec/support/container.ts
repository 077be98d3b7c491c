import type { ContainerHandle, ContainerManager } from '../../lib/container/container-manager.js';
import type { ContainerSpec } from '../../lib/container/container-spec.js';
import type { PodmanManager } from '../../lib/podman/podman-manager.js';
import { testImage, type PodmanFixture } from './podman.js';

/**
 * Gives the specs of a `describe` a running container of the busybox image, and removes it. For one within that of
 * `usePodman`, whose hooks come last then.
 */
export function useContainer(podman: PodmanFixture, spec: Omit<ContainerSpec, 'image'> = {}): () => string {
  let handle: ContainerHandle | undefined;
  before(async function () {
    this.timeout(60_000);
    handle = await startContainer(podman.manager, spec);
  });
  after(() => handle?.remove());
  return () => {
    if (handle === undefined) throw new Error('the container is used outside of its specs');
    return handle.id;
  };
}

/** A running container of the busybox image. */
export async function startContainer(
  manager: PodmanManager,
  spec: Omit<ContainerSpec, 'image'> = {},
): Promise<ContainerHandle> {
  const image = await testImage(manager, 'busybox');
  const handle = await manager.create({ command: ['sleep', '100000'], ...spec, image });
  await manager.start(handle);
  return handle;
}

/** The command lines of what runs in a container beside its own processes, in the order they were started. */
export async function runningCommands(
  manager: ContainerManager,
  container: string,
): Promise<readonly string[]> {
  const { stdout } = await manager.exec(container, ['ps', '-o', 'stat,args']);
  return stdout
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => !line.startsWith('Z') && !/podman-init|sleep 100000$|ps -o stat,args$/.test(line))
    .map((line) => line.replace(/^\S+\s+/, ''));
}
