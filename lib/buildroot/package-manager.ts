/**
 * The package managers that podroot can speak to. `dnf4` is dnf before version 5.
 *
 * @public
 */
export type PackageManagerKind = 'dnf5' | 'dnf4' | 'microdnf' | 'yum';

/**
 * A package manager in an image.
 *
 * @public
 */
export interface PackageManager {
  readonly kind: PackageManagerKind;
  /** Absolute path of its executable. */
  readonly path: string;
  /**
   * Whether it can install what a source package needs. microdnf never can; dnf needs a plugin, and yum another tool: see
   * {@link buildDepProbeArgv}. Where it cannot, podroot names each of the requirements to `install`.
   */
  readonly hasBuildDep: boolean;
}

/**
 * Where package managers are, the most wanted first: dnf5 before dnf4, because images with both have moved on to it;
 * `dnf-3` before `dnf`, which is a link that may lead to either; microdnf after dnf, because it knows neither groups nor
 * builddep; yum last, because it is dnf's other name wherever there is a dnf.
 */
const PATHS: readonly (readonly [path: string, kind: PackageManagerKind])[] = [
  ['/usr/bin/dnf5', 'dnf5'],
  ['/usr/bin/dnf-3', 'dnf4'],
  ['/usr/bin/dnf', 'dnf4'],
  ['/usr/bin/microdnf', 'microdnf'],
  ['/usr/bin/yum', 'yum'],
];

/**
 * The paths that {@link detectPackageManager} wants to know of.
 *
 * @public
 */
export const PACKAGE_MANAGER_PATHS: readonly string[] = PATHS.map(([path]) => path);

/**
 * Chooses the package manager of an image.
 *
 * @param existing - what is there of {@link PACKAGE_MANAGER_PATHS}; other paths do not matter
 * @returns `undefined` when the image has none
 * @public
 */
export function detectPackageManager(
  existing: Iterable<string>,
): Omit<PackageManager, 'hasBuildDep'> | undefined {
  const there = new Set(existing);
  const found = PATHS.find(([path]) => there.has(path));
  return found === undefined ? undefined : { path: found[0], kind: found[1] };
}

/** The package manager that a plan names, where images have it; as in mock, whether it has builddep is taken for granted. */
export function namedPackageManager(kind: PackageManagerKind): PackageManager {
  const path = PATHS.find(([, other]) => other === kind)?.[0] ?? `/usr/bin/${kind}`;
  return { kind, path, hasBuildDep: kind !== 'microdnf' };
}

/**
 * A harmless command that exits with 0 when a package manager has builddep; `undefined` for microdnf, which never has.
 *
 * @public
 */
export function buildDepProbeArgv(
  manager: Omit<PackageManager, 'hasBuildDep'>,
): readonly string[] | undefined {
  switch (manager.kind) {
    case 'dnf5':
    case 'dnf4':
      return [manager.path, 'builddep', '--help'];
    case 'yum':
      return [YUM_BUILDDEP, '--help'];
    case 'microdnf':
      return undefined;
  }
}

export const YUM_BUILDDEP = '/usr/bin/yum-builddep';
