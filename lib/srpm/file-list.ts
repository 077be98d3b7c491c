import type { HeaderBlob } from './header-blob.js';
import { hashName } from './openpgp-names.js';
import { SrpmError } from './srpm-error.js';
import type { TagName } from './tags.js';

/**
 * A file of a package, as its header lists it.
 *
 * @public
 */
export interface RpmFile {
  /** Its path; in a source package its bare name. */
  readonly path: string;
  /** Of its content. */
  readonly sizeBytes: number;
  /** Type and permission bits, as in `stat`. */
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of its content; `undefined` for what has none: folders, links. */
  readonly digest: { readonly algorithm: string; readonly hex: string } | undefined;
  /** Where a symbolic link points. */
  readonly linkTarget: string | undefined;
  /** Whether the header marks it as the spec. */
  readonly isSpec: boolean;
  /** Whether its content is left out of the package: a source of a `.nosrc.rpm`, or a ghost. */
  readonly isAbsent: boolean;
}

/** Source: include/rpm/rpmfiles.h of rpm 6.1, `rpmfileAttrs_e`. */
const SPECFILE = 1 << 5;
const GHOST = 1 << 6;

/** What digests are made with when the header does not say: MD5, by its number in OpenPGP. */
const OLD_DIGEST = 1;

/** Folders are stored once for all files in them, so that a small header could stand for very much text. */
const MOST_PATH_CHARACTERS = 64 * 1024 * 1024;

/** Reads a header's list of files. */
export function readFileList(file: string, header: HeaderBlob<TagName>): readonly RpmFile[] {
  const paths = readPaths(file, header);
  const perFile = <Value>(tag: TagName, values: readonly Value[] | undefined): readonly Value[] => {
    if (values === undefined || values.length === paths.length) return values ?? [];
    throw new SrpmError('SRPM_INVALID', file, `has ${paths.length} files, but ${values.length} ${tag}`);
  };
  const sizes = header.has('LONGFILESIZES')
    ? perFile('LONGFILESIZES', header.numbers('LONGFILESIZES'))
    : perFile('FILESIZES', header.numbers('FILESIZES'));
  const modes = perFile('FILEMODES', header.numbers('FILEMODES'));
  const mtimes = perFile('FILEMTIMES', header.numbers('FILEMTIMES'));
  const digests = perFile('FILEDIGESTS', header.texts('FILEDIGESTS'));
  const links = perFile('FILELINKTOS', header.texts('FILELINKTOS'));
  const flags = perFile('FILEFLAGS', header.numbers('FILEFLAGS'));
  const algorithm = hashName(header.number('FILEDIGESTALGO') ?? OLD_DIGEST);
  return paths.map((path, at) => {
    const hex = digests[at] ?? '';
    const link = links[at] ?? '';
    return {
      path,
      sizeBytes: sizes[at] ?? 0,
      mode: modes[at] ?? 0,
      mtime: mtimes[at] ?? 0,
      digest: hex === '' ? undefined : { algorithm, hex },
      linkTarget: link === '' ? undefined : link,
      isSpec: ((flags[at] ?? 0) & SPECFILE) !== 0,
      isAbsent: ((flags[at] ?? 0) & GHOST) !== 0,
    };
  });
}

function readPaths(file: string, header: HeaderBlob<TagName>): readonly string[] {
  const names = header.texts('BASENAMES');
  if (names === undefined) return header.texts('OLDFILENAMES') ?? [];
  const folders = header.texts('DIRNAMES') ?? [];
  const indexes = header.numbers('DIRINDEXES') ?? [];
  let characters = 0;
  return names.map((name, at) => {
    const folder = folders[indexes[at] ?? -1];
    if (folder === undefined) {
      throw new SrpmError('SRPM_INVALID', file, `its file ${at} is in no folder of its DIRNAMES`);
    }
    characters += folder.length + name.length;
    if (characters > MOST_PATH_CHARACTERS) {
      throw new SrpmError(
        'SRPM_LIMIT',
        file,
        `has paths of more than ${MOST_PATH_CHARACTERS} characters in all`,
      );
    }
    return `${folder}${name}`;
  });
}
