import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyEntry } from '../../container/copy.js';
import type {
  ResolvedCopyEntry,
  ResolvedCopyFile,
  ResolvedCopyFromHost,
} from '../../container/resolve-copy-entries.js';
import { InvalidArgumentError } from '../../errors.js';
import type { FileAttributes, FileNode, FileTree } from './file-tree.js';
import { refusal } from './refusal.js';

const MODE_BITS = 0o7777;

/** Puts entries into a container's tree, in their order. */
export async function copyInto(
  tree: FileTree,
  container: string,
  entries: readonly ResolvedCopyEntry[],
  signal: AbortSignal,
): Promise<void> {
  const copy = new CopyIntoTree(tree, container, signal);
  for (const entry of entries) if (entry.kind === 'host') await assertExists(entry);
  for (const entry of entries) await copy.take(entry);
}

/** Closes the streams among the contents, also those that nobody has read. */
export async function closeContents(entries: readonly CopyEntry[]): Promise<void> {
  for (const entry of entries) {
    if (!('content' in entry) || typeof entry.content === 'string' || entry.content instanceof Uint8Array)
      continue;
    await entry.content[Symbol.asyncIterator]().return?.();
  }
}

async function assertExists({ field, from }: ResolvedCopyFromHost): Promise<void> {
  await lstat(from).catch(() => {
    throw new InvalidArgumentError(field, from, 'must exist on this machine');
  });
}

class CopyIntoTree {
  readonly #tree: FileTree;
  readonly #container: string;
  readonly #signal: AbortSignal;

  constructor(tree: FileTree, container: string, signal: AbortSignal) {
    this.#tree = tree;
    this.#container = container;
    this.#signal = signal;
  }

  async take(entry: ResolvedCopyEntry): Promise<void> {
    this.#signal.throwIfAborted();
    switch (entry.kind) {
      case 'file': {
        const content = await this.#read(entry);
        this.#put(entry.path, 'file', () => {
          this.#tree.writeFile(entry.path, content, entry);
        });
        break;
      }
      case 'directory':
        this.#put(entry.path, 'directory', () => {
          this.#tree.makeDirectory(entry.path, entry);
        });
        break;
      case 'symlink':
        this.#put(entry.path, 'symlink', () => {
          this.#tree.makeSymlink(entry.path, entry.target, entry);
        });
        break;
      case 'host':
        await this.#takeFromHost(entry, entry.from, entry.path);
    }
  }

  async #read({ path, content, sizeBytes }: ResolvedCopyFile): Promise<Uint8Array> {
    if (content instanceof Uint8Array) return content;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of content) {
      this.#signal.throwIfAborted();
      chunks.push(Uint8Array.from(chunk));
      length += chunk.length;
      if (length > sizeBytes) break;
    }
    if (length !== sizeBytes)
      throw this.#failed(`the content of ${path} is not the ${sizeBytes} bytes it should be`);
    return Buffer.concat(chunks);
  }

  async #takeFromHost(entry: ResolvedCopyFromHost, from: string, path: string): Promise<void> {
    this.#signal.throwIfAborted();
    const found = await lstat(from);
    const attributes = {
      uid: entry.uid,
      gid: entry.gid,
      mtime: entry.mtime ?? found.mtime,
      mode: found.mode & MODE_BITS,
    };
    if (found.isSymbolicLink()) {
      const target = await readlink(from);
      this.#put(path, 'symlink', () => {
        this.#tree.makeSymlink(path, target, attributes);
      });
    } else if (found.isFile()) {
      const content = await readFile(from);
      this.#put(path, 'file', () => {
        this.#tree.writeFile(path, content, { ...attributes, mode: entry.mode ?? attributes.mode });
      });
    } else if (found.isDirectory()) {
      this.#putHostFolder(path, attributes, path === entry.path);
      for (const name of await readdir(from)) {
        await this.#takeFromHost(entry, join(from, name), join(path, name));
      }
    } else if (!found.isSocket()) {
      throw this.#failed(`${from} is neither a file, a folder nor a symbolic link`);
    }
  }

  /** The folder that a tree is put into stays as it is when it is there, or is a link to a folder. */
  #putHostFolder(path: string, attributes: FileAttributes, isTop: boolean): void {
    if (isTop && this.#tree.resolve(path)?.kind === 'directory') return;
    if (!isTop && this.#tree.lookup(path)?.kind === 'symlink') throw this.#failed(`${path} is a link`);
    this.#put(path, 'directory', () => {
      this.#tree.makeDirectory(path, attributes);
    });
  }

  /** A folder and something else never take each other's place; other things do. */
  #put(path: string, kind: FileNode['kind'], put: () => void): void {
    const found = this.#tree.lookup(path);
    const clash = kind === 'directory' ? ['file', 'special'] : ['directory'];
    if (found !== undefined && clash.includes(found.kind)) {
      throw this.#failed(`${path} is a ${found.kind} and not to be replaced by a ${kind}`);
    }
    try {
      put();
    } catch (error) {
      throw this.#failed((error as Error).message);
    }
  }

  #failed(reason: string): Error {
    return refusal('COPY_FAILED', 'copyTo', this.#container, reason);
  }
}
