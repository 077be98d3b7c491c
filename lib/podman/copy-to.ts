import type { CallOptions } from '../abort.js';
import type { CopyEntry } from '../container/copy.js';
import { resolveCopyEntries, type ResolvedCopyEntry } from '../container/resolve-copy-entries.js';
import { ContainerError } from '../errors.js';
import { holdContents } from './archive-content.js';
import { findMount, readMounts, type ArchiveMounts } from './archive-mounts.js';
import { packArchive } from './archive-pack.js';
import { findFolders, planArchives, type ArchiveItem, type PackItem } from './archive-plan.js';
import { statPath, toPattern } from './archive-stat.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';

/** Puts entries into a container: see `ContainerManager.copyTo`. One inspection, and one upload for each mount. */
export async function copyTo(
  client: LibpodClient,
  container: string,
  entries: readonly CopyEntry[],
  options: CallOptions,
): Promise<void> {
  await holdContents(entries, async () => {
    const resolved = resolveCopyEntries(entries);
    options.signal?.throwIfAborted();
    if (resolved.length > 0) await upload(client, container, resolved, options);
  });
}

async function upload(
  client: LibpodClient,
  container: string,
  entries: readonly ResolvedCopyEntry[],
  options: CallOptions,
): Promise<void> {
  const folders = await findFolders(entries);
  const mounts = await readMounts(client, container, options);
  for (const { folder, items } of await planArchives(entries, mounts, folders)) {
    const packItems: PackItem[] = [];
    for (const item of items) {
      const withTop = !item.tree || !(await isFolderThere(client, item, mounts, options));
      packItems.push({ ...item, withTop });
    }
    await putArchive(client, container, folder, packItems, options);
  }
}

async function putArchive(
  client: LibpodClient,
  container: string,
  folder: string,
  items: readonly PackItem[],
  options: CallOptions,
): Promise<void> {
  const archive = packArchive(container, items);
  try {
    await client.call({
      method: 'PUT',
      path: libpodPath`containers/${container}/archive`,
      // `copyUIDGID` says the opposite of what it does: `true`, the default, gives all to the container's user. Without
      // `noOverwriteDirNonDir` a folder "lib" would take the place of the link "lib -> usr/lib".
      query: { path: folder, copyUIDGID: false, noOverwriteDirNonDir: true },
      tar: archive.bytes,
      timeoutMs: 0,
      signal: options.signal,
      context: { operation: 'copyTo', container, otherwise: 'COPY_FAILED' },
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw archive.failure === undefined ? error : archive.failure.error;
  } finally {
    archive.destroy();
  }
  if (!archive.whole) {
    throw new ContainerError('COPY_FAILED', `copyTo ${container} failed: Podman answered before it had all`, {
      operation: 'copyTo',
      container,
    });
  }
}

/** Whether the folder that a tree is put into exists; then it stays as it is, even if it is a link to a folder. */
async function isFolderThere(
  client: LibpodClient,
  { entry: { path } }: ArchiveItem,
  { container, mounts }: ArchiveMounts,
  options: CallOptions,
): Promise<boolean> {
  if (path === '/' || findMount(path, mounts)?.path === path) return true;
  if (toPattern(path) === undefined) return false;
  return (await statPath(client, container, path, 'copyTo', options))?.isDir === true;
}
