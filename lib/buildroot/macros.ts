import { InvalidArgumentError } from '../errors.js';
import { toMacroBody, type MacroValue } from './macros-file.js';
import type { PlanArch } from './arch.js';
import type { PlanReproducible } from './plan.js';
import type { BuildOptions, ResolvedSettings } from './settings.js';

/** Where the builder's tree is: mock's and Koji's `%_topdir`, which callers cannot change. */
export const TOP_FOLDER = '/builddir/build';

/** Flat results, so that all are found in one folder. */
const RPM_FILE_NAME = '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm';

/**
 * The macros of a build, by name, in the order of their names: mock's defaults, then what the settings name, then the
 * build's options. Later ones win, `null` takes one away.
 *
 * @remarks mock's setup_default_config_opts and Koji's genMockConfig (mock 6.7, Koji 1.35)
 */
export function resolveMacros(
  settings: ResolvedSettings,
  arch: PlanArch,
  reproducible: PlanReproducible | null,
): Readonly<Record<string, string>> {
  const { dist, vendor, packager, distribution } = settings;
  const texts = Object.entries({ vendor, packager, distribution }).flatMap(([name, literal]) =>
    literal === undefined ? [] : [[name, { literal }] as const],
  );
  const all: Readonly<Record<string, MacroValue | null>> = {
    _rpmfilename: RPM_FILE_NAME,
    _platform_multiplier: '1',
    ...(dist === undefined ? {} : { dist }),
    ...Object.fromEntries(texts),
    ...hostMacros(settings.hostVendor, arch),
    ...reproducibleMacros(reproducible),
    ...settings.macros,
    ...optionMacros(settings.options),
    _topdir: TOP_FOLDER,
  };
  return toBodies(all);
}

/** Bodies by name, sorted by name, without those that were taken away. */
export function toBodies(
  macros: Readonly<Record<string, MacroValue | null>>,
): Readonly<Record<string, string>> {
  const bodies = Object.entries(macros).flatMap(([name, value]) =>
    value === null ? [] : [[name, toMacroBody(name, value)] as const],
  );
  return Object.fromEntries(bodies.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * rpm takes `%_host` from the machine it was itself built for. Koji states it; without Koji only a 32-bit buildroot on a
 * 64-bit machine needs its processor stated, because `%configure` would ask for the wrong one.
 */
function hostMacros(vendor: string | undefined, arch: PlanArch): Readonly<Record<string, string>> {
  if (vendor !== undefined) {
    return { _host: `${arch.buildroot}-${vendor}-linux-gnu`, _host_cpu: arch.buildroot };
  }
  return arch.personality === null ? {} : { _host_cpu: arch.buildroot };
}

/** `build_mtime_policy` is what rpm from 4.20 on asks for in place of `clamp_mtime_to_source_date_epoch`. */
function reproducibleMacros(reproducible: PlanReproducible | null): Readonly<Record<string, MacroValue>> {
  if (reproducible === null) return {};
  return {
    _buildhost: { literal: reproducible.buildHost },
    build_mtime_policy: 'clamp_to_source_date_epoch',
    clamp_mtime_to_source_date_epoch: '1',
    source_date_epoch_from_changelog: reproducible.sourceDateEpoch === null ? '1' : '0',
    use_source_date_epoch_as_buildtime: '1',
  };
}

const CONDITION = /^[A-Za-z0-9_]+$/;

/** mock puts these into the builder's macros, not on rpmbuild's command line, so that every round sees them. */
function optionMacros(options: BuildOptions): Readonly<Record<string, MacroValue>> {
  const both = options.with.find((name) => options.without.includes(name));
  if (both !== undefined) throw new InvalidArgumentError('with', both, 'must not be in without as well');
  const conditions = (kind: 'with' | 'without'): [string, string][] =>
    options[kind].map((name) => {
      if (CONDITION.test(name)) return [`_${kind}_${name}`, `--${kind}-${name}`];
      throw new InvalidArgumentError(kind, name, 'must name build conditions of letters, digits and _');
    });
  return Object.fromEntries([
    ...conditions('with'),
    ...conditions('without'),
    ...Object.entries(options.define),
  ]);
}
