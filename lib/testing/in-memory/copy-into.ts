import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  ResolvedCopyEntry,
  ResolvedCopyFile,
  ResolvedCopyFromHost,
} from '../../container/resolve-copy-entries.js';
import { ContainerError } from '../../errors.js';
import type { FileTree } from './file-tree.js';

const MODE_BITS = 0o7777;

/** Puts entries into a container's tree, in their order. */
export async function copyInto(
  tree: FileTree,
  entries: readonly ResolvedCopyEntry[],
  signal: AbortSignal,
): Promise<void> {
  for (const entry of entries) {
    signal.throwIfAborted();
    switch (entry.kind) {
      case 'file':
        tree.writeFile(entry.path, await readContent(entry, signal), entry);
        break;
      case 'directory':
        tree.makeDirectory(entry.path, entry);
        break;
      case 'symlink':
        tree.makeSymlink(entry.path, entry.target, entry);
        break;
      case 'host':
        await copyHostPath(tree, entry, entry.from, entry.path, signal);
    }
  }
}

async function readContent(
  { path, content, sizeBytes }: ResolvedCopyFile,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) {
    signal.throwIfAborted();
    chunks.push(Uint8Array.from(chunk));
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length === sizeBytes) return bytes;
  throw copyFailed(`the content of ${path} is ${bytes.length} bytes, not ${sizeBytes}`);
}

async function copyHostPath(
  tree: FileTree,
  entry: ResolvedCopyFromHost,
  from: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const found = await lstat(from);
  const { uid, gid } = entry;
  const attributes = { uid, gid, mtime: entry.mtime ?? found.mtime, mode: found.mode & MODE_BITS };
  if (found.isSymbolicLink()) {
    tree.makeSymlink(path, await readlink(from), attributes);
  } else if (found.isFile()) {
    tree.writeFile(path, await readFile(from), { ...attributes, mode: entry.mode ?? attributes.mode });
  } else if (found.isDirectory()) {
    tree.makeDirectory(path, attributes);
    for (const name of await readdir(from)) {
      await copyHostPath(tree, entry, join(from, name), join(path, name), signal);
    }
  } else {
    throw copyFailed(`${from} is neither a file, a folder nor a symbolic link`);
  }
}

function copyFailed(reason: string): ContainerError {
  return new ContainerError('COPY_FAILED', `copyTo failed: ${reason}`, { operation: 'copyTo' });
}
