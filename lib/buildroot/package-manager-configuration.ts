import { toIniSection, toIniText } from './ini.js';
import type { PackageManagerKind } from './package-manager.js';
import type { Proxy } from './repository.js';
import type { ResolvedSettings } from './settings.js';

/**
 * Where the plan's repositories are configured. Not /etc/yum.repos.d itself: what an image has there, and what packages
 * that are installed later put there, must not be used. (mock has its repositories in the main file for that reason,
 * where microdnf does not look.)
 */
export const REPOSITORY_FOLDER = '/etc/yum.repos.d/podroot';

/** The main configuration file, which every call names. */
export function configurationPath(kind: PackageManagerKind): string {
  return kind === 'yum' ? '/etc/yum.conf' : '/etc/dnf/dnf.conf';
}

/**
 * Writes a package manager's main configuration: Koji's, less what is about its builders' disks.
 *
 * @remarks
 * genMockConfig of Koji 1.35 has `cachedir`, `logfile` (here the tool's own), `keepcache=1` (here 0: nothing is kept for
 * the next build in a container), `reposdir=/dev/null`, and `gpgcheck=0`, which here is said for each repository.
 * `metadata_expire=0` is mock's. `optional_metadata_types` makes requirements on files work that dnf since 4.19 looks up
 * no more by itself.
 */
export function toPackageManagerConfiguration(kind: PackageManagerKind, settings: ResolvedSettings): string {
  const all: Readonly<Record<string, string | null>> = {
    debuglevel: '1',
    reposdir: REPOSITORY_FOLDER,
    retries: '20',
    obsoletes: '1',
    gpgcheck: '1',
    assumeyes: '1',
    keepcache: '0',
    metadata_expire: '0',
    ...(kind === 'yum' ? YUM_OPTIONS : dnfOptions(settings)),
    ...(settings.installDocs ? {} : { tsflags: 'nodocs' }),
    ...proxyOptions('proxy', settings.proxy),
    ...settings.packageManagerOptions,
  };
  const options = Object.entries(all).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  return toIniSection('main', Object.fromEntries(options));
}

/** yum 3 knows no weak dependencies, and looks up files by itself. */
const YUM_OPTIONS = { plugins: '1', exactarch: '1' };

function dnfOptions(settings: ResolvedSettings): Readonly<Record<string, string>> {
  return {
    install_weak_deps: settings.installWeakDependencies ? '1' : '0',
    strict: '1',
    skip_if_unavailable: '0',
    optional_metadata_types: 'filelists',
  };
}

/** `proxy` and its user; an empty one says that there is none. */
export function proxyOptions(
  field: string,
  proxy: Proxy | null | undefined,
): Readonly<Record<string, string>> {
  if (proxy === undefined) return {};
  if (proxy === null) return { proxy: '' };
  const { url, username, password } = proxy;
  return {
    proxy: toIniText(`${field}.url`, url, true),
    ...(username === undefined ? {} : { proxy_username: toIniText(`${field}.username`, username) }),
    ...(password === undefined ? {} : { proxy_password: toIniText(`${field}.password`, password, true) }),
  };
}
