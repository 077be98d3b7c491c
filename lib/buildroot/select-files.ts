import type { PackageManagerKind } from './package-manager.js';
import type { PlanContainer, PlanDirectory, PlanFile, PlanPhase } from './plan-file.js';
import type { BuildrootPlan } from './plan.js';

/**
 * What of a plan is put into a container at one time: its folders, then its files.
 *
 * @param packageManager - the container's, where it has one
 * @public
 */
export function selectPlanFiles(
  plan: BuildrootPlan,
  container: PlanContainer,
  phase: PlanPhase,
  packageManager: PackageManagerKind | undefined,
): { readonly directories: readonly PlanDirectory[]; readonly files: readonly PlanFile[] } {
  const isDue = (entry: PlanDirectory | PlanFile): boolean =>
    entry.phase === phase && entry.containers.includes(container);
  return {
    directories: plan.directories.filter(isDue),
    files: plan.files.filter(
      (file) =>
        isDue(file) &&
        (file.packageManagers === null ||
          (packageManager !== undefined && file.packageManagers.includes(packageManager))),
    ),
  };
}
