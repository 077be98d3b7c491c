import {
  comparisonOf,
  dependencyTypesOf,
  RPMLIB,
  type DependencyType,
  type VersionComparison,
} from './dependency-flags.js';
import { parseEvr, type Evr } from './evr.js';
import type { HeaderBlob } from './header-blob.js';
import { parseRichDependency, type RichExpression } from './rich-dependency.js';
import { SrpmError } from './srpm-error.js';
import type { TagName } from './tags.js';

/**
 * One dependency of a package, in a header: for a source package, one of its BuildRequires.
 *
 * @public
 */
export interface RpmDependency {
  /** All of it, as `rpm -q --requires` prints it: `foo >= 1.0`. */
  readonly text: string;
  /** What is depended on: a package, a provided name as `pkgconfig(zlib)`, a file's path, or a whole rich dependency. */
  readonly name: string;
  /** How versions are compared; `undefined` when any version will do. */
  readonly comparison: VersionComparison | undefined;
  /** What `comparison` compares with. */
  readonly evr: Evr | undefined;
  /** What it is for; empty for one that the spec simply names. */
  readonly types: readonly DependencyType[];
  /** rpm's bits, for what has no name here. */
  readonly flags: number;
  /** A rich dependency (its name begins with a parenthesis) as a tree; `undefined` for others. */
  readonly rich: RichExpression | undefined;
  /** Why a rich dependency could not be read; `text` has it all the same. */
  readonly richProblem: string | undefined;
}

/**
 * The sets of dependencies that a header can hold.
 *
 * @public
 */
export type DependencyRole =
  | 'requires'
  | 'provides'
  | 'conflicts'
  | 'obsoletes'
  | 'recommends'
  | 'suggests'
  | 'supplements'
  | 'enhances';

type RoleTags = readonly [name: TagName, version: TagName, flags: TagName];

const TAGS_BY_ROLE: Readonly<Record<DependencyRole, RoleTags>> = {
  requires: ['REQUIRENAME', 'REQUIREVERSION', 'REQUIREFLAGS'],
  provides: ['PROVIDENAME', 'PROVIDEVERSION', 'PROVIDEFLAGS'],
  conflicts: ['CONFLICTNAME', 'CONFLICTVERSION', 'CONFLICTFLAGS'],
  obsoletes: ['OBSOLETENAME', 'OBSOLETEVERSION', 'OBSOLETEFLAGS'],
  recommends: ['RECOMMENDNAME', 'RECOMMENDVERSION', 'RECOMMENDFLAGS'],
  suggests: ['SUGGESTNAME', 'SUGGESTVERSION', 'SUGGESTFLAGS'],
  supplements: ['SUPPLEMENTNAME', 'SUPPLEMENTVERSION', 'SUPPLEMENTFLAGS'],
  enhances: ['ENHANCENAME', 'ENHANCEVERSION', 'ENHANCEFLAGS'],
};

/** Far more than any package has. Reading so many takes a second, in which this process does nothing else. */
const MOST_DEPENDENCIES = 131_072;

/** Reads a header's dependencies, in the header's order. @throws SRPM_INVALID, SRPM_LIMIT */
export function readDependencies(
  file: string,
  header: HeaderBlob<TagName>,
): Readonly<Record<DependencyRole, readonly RpmDependency[]>> {
  let left = MOST_DEPENDENCIES;
  const read = (role: DependencyRole): readonly RpmDependency[] => {
    const dependencies = readSet(file, header, TAGS_BY_ROLE[role], left);
    left -= dependencies.length;
    return dependencies;
  };
  return {
    requires: read('requires'),
    provides: read('provides'),
    conflicts: read('conflicts'),
    obsoletes: read('obsoletes'),
    recommends: read('recommends'),
    suggests: read('suggests'),
    supplements: read('supplements'),
    enhances: read('enhances'),
  };
}

function readSet(
  file: string,
  header: HeaderBlob<TagName>,
  [nameTag, versionTag, flagsTag]: RoleTags,
  most: number,
): readonly RpmDependency[] {
  const names = header.texts(nameTag) ?? [];
  if (names.length > most) {
    throw new SrpmError('SRPM_LIMIT', file, `has more than ${MOST_DEPENDENCIES} dependencies`);
  }
  // Names alone are from before versions were compared. rpm drops sets that do not fit together, where we would rather
  // not build at all than without what a package needs.
  const versions = header.texts(versionTag);
  const flags = header.numbers(flagsTag);
  for (const values of [versions, flags]) {
    if (values !== undefined && values.length !== names.length) {
      throw new SrpmError(
        'SRPM_INVALID',
        file,
        `has ${names.length} ${nameTag}, but ${versions?.length ?? 0} ${versionTag} and ${flags?.length ?? 0} ${flagsTag}`,
      );
    }
  }
  return names.map((name, at) => toDependency(name, versions?.[at] ?? '', flags?.[at] ?? 0));
}

/** Whether it asks for a feature of rpm itself, as in `rpmlib(DynamicBuildRequires)`, and not for a package. */
export function isRpmlib(dependency: RpmDependency): boolean {
  return dependency.name.startsWith('rpmlib(') || (dependency.flags & RPMLIB) !== 0;
}

function toDependency(name: string, version: string, flags: number): RpmDependency {
  const comparison = comparisonOf(flags);
  return {
    text: [name, comparison ?? '', version].filter((part) => part !== '').join(' '),
    name,
    comparison,
    evr: version === '' ? undefined : parseEvr(version),
    types: dependencyTypesOf(flags),
    flags,
    ...readRich(name),
  };
}

function readRich(name: string): Pick<RpmDependency, 'rich' | 'richProblem'> {
  if (!name.startsWith('(')) return { rich: undefined, richProblem: undefined };
  try {
    return { rich: parseRichDependency(name), richProblem: undefined };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { rich: undefined, richProblem: error.message };
  }
}
