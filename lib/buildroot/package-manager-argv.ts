import { PodrootError } from '../errors.js';
import { YUM_BUILDDEP, type PackageManager } from './package-manager.js';
import { configurationPath, REPOSITORY_FOLDER } from './package-manager-configuration.js';

/**
 * What a package manager is asked for: packages, groups or capabilities; what a source package needs to be built; to drop
 * all that it has cached.
 *
 * @public
 */
export type PackageManagerVerb = 'install' | 'builddep' | 'clean';

/**
 * A call of a package manager.
 *
 * @public
 */
export interface PackageManagerCall {
  readonly verb: PackageManagerVerb;
  /** Packages, groups and capabilities to install, or the paths of source packages. */
  readonly arguments: readonly string[];
  readonly releasever: string | null;
  /** The folder to install into; `null` for the root. */
  readonly installroot: string | null;
  readonly installDocs: boolean;
  readonly installWeakDependencies: boolean;
}

/**
 * Writes a call as an argv, with mock's options, each where its tool wants it.
 *
 * @remarks
 * Source: package_manager.py of mock 6.7. dnf5 takes most options behind its sub-command alone, and reads the
 * installroot's configuration unless told otherwise; both dnf are told to leave alone their plugin `local`, which would
 * offer packages of earlier builds. Verified with dnf 4.14 and 4.23 and dnf5 5.4; microdnf 3.8 and yum 3.4 by their source.
 * @throws PodrootError with `NOT_SUPPORTED` where the tool cannot do it: groups or builddep with microdnf
 * @public
 */
export function toPackageManagerArgv(manager: PackageManager, call: PackageManagerCall): readonly string[] {
  const { verb } = call;
  const words = verb === 'clean' ? ['all'] : call.arguments;
  switch (manager.kind) {
    case 'dnf5':
      return [manager.path, verb, ...common(manager, call), ...dnf5Options(call), ...words];
    case 'dnf4':
      return [manager.path, ...common(manager, call), ...dnf4Options(call), verb, ...words];
    case 'microdnf':
      assertMicrodnfCan(call);
      return [manager.path, ...common(manager, call), ...microdnfOptions(call), verb, ...words];
    case 'yum': {
      const command = verb === 'builddep' ? [YUM_BUILDDEP] : [manager.path];
      return [...command, ...common(manager, call), ...(verb === 'builddep' ? [] : [verb]), ...words];
    }
  }
}

function common(manager: PackageManager, call: PackageManagerCall): readonly string[] {
  const { releasever, installroot } = call;
  return [
    `--config=${configurationPath(manager.kind)}`,
    '-y',
    ...(installroot === null ? [] : [`--installroot=${installroot}`]),
    ...(releasever === null ? [] : [`--releasever=${releasever}`]),
  ];
}

function dnf5Options(call: PackageManagerCall): readonly string[] {
  const host = call.installroot === null ? [] : ['--use-host-config'];
  return [...host, '--disable-plugin=local', ...installOptions(call)];
}

function dnf4Options(call: PackageManagerCall): readonly string[] {
  return ['--disableplugin=local,spacewalk,versionlock', ...installOptions(call)];
}

function installOptions(call: PackageManagerCall): readonly string[] {
  if (call.verb === 'clean') return [];
  return [
    '--setopt=deltarpm=False',
    '--setopt=allow_vendor_change=yes',
    '--allowerasing',
    ...dependencyOptions(call),
  ];
}

/** An installroot is refused unless all of these are given: dnf-main.c of microdnf. */
function microdnfOptions(call: PackageManagerCall): readonly string[] {
  return [
    '--noplugins',
    `--setopt=reposdir=${REPOSITORY_FOLDER}`,
    '--setopt=cachedir=/var/cache/yum',
    '--setopt=varsdir=/etc/dnf/vars',
    ...(call.verb === 'clean' ? [] : dependencyOptions(call)),
  ];
}

function dependencyOptions(call: PackageManagerCall): readonly string[] {
  return [
    `--setopt=install_weak_deps=${call.installWeakDependencies ? '1' : '0'}`,
    ...(call.installDocs ? [] : ['--setopt=tsflags=nodocs']),
  ];
}

function assertMicrodnfCan(call: PackageManagerCall): void {
  const group = call.arguments.find((word) => word.startsWith('@'));
  if (group !== undefined) {
    throw new PodrootError(
      'NOT_SUPPORTED',
      `microdnf cannot install the group ${group}: name its packages, or use an image that has dnf`,
    );
  }
  if (call.verb === 'builddep') {
    throw new PodrootError('NOT_SUPPORTED', 'microdnf has no builddep: install each of the requirements');
  }
}
