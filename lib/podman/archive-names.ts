/** What is wrong with a name or link of an archive: a reason that goes on after "which". */
export class UnsafeNameError extends Error {}

/** Reads the names of an archive of one tree as paths relative to its first entry, the root. */
export interface ArchiveNames {
  /** The relative path; empty for the root. @throws {@link UnsafeNameError} */
  toRelative(name: string): string;
}

/**
 * Names the root by its first entry. Podman calls it as the path's last part, and `/` if it is the root folder or a
 * mount of a container that does not run; then all other names begin with a slash.
 *
 * @param expected - the path's last part
 */
export function createArchiveNames(expected: string): ArchiveNames {
  let root: string | undefined;
  return {
    toRelative(name) {
      const bare = name.replace(/\/+$/, '');
      if (root === undefined) {
        if (bare !== '' && bare !== '.' && bare !== expected) {
          throw new UnsafeNameError(`is not what was asked for, ${expected}`);
        }
        root = bare;
        return '';
      }
      if (bare === root) throw new UnsafeNameError('comes twice');
      if (!bare.startsWith(`${root}/`)) throw new UnsafeNameError('is not below the path that was asked for');
      const parts = bare.slice(root.length + 1).split('/');
      assertParts(parts);
      return parts.join('/');
    },
  };
}

function assertParts(parts: readonly string[]): void {
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..' || part.includes('/') || part.includes('\0')) {
      throw new UnsafeNameError('has a name that is not a plain relative path');
    }
  }
}

/** Longer than any link can be. */
const LONGEST_LINK = 4096;

/**
 * Refuses a symbolic link that leads out of the target folder, and gives the paths that must be real folders for it not
 * to: `a/..` leads to wherever the link `a` does. As every link is held to this and no folder is replaced by a link,
 * those that lead through others stay inside too.
 *
 * @param path - the link's, relative to the target folder, as are those given
 * @throws {@link UnsafeNameError}
 */
export function foldersOnTheWay(path: string, target: string): readonly string[] {
  if (target === '' || target.includes('\0') || target.length > LONGEST_LINK) {
    throw new UnsafeNameError('is a link without a proper target');
  }
  if (target.startsWith('/')) throw new UnsafeNameError(`is an absolute link, to ${target}`);
  const at = path.split('/').slice(0, -1);
  const folders: string[] = [];
  let named = false;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') {
      named = true;
      at.push(part);
      continue;
    }
    if (named) folders.push(at.join('/'));
    if (at.pop() === undefined) throw new UnsafeNameError(`is a link out of the target folder, to ${target}`);
  }
  return folders;
}
