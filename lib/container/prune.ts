import { InvalidArgumentError } from '../errors.js';
import type { ContainerManager, ListOptions } from './container-manager.js';

/** Removes all that a list gives, on any manager, and gives the ids. */
export async function pruneContainers(
  manager: Pick<ContainerManager, 'list' | 'remove'>,
  options: ListOptions,
): Promise<readonly string[]> {
  assertLabelsGiven(options);
  const found = await manager.list(options);
  for (const { id } of found) await manager.remove(id, { signal: options.signal });
  return found.map(({ id }) => id);
}

/** Without a label it would remove everybody's. */
export function assertLabelsGiven(options: ListOptions): void {
  if (Object.keys(options.labels ?? {}).length > 0) return;
  throw new InvalidArgumentError(
    'labels',
    options.labels,
    'must hold at least one label: prune removes what it finds',
  );
}
