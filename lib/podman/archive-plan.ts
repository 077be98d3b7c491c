import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedCopyEntry, ResolvedCopyFromHost } from '../container/resolve-copy-entries.js';
import { InvalidArgumentError } from '../errors.js';
import { assertKept, findMount, isWithin, type ArchiveMount, type ArchiveMounts } from './archive-mounts.js';

/** An entry and its place in an archive. */
export interface ArchiveItem {
  readonly entry: ResolvedCopyEntry;
  /** Relative to the archive's folder; empty: that folder itself. */
  readonly name: string;
  /** Whether it is a folder of this machine. */
  readonly tree: boolean;
  /** Absolute paths of this machine that are left out of a tree, because they go into another archive. */
  readonly without: readonly string[];
}

/** One upload. */
export interface ArchivePlan {
  /** The folder of the container that the archive is unpacked in. */
  readonly folder: string;
  readonly items: readonly ArchiveItem[];
}

/**
 * Divides entries into one archive for the root file system and one for each mount, in this order, because Podman does
 * not find its way from the one to the others when the container does not run (podman#21861).
 */
export async function planArchives(
  entries: readonly ResolvedCopyEntry[],
  mounts: ArchiveMounts,
  folders: ReadonlySet<ResolvedCopyEntry>,
): Promise<readonly ArchivePlan[]> {
  const plans = new Map<string, ArchiveItem[]>();
  const add = (entry: ResolvedCopyEntry, tree: boolean, without: readonly string[]): void => {
    const mount = findMount(entry.path, mounts.mounts);
    assertKept(entry.path, mount, mounts);
    const folder = mount?.path ?? '/';
    const name = entry.path.slice(folder === '/' ? 1 : folder.length + 1);
    const items = plans.get(folder) ?? [];
    items.push({ entry, name, tree, without });
    plans.set(folder, items);
  };
  for (const entry of entries) {
    if (entry.kind !== 'host' || !folders.has(entry)) {
      add(entry, false, []);
      continue;
    }
    const parts = await findPartsInMounts(entry, mounts.mounts);
    add(entry, true, partsBelow(parts, entry.path));
    for (const part of parts) add(part, true, partsBelow(parts, part.path));
  }
  return [...plans.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([folder, items]) => ({ folder, items }));
}

/** The folders of a tree that lie where the container has a mount. */
async function findPartsInMounts(
  entry: ResolvedCopyFromHost,
  mounts: readonly ArchiveMount[],
): Promise<readonly ResolvedCopyFromHost[]> {
  const parts: ResolvedCopyFromHost[] = [];
  for (const { path } of mounts) {
    if (path === entry.path || !isWithin(path, entry.path)) continue;
    const from = join(entry.from, path.slice(entry.path === '/' ? 1 : entry.path.length + 1));
    const found = await lstat(from).catch(() => undefined);
    if (found?.isDirectory() === true) parts.push({ ...entry, path, from });
  }
  return parts;
}

function partsBelow(parts: readonly ResolvedCopyFromHost[], path: string): readonly string[] {
  return parts.filter((part) => part.path !== path && isWithin(part.path, path)).map(({ from }) => from);
}

/** The entries that are folders of this machine. Refuses what is not there, or cannot be copied. */
export async function findFolders(
  entries: readonly ResolvedCopyEntry[],
): Promise<ReadonlySet<ResolvedCopyEntry>> {
  const folders = new Set<ResolvedCopyEntry>();
  for (const entry of entries) {
    if (entry.kind !== 'host') continue;
    const found = await lstat(entry.from).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      throw new InvalidArgumentError(
        entry.field,
        entry.from,
        `must be a path that can be read (${code ?? 'unknown error'})`,
      );
    });
    if (found.isDirectory()) folders.add(entry);
    else if (!found.isFile() && !found.isSymbolicLink()) {
      throw new InvalidArgumentError(entry.field, entry.from, 'must be a file, a folder or a symbolic link');
    }
    if (!found.isDirectory() && entry.path === '/') {
      throw new InvalidArgumentError(
        entry.field,
        entry.from,
        'must be a folder, as it goes to the root folder',
      );
    }
  }
  return folders;
}

/** Something to pack; `withTop`: whether a folder of this machine has an entry of its own, besides what is in it. */
export type PackItem = ArchiveItem & { readonly withTop: boolean };
