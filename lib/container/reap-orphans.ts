import type { CallOptions } from '../abort.js';
import { isOwnerDead } from '../owner.js';
import type { ContainerManager } from './container-manager.js';
import { OWNER_LABEL_PREFIX, ownerFromLabels } from './owner-labels.js';

/** Removes the containers whose owner has died, on any manager, and gives their ids. */
export async function reapOrphans(
  manager: ContainerManager,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const containers = await manager.list({ labels: { [OWNER_LABEL_PREFIX]: null }, signal: options.signal });
  const reaped: string[] = [];
  for (const container of containers) {
    const owner = ownerFromLabels(container.labels);
    if (owner === undefined || !isOwnerDead(owner)) continue;
    await manager.remove(container.id, options);
    reaped.push(container.id);
  }
  return reaped;
}
