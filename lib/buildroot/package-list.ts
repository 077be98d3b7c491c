/**
 * What is listed of each installed package, in this order: RPM's tags.
 *
 * @public
 */
export const PACKAGE_LIST_FIELDS = [
  'NAME',
  'EPOCH',
  'VERSION',
  'RELEASE',
  'ARCH',
  'SIGMD5',
  'SHA256HEADER',
  'SIZE',
  'BUILDTIME',
] as const;

/**
 * An installed package, as records, Koji, and mock's installed_pkgs.log have it.
 *
 * @public
 */
export interface InstalledPackage {
  readonly name: string;
  readonly epoch: number | null;
  readonly version: string;
  readonly release: string;
  /** `null` for what has none, as keys. */
  readonly arch: string | null;
  /** Koji's `payloadhash`; packages of format 6 have none. */
  readonly sigMd5: string | null;
  /** Of the header. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
  /** Seconds since 1970. */
  readonly buildTime: number;
}

/** Lists the packages of the root, or of a folder that is one. */
export function packageListArgv(root?: string): readonly string[] {
  const fields = PACKAGE_LIST_FIELDS.map((field) => `%{${field}}`).join('\\t');
  return ['rpm', ...(root === undefined ? [] : [`--root=${root}`]), '-qa', '--queryformat', `${fields}\\n`];
}

/**
 * Reads what a plan's `packageListArgv` printed, sorted by name, so that equal sets give equal lists.
 *
 * @throws SyntaxError for a line that is none of its
 * @public
 */
export function parsePackageList(output: string): readonly InstalledPackage[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.sort().map((line) => {
    const values = line.split('\t');
    const [name, epoch, version, release, arch, sigMd5, sha256, size, time] = values.map(known);
    if (values.length !== PACKAGE_LIST_FIELDS.length || name == null || version == null || release == null) {
      throw new SyntaxError(`no line of a package list: ${JSON.stringify(line)}`);
    }
    return {
      name,
      epoch: epoch == null ? null : Number(epoch),
      version,
      release,
      arch: arch ?? null,
      sigMd5: sigMd5 ?? null,
      sha256: sha256 ?? null,
      sizeBytes: Number(size ?? 0),
      buildTime: Number(time ?? 0),
    };
  });
}

/** What rpm prints for a tag that a package does not have. */
function known(value: string): string | null {
  return value === '(none)' || value === '' ? null : value;
}
