import { InvalidArgumentError } from '../errors.js';
import { formatEvr } from './evr.js';

/**
 * What names a package: name, epoch, version, release and architecture.
 *
 * @public
 */
export interface Nevra {
  /** The package's name. */
  readonly name: string;
  /** `undefined` when the package has none, which counts as 0. */
  readonly epoch: number | undefined;
  /** As upstream counts. */
  readonly version: string;
  /** As the packager counts. */
  readonly release: string;
  /** `src` or `nosrc` for source packages. */
  readonly arch: string;
}

/** Neither version nor release can hold a hyphen, nor an architecture a dot; so all is found from the end. */
const NEVRA = /^(.+)-(?:(\d+):)?([^-]+)-([^-]+)\.([^.-]+)$/s;

/**
 * Reads `name-[epoch:]version-release.arch`, as rpm, dnf and mock write it, or the same as a file name with `.rpm`.
 *
 * @throws InvalidArgumentError for anything else
 * @public
 */
export function parseNevra(text: string): Nevra {
  const [, name, epoch, version, release, arch] = NEVRA.exec(text.replace(/\.rpm$/, '')) ?? [];
  if (name === undefined || version === undefined || release === undefined || arch === undefined) {
    throw new InvalidArgumentError('nevra', text, 'must be name-[epoch:]version-release.arch');
  }
  return { name, epoch: epoch === undefined ? undefined : Number(epoch), version, release, arch };
}

/**
 * Writes `name-[epoch:]version-release.arch`. A file name is this without the epoch, and with `.rpm`.
 *
 * @public
 */
export function formatNevra(nevra: Nevra): string {
  return `${nevra.name}-${formatEvr(nevra)}.${nevra.arch}`;
}
