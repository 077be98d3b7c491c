import { InvalidArgumentError, PodrootError } from '../errors.js';
import { resolveBuildUser } from './build-user.js';
import type {
  BuildrootSettings,
  PlanResources,
  PlanTimeouts,
  ReproducibleSettings,
  ResolvedSettings,
} from './settings.js';

const MODES = ['image', 'installroot'] as const;
const PACKAGE_MANAGERS = ['detect', 'dnf5', 'dnf4', 'microdnf', 'yum'] as const;
const PACKAGE = /^[^-\s][^\n\r\0]*$/;

/** Settings of which each wins over those before it; of maps, each entry. `undefined` is as good as nothing. */
export function mergeSettings(...all: readonly BuildrootSettings[]): BuildrootSettings {
  let merged: BuildrootSettings = {};
  for (const settings of all) {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const { variables, packageManagerOptions, macros, environment, define } = merged;
    merged = {
      ...merged,
      ...given,
      variables: { ...variables, ...settings.variables },
      packageManagerOptions: { ...packageManagerOptions, ...settings.packageManagerOptions },
      macros: { ...macros, ...settings.macros },
      environment: { ...environment, ...settings.environment },
      define: { ...define, ...settings.define },
    };
  }
  return merged;
}

/** Fills in the defaults. @throws InvalidArgumentError; PodrootError with `NOT_SUPPORTED` for `forceArch` */
export function resolveSettings(settings: BuildrootSettings): ResolvedSettings {
  const { image, mode = 'image', packageManager = 'detect', packages = [], releasever = null } = settings;
  if (settings.forceArch !== undefined) {
    throw new PodrootError(
      'NOT_SUPPORTED',
      `forceArch (${settings.forceArch}) is not supported: podroot emulates no machines, build on one that runs the programs`,
    );
  }
  if (typeof image !== 'string' || image === '') {
    throw new InvalidArgumentError(
      'image',
      image,
      'must be given, by the request or by the facts of the tag',
    );
  }
  if (!MODES.includes(mode)) throw new InvalidArgumentError('mode', mode, `must be ${MODES.join(' or ')}`);
  if (!PACKAGE_MANAGERS.includes(packageManager)) {
    throw new InvalidArgumentError(
      'packageManager',
      packageManager,
      `must be ${PACKAGE_MANAGERS.join(' or ')}`,
    );
  }
  if (releasever !== null && !/^[A-Za-z0-9._~+-]+$/.test(releasever)) {
    throw new InvalidArgumentError('releasever', releasever, 'must be letters, digits and .');
  }
  const bad = packages.find((name) => !PACKAGE.test(name));
  if (bad !== undefined) throw new InvalidArgumentError('packages', bad, 'must be packages or @groups');
  if (mode === 'installroot' && packages.length === 0) {
    throw new InvalidArgumentError(
      'packages',
      packages,
      'must not be empty: an installroot is filled from it',
    );
  }
  return {
    ...withDefaults(settings),
    image,
    mode,
    packageManager,
    releasever,
    packages,
    buildUser: resolveBuildUser(settings.buildUser ?? {}),
    reproducible: resolveReproducible(settings.reproducible),
    resources: limits<PlanResources>('resources', settings.resources, RESOURCES),
    timeouts: limits<PlanTimeouts>('timeouts', settings.timeouts, TIMEOUTS),
    options: {
      with: sortedSet(settings.with),
      without: sortedSet(settings.without),
      define: settings.define ?? {},
      noCheck: settings.noCheck ?? false,
      rpmbuild: settings.rpmbuildOptions ?? [],
    },
  };
}

type Simple =
  | 'variables'
  | 'installDocs'
  | 'installWeakDependencies'
  | 'proxy'
  | 'packageManagerOptions'
  | 'macros'
  | 'dist'
  | 'vendor'
  | 'packager'
  | 'distribution'
  | 'hostVendor'
  | 'netSharedPath'
  | 'environment'
  | 'rpmbuildNetworking'
  | 'loginShell'
  | 'keepBuildTree';

function withDefaults(settings: BuildrootSettings): Pick<ResolvedSettings, Simple> {
  return {
    variables: settings.variables ?? {},
    installDocs: settings.installDocs ?? true,
    installWeakDependencies: settings.installWeakDependencies ?? false,
    proxy: settings.proxy,
    packageManagerOptions: settings.packageManagerOptions ?? {},
    macros: settings.macros ?? {},
    dist: settings.dist,
    vendor: settings.vendor,
    packager: settings.packager,
    distribution: settings.distribution,
    hostVendor: settings.hostVendor,
    netSharedPath: settings.netSharedPath ?? '/proc:/sys:/dev',
    environment: settings.environment ?? {},
    rpmbuildNetworking: settings.rpmbuildNetworking ?? false,
    loginShell: settings.loginShell ?? true,
    keepBuildTree: settings.keepBuildTree ?? true,
  };
}

function resolveReproducible(
  wanted: boolean | ReproducibleSettings | undefined,
): ResolvedSettings['reproducible'] {
  if (wanted === undefined || wanted === false) return null;
  const {
    sourceDateEpoch = 'changelog',
    buildHost = 'podroot',
    timeZone = 'UTC',
  } = wanted === true ? {} : wanted;
  if (typeof sourceDateEpoch === 'number' && !isLimit(sourceDateEpoch, 0)) {
    throw new InvalidArgumentError(
      'reproducible.sourceDateEpoch',
      sourceDateEpoch,
      'must be whole seconds since 1970, changelog or srpm',
    );
  }
  return { sourceDateEpoch, buildHost, timeZone };
}

/** Names and least values. */
type Limits<T> = Readonly<Record<keyof T, number>>;

const RESOURCES: Limits<PlanResources> = { memoryBytes: 6 * 1024 * 1024, cpus: 0.01, pids: 1 };
const TIMEOUTS: Limits<PlanTimeouts> = { packageManagerMs: 1, rpmbuildMs: 1, otherMs: 1, buildMs: 1 };

function limits<T extends Readonly<Record<keyof T, number | null>>>(
  field: string,
  wanted: Partial<T> | undefined,
  least: Limits<T>,
): T {
  const names = Object.keys(least) as (keyof T & string)[];
  const entries = names.map((name) => {
    const value = wanted?.[name] ?? null;
    const fits = value === null || (name === 'cpus' ? value >= least[name] : isLimit(value, least[name]));
    if (!fits) {
      throw new InvalidArgumentError(
        `${field}.${name}`,
        value,
        `must be a number from ${least[name]}, or null`,
      );
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as unknown as T;
}

function isLimit(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function sortedSet(names: readonly string[] = []): readonly string[] {
  return [...new Set(names)].sort();
}
