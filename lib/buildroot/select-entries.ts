import type { PackageManagerKind } from './package-manager.js';
import type { PlanContainer, PlanDirectory, PlanFile, PlanPhase } from './plan-file.js';
import type { BuildrootPlan } from './plan.js';

/**
 * A folder or file of a plan, as `copyTo` takes it.
 *
 * @public
 */
export type PlanEntry = PlanEntryAttributes & ({ readonly directory: true } | { readonly content: string });

/**
 * What every entry has.
 *
 * @public
 */
export type PlanEntryAttributes = Pick<PlanFile, 'path' | 'mode' | 'uid' | 'gid'>;

/**
 * What of a plan is put into a container at one time: its folders, then its files.
 *
 * @param packageManager - the container's, where it has one
 * @public
 */
export function selectPlanEntries(
  plan: BuildrootPlan,
  container: PlanContainer,
  phase: PlanPhase,
  packageManager: PackageManagerKind | undefined,
): readonly PlanEntry[] {
  const isDue = (entry: PlanDirectory | PlanFile): boolean =>
    entry.phase === phase && entry.containers.includes(container);
  const isFor = ({ packageManagers }: PlanFile): boolean =>
    packageManagers === null || (packageManager !== undefined && packageManagers.includes(packageManager));
  return [
    ...plan.directories.filter(isDue).map((folder) => ({ ...attributes(folder), directory: true as const })),
    ...plan.files
      .filter((file) => isDue(file) && isFor(file))
      .map((file) => ({ ...attributes(file), content: file.content })),
  ];
}

function attributes({ path, mode, uid, gid }: PlanEntryAttributes): PlanEntryAttributes {
  return { path, mode, uid, gid };
}
