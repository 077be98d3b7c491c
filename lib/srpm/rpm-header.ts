import type { DependencyRole, RpmDependency } from './dependency.js';
import type { RpmFile } from './file-list.js';
import type { HeaderDigests } from './header-digests.js';
import type { RpmSignature } from './signatures.js';

/**
 * What an RPM file says of itself: plain data, that can be stored as JSON.
 *
 * @remarks
 * All texts are somebody else's: never print them raw to a terminal. A text that is not UTF-8 is read as Latin-1, and
 * `notUtf8` names its tag. `undefined` is what the header does not have.
 * @public
 */
export interface RpmHeader {
  /** The file's path, or the name that the caller gave its bytes. */
  readonly file: string;
  /** Of the package's format: 3 before rpm 4.0, 4 until rpm 6, 6. */
  readonly formatVersion: number;
  /** The package's name. */
  readonly name: string;
  /** `undefined` when it has none, which counts as 0. */
  readonly epoch: number | undefined;
  /** As upstream counts. */
  readonly version: string;
  /** As the packager counts. */
  readonly release: string;
  /** What its file name ends in: `src`, `nosrc` or, for a binary package, `headerArch`; `(none)` where that has none. */
  readonly arch: string;
  /** The header's own word; in a source package the machine it was made on, which means nothing. */
  readonly headerArch: string | undefined;
  /** `name-[epoch:]version-release.arch`. */
  readonly nevra: string;
  /** Whether it is a source package. */
  readonly isSource: boolean;
  /** The source package's file name, in a binary one. */
  readonly sourceRpm: string | undefined;
  /** One line. */
  readonly summary: string | undefined;
  /** Several lines. */
  readonly description: string | undefined;
  /** The spec's `License:`. */
  readonly license: string | undefined;
  /** The spec's `URL:`. */
  readonly url: string | undefined;
  /** The spec's `Group:`. */
  readonly group: string | undefined;
  /** `%vendor` of the build. */
  readonly vendor: string | undefined;
  /** `%packager` of the build. */
  readonly packager: string | undefined;
  /** `%distribution` of the build. */
  readonly distribution: string | undefined;
  /** The system it is for: `linux`. */
  readonly os: string | undefined;
  /** Seconds since 1970. */
  readonly buildTime: number | undefined;
  /** The machine it was made on. */
  readonly buildHost: string | undefined;
  /** Of the rpm that made it. */
  readonly rpmVersion: string | undefined;
  /** What its texts are in; `utf-8` where it is stated. */
  readonly encoding: string | undefined;
  /** Names of tags whose text is not UTF-8. */
  readonly notUtf8: readonly string[];
  /** By what they are for. */
  readonly dependencies: Readonly<Record<DependencyRole, readonly RpmDependency[]>>;
  /** What is in it, in the header's order. */
  readonly files: readonly RpmFile[];
  /** Bytes of the files' content, unpacked. */
  readonly installedBytes: number | undefined;
  /** The archive of its files. */
  readonly payload: RpmPayload;
  /** MD5 of header and payload, in hexadecimal: Koji's `payloadhash`. Version 6 has none. */
  readonly sigMd5: string | undefined;
  /** Whether the header is as it was made. */
  readonly digests: HeaderDigests;
  /** Unverified. */
  readonly signatures: readonly RpmSignature[];
}

/**
 * A package's payload: the archive of its files.
 *
 * @public
 */
export interface RpmPayload {
  /** `cpio`. */
  readonly format: string;
  /** `gzip`, `bzip2`, `xz`, `lzma`, `zstd`; `undefined` when it is not compressed (or gzip, before rpm 4.0). */
  readonly compressor: string | undefined;
  /** Such as the compression's level. */
  readonly flags: string | undefined;
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** Its stated size in the file. */
  readonly sizeBytes: number | undefined;
  /** Its stated size without compression. */
  readonly archiveBytes: number | undefined;
}

/**
 * What a source package says of itself, and what a build must know of it.
 *
 * @public
 */
export interface SrpmHeader extends RpmHeader {
  /** Whether it is a source package. */
  readonly isSource: true;
  /** The spec's file name: the file marked as such, else the first `*.spec`. */
  readonly specFile: string | undefined;
  /** File names or URLs, in the header's order, which is not that of their numbers. */
  readonly sources: readonly string[];
  /** File names or URLs, in the header's order. */
  readonly patches: readonly string[];
  /** Numbers of the sources that were left out (`NoSource:`); `arch` is then `nosrc`. */
  readonly noSource: readonly number[];
  /** Numbers of the patches that were left out (`NoPatch:`). */
  readonly noPatch: readonly number[];
  /**
   * As they were where the package was made, with that machine's macros. Another target may need others: those are known
   * only once the spec has been parsed there.
   */
  readonly buildRequires: readonly RpmDependency[];
  /** What must not be there to build it. */
  readonly buildConflicts: readonly RpmDependency[];
  /** Features that rpm itself must have, such as `rpmlib(CompressedFileNames)`. */
  readonly rpmlib: readonly RpmDependency[];
  /** Whether the spec has `%generate_buildrequires`: `buildRequires` are not all, then. */
  readonly dynamicBuildRequires: boolean;
  /** The spec's `BuildArch:`; empty when it builds for the target. */
  readonly buildArchs: readonly string[];
  /** The spec's `ExclusiveArch:`, macros expanded. */
  readonly exclusiveArch: readonly string[];
  /** The spec's `ExcludeArch:`, macros expanded. */
  readonly excludeArch: readonly string[];
  /** The spec's `ExclusiveOS:`. */
  readonly exclusiveOs: readonly string[];
  /** The spec's `ExcludeOS:`. */
  readonly excludeOs: readonly string[];
}
