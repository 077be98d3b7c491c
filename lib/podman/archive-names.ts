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
 */
export function createArchiveNames(): ArchiveNames {
  let root: string | undefined;
  return {
    toRelative(name) {
      const bare = name.replace(/\/+$/, '');
      if (root === undefined) {
        if (bare !== '' && bare !== '.') assertParts([bare]);
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

/**
 * Refuses a symbolic link that leads, or may lead, out of the target folder. Only a text of `..`, and names after them, is
 * certain to stay inside: `a/..` leads to wherever the link `a` does. As every link is held to this and no folder is
 * replaced by a link, those that lead through others stay inside too.
 *
 * @param path - the link's, relative to the target folder
 * @throws {@link UnsafeNameError}
 */
export function assertLinkInside(path: string, target: string): void {
  if (target === '' || target.includes('\0')) throw new UnsafeNameError('is a link without a target');
  if (target.startsWith('/')) throw new UnsafeNameError(`is an absolute link, to ${target}`);
  const depth = path.split('/').length - 1;
  let up = 0;
  let named = false;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') {
      named = true;
    } else if (named) {
      throw new UnsafeNameError(`is a link with ".." after a name, to ${target}`);
    } else {
      up += 1;
    }
  }
  if (up > depth) throw new UnsafeNameError(`is a link out of the target folder, to ${target}`);
}
