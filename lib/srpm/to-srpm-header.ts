import { isRpmlib } from './dependency.js';
import type { RpmFile } from './file-list.js';
import type { PackageHeaders } from './read-headers.js';
import type { SrpmHeader } from './rpm-header.js';
import { SrpmError } from './srpm-error.js';
import type { TagName } from './tags.js';
import { toRpmHeader } from './to-rpm-header.js';

/** Reads the tags of a source package. @throws SRPM_NOT_SOURCE, SRPM_INVALID, SRPM_LIMIT */
export function toSrpmHeader(headers: PackageHeaders): SrpmHeader {
  const { file, header } = headers;
  const common = toRpmHeader(headers);
  if (!common.isSource) {
    throw new SrpmError(
      'SRPM_NOT_SOURCE',
      file,
      `is the binary package ${common.nevra}: a source package is needed`,
    );
  }
  for (const { path } of common.files) assertBareName(file, path);
  const list = (tag: TagName): readonly string[] => header.texts(tag) ?? [];
  const { requires, conflicts } = common.dependencies;
  const rpmlib = requires.filter(isRpmlib);
  return {
    ...common,
    isSource: true,
    specFile: findSpec(common.files),
    sources: list('SOURCE'),
    patches: list('PATCH'),
    noSource: header.numbers('NOSOURCE') ?? [],
    noPatch: header.numbers('NOPATCH') ?? [],
    buildRequires: requires.filter((dependency) => !isRpmlib(dependency)),
    buildConflicts: conflicts,
    rpmlib,
    dynamicBuildRequires: rpmlib.some(({ name }) => name === 'rpmlib(DynamicBuildRequires)'),
    buildArchs: list('BUILDARCHS'),
    exclusiveArch: list('EXCLUSIVEARCH'),
    excludeArch: list('EXCLUDEARCH'),
    exclusiveOs: list('EXCLUSIVEOS'),
    excludeOs: list('EXCLUDEOS'),
    notUtf8: header.notUtf8,
  };
}

/** As rpm does when it unpacks a source package: rpmRelocateSrpmFileList in lib/relocation.cc of rpm 6.1. */
function findSpec(files: readonly RpmFile[]): string | undefined {
  const spec = files.find((file) => file.isSpec) ?? files.find((file) => file.path.endsWith('.spec'));
  return spec?.path;
}

/** All files of a source package go into one folder; a path would put them, or the spec, elsewhere. */
function assertBareName(file: string, path: string): void {
  if (path !== '' && path !== '.' && path !== '..' && !path.includes('/')) return;
  throw new SrpmError(
    'SRPM_INVALID',
    file,
    `has a file with the name ${JSON.stringify(path)}: sources have bare names`,
  );
}
