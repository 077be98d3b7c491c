import { toMacrosFile } from './macros-file.js';
import { toBodies, TOP_FOLDER } from './macros.js';
import { configurationPath, toPackageManagerConfiguration } from './package-manager-configuration.js';
import type { PackageManagerKind } from './package-manager.js';
import type { PlanContainer, PlanDirectory, PlanFile, PlanMount } from './plan-file.js';
import type { ResolvedRepository } from './resolve-repository.js';
import type { ResolvedSettings } from './settings.js';
import { hasUser } from './url.js';

/** Where a buildroot is made from nothing. */
export const INSTALLROOT = '/buildroot';

/** mock's, less those that packages and runtimes make; what holds rpm's database must be there before it. */
const SKELETON = ['var/lib/rpm', 'var/log', 'var/cache', 'etc/rpm', 'run/lock', 'dev', 'proc', 'sys'];
const SHARED_SKELETON = ['tmp', 'var/tmp'];

/** What scriptlets open in an installroot; bind mounts need no right to make devices, and work without root. */
const DEVICES = ['full', 'null', 'random', 'urandom', 'zero'];

/** mock's /etc/hosts of a build without a network. */
const HOSTS = `127.0.0.1 localhost localhost.localdomain
::1 localhost localhost.localdomain localhost6 localhost6.localdomain6
`;

const ROOT = { uid: 0, gid: 0 };
const KINDS: readonly PackageManagerKind[] = ['dnf4', 'dnf5', 'microdnf', 'yum'];

/** The containers in which a package manager runs, and those that are built in, of a mode. */
function containersOf(mode: ResolvedSettings['mode']): readonly PlanContainer[] {
  return mode === 'image' ? ['buildroot'] : ['base', 'buildroot'];
}

/** All files of a plan, in the order of their phases and paths. */
export function planFiles(
  settings: ResolvedSettings,
  macros: Readonly<Record<string, string>>,
  repositories: readonly ResolvedRepository[],
): readonly PlanFile[] {
  const always = { ...ROOT, mode: 0o644, packageManagers: null, secret: false };
  const installing = {
    ...always,
    containers: containersOf(settings.mode),
    phase: 'before-install',
  } as const;
  const { uid, gid, home } = settings.buildUser;
  const inBuildroot = { ...always, containers: ['buildroot'], phase: 'after-install' } as const;
  const macrosFile = toMacrosFile(macros);
  const netShared = toBodies({ _netsharedpath: settings.netSharedPath });
  const cut = { ...always, containers: ['buildroot'], phase: 'network-cut' } as const;
  return [
    ...configurationFiles(settings).map((file) => ({ ...installing, ...file })),
    { ...installing, path: '/etc/rpm/macros.podroot-install', content: toMacrosFile(netShared) },
    ...repositories
      .flatMap(({ files }) => files)
      .map((file) => ({ ...installing, ...file, mode: file.secret ? 0o600 : 0o644 })),
    { ...inBuildroot, path: `${home}/.rpmmacros`, content: macrosFile, uid, gid },
    { ...inBuildroot, path: '/etc/rpm/macros.podroot', content: macrosFile },
    ...(settings.rpmbuildNetworking
      ? []
      : [
          { ...cut, path: '/etc/hosts', content: HOSTS },
          { ...cut, path: '/etc/resolv.conf', content: '' },
        ]),
  ];
}

/** One for each package manager that the image may have. Those of the dnfs share a path, so that one is written. */
function configurationFiles(
  settings: ResolvedSettings,
): readonly Pick<PlanFile, 'path' | 'content' | 'mode' | 'secret' | 'packageManagers'>[] {
  const { packageManager, proxy } = settings;
  const secret =
    proxy !== undefined &&
    (hasUser(proxy.url) || proxy.username !== undefined || proxy.password !== undefined);
  const kinds = packageManager === 'detect' ? KINDS : [packageManager];
  const byFile = new Map<string, { path: string; content: string; packageManagers: PackageManagerKind[] }>();
  for (const kind of kinds) {
    const path = configurationPath(kind);
    const content = toPackageManagerConfiguration(kind, settings);
    const same = byFile.get(`${path}\n${content}`);
    if (same === undefined) byFile.set(`${path}\n${content}`, { path, content, packageManagers: [kind] });
    else same.packageManagers.push(kind);
  }
  return [...byFile.values()].map((file) => ({ ...file, mode: secret ? 0o600 : 0o644, secret }));
}

/** All folders of a plan, parents first. */
export function planDirectories(settings: ResolvedSettings): readonly PlanDirectory[] {
  const { uid, gid, home } = settings.buildUser;
  const building = { mode: 0o755, uid, gid, containers: ['buildroot'], phase: 'after-install' } as const;
  const tree = ['BUILD', 'BUILDROOT', 'RPMS', 'SOURCES', 'SPECS', 'SRPMS', 'originals'];
  const installroot = { ...ROOT, containers: ['base'], phase: 'before-install' } as const;
  const skeleton =
    settings.mode === 'image'
      ? []
      : [
          { ...installroot, path: INSTALLROOT, mode: 0o755 },
          ...SKELETON.map((path) => ({ ...installroot, path: `${INSTALLROOT}/${path}`, mode: 0o755 })),
          ...SHARED_SKELETON.map((path) => ({
            ...installroot,
            path: `${INSTALLROOT}/${path}`,
            mode: 0o1777,
          })),
        ];
  return [
    ...skeleton,
    { ...building, path: home },
    { ...building, path: TOP_FOLDER },
    ...tree.map((name) => ({ ...building, path: `${TOP_FOLDER}/${name}` })),
  ];
}

/** The folders of the host that repositories are in, and the devices of an installroot. */
export function planMounts(
  settings: ResolvedSettings,
  repositories: readonly ResolvedRepository[],
): readonly PlanMount[] {
  const containers = containersOf(settings.mode);
  const folders = repositories.flatMap(({ mount }) =>
    mount === null ? [] : [{ ...mount, readOnly: true, containers }],
  );
  const devices = settings.mode === 'image' ? [] : DEVICES;
  return [
    ...folders,
    ...devices.map((name) => ({
      source: `/dev/${name}`,
      target: `${INSTALLROOT}/dev/${name}`,
      readOnly: false,
      containers: ['base'] as const,
    })),
  ];
}

/** What root's commands need to install packages: measured with dnf 4.23 and dnf5 5.4, in both modes. */
export const CAPABILITIES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETFCAP',
  'SETGID',
  'SETUID',
  'SYS_CHROOT',
];
