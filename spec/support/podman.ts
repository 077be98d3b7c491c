import { currentOwner } from '../../lib/owner.js';
import { PodmanManager } from '../../lib/podman/podman-manager.js';
import type { PodmanService } from '../../lib/podman/podman-service.js';
import { madeImage, startProjectPodman, type MadeImage } from '../../tools/project-podman.js';

/** A running service for the specs of one file. */
export interface PodmanFixture {
  readonly address: string;
  readonly manager: PodmanManager;
}

let service: Promise<PodmanService> | undefined;

/**
 * Gives the specs of a `describe` a Podman service of the project's own, or the one that PODROOT_TEST_SOCKET names, and a
 * manager; and sees afterwards that none of this process's containers is left. The service is shared by all files of a run.
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
    // Those of this process: other runs may use the same storage.
    const left = (await manager?.list({ labels: { 'podroot.owner': currentOwner().id } })) ?? [];
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
  service ??= startProjectPodman();
  return (await service).address;
}

/** Stops what {@link podmanAddress} started. For the run's last hook. */
export async function stopPodman(): Promise<void> {
  await (await service)?.stop();
  service = undefined;
}

/** A reference to an image made by tools/make-image, in the storage of the specs' service. */
export function testImage(manager: PodmanManager, name: MadeImage): Promise<string> {
  return madeImage(manager, name);
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the Podman fixture is used outside of its specs');
  return value;
}
