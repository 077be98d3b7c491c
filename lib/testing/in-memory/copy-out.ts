import { chmod, lstat, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, posix, resolve } from 'node:path';
import type { CopyFromResult } from '../../container/copy.js';
import { resolveContainerPath } from '../../container/resolve-copy-entries.js';
import type { ResolvedCopyFromOptions } from '../../container/resolve-copy-from-options.js';
import { ContainerError, type PodrootErrorCode } from '../../errors.js';
import type { FileNode, FileTree } from './file-tree.js';
import { refusal } from './refusal.js';

/** Setuid, setgid and sticky bits stay behind. */
const KEPT_MODE = 0o777;
const OWNER_MAY_ALL = 0o700;

/** Copies what is at a path of a container's tree into a folder of this machine, under the same rules as any driver. */
export async function copyOut(
  tree: FileTree,
  container: string,
  options: ResolvedCopyFromOptions,
  signal: AbortSignal,
): Promise<CopyFromResult> {
  const node = tree.resolve(options.path);
  if (node === undefined) {
    throw refusal('PATH_NOT_FOUND', 'copyFrom', container, `there is no ${options.path}`);
  }
  const copy = new TreeCopy(container, node, options, signal);
  try {
    await mkdir(options.targetFolder, { recursive: true });
    await copy.write(node, options.name ?? '', '');
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ContainerError) throw error;
    throw refusal('COPY_FAILED', 'copyFrom', container, (error as Error).message);
  }
  return copy.result;
}

/** A file's content. */
export async function* readOut(tree: FileTree, container: string, path: string): AsyncGenerator<Uint8Array> {
  const node = tree.resolve(resolveContainerPath('path', path));
  if (node === undefined) throw refusal('PATH_NOT_FOUND', 'readFile', container, `there is no ${path}`);
  if (node.kind !== 'file') throw refusal('COPY_FAILED', 'readFile', container, `${path} is no regular file`);
  yield await Promise.resolve(node.content);
}

class TreeCopy {
  readonly #container: string;
  readonly #root: FileNode;
  readonly #target: string;
  readonly #options: ResolvedCopyFromOptions;
  readonly #signal: AbortSignal;
  readonly #folders = new Set<string>();
  #entries = 0;
  #files = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(container: string, root: FileNode, options: ResolvedCopyFromOptions, signal: AbortSignal) {
    this.#container = container;
    this.#root = root;
    this.#target = resolve(options.targetFolder);
    this.#folders.add(this.#target);
    this.#options = options;
    this.#signal = signal;
  }

  get result(): CopyFromResult {
    return { files: this.#files, bytes: this.#bytes, skipped: this.#skipped };
  }

  /** `inside` is the path that the filter knows it by; empty for the copied thing itself. */
  async write(node: FileNode, path: string, inside: string): Promise<void> {
    this.#signal.throwIfAborted();
    const { filter, maxEntries } = this.#options;
    if ((this.#entries += 1) > maxEntries) {
      throw this.#refusal('ARCHIVE_LIMIT', `it has more than ${maxEntries} entries`);
    }
    const wanted = inside === '' || filter === undefined || filter(inside);
    if (!wanted) this.#skipped += 1;
    const place = join(this.#target, path);
    if (node.kind === 'directory') {
      await this.#writeFolder(node, path, inside, wanted);
    } else if (node.kind === 'special') {
      throw this.#refusal('ARCHIVE_UNSAFE', `${path} is a device, socket or fifo`);
    } else if (wanted && node.kind === 'file') {
      await this.#writeFile(node, place);
    } else if (wanted && node.kind === 'symlink') {
      await this.#writeSymlink(node.target, path);
    }
  }

  async #writeFolder(
    node: FileNode & { readonly kind: 'directory' },
    path: string,
    inside: string,
    wanted: boolean,
  ): Promise<void> {
    const place = join(this.#target, path);
    const mode = wanted && !this.#folders.has(place) ? await this.#makeFolder(place, node.mode) : undefined;
    for (const [name, child] of node.children) {
      await this.write(child, posix.join(path, name), posix.join(inside, name));
    }
    if (mode === undefined) return;
    await chmod(place, mode);
    await utimes(place, node.mtime, node.mtime);
  }

  async #writeFile(node: FileNode & { readonly kind: 'file' }, place: string): Promise<void> {
    if (this.#bytes + node.content.length > this.#options.maxBytes) {
      throw this.#refusal('ARCHIVE_LIMIT', `it has more than ${this.#options.maxBytes} bytes`);
    }
    await this.#makeWay(place);
    await writeFile(place, node.content, { flag: 'wx', mode: node.mode & KEPT_MODE, signal: this.#signal });
    await utimes(place, node.mtime, node.mtime);
    this.#files += 1;
    this.#bytes += node.content.length;
  }

  async #writeSymlink(to: string, path: string): Promise<void> {
    const { symlinks } = this.#options;
    if (symlinks === 'skip') {
      this.#skipped += 1;
      return;
    }
    const folders = foldersOnTheWay(path, to);
    if (symlinks === 'refuse' || folders?.every((folder) => this.#isFolder(folder)) !== true) {
      throw this.#refusal('ARCHIVE_UNSAFE', `${path} is a symbolic link to ${to}`);
    }
    const place = join(this.#target, path);
    await this.#makeWay(place);
    await symlink(to, place);
  }

  /** Whether what is copied to this path, relative to the target folder, is a folder. */
  #isFolder(path: string): boolean {
    const parts = path.split('/');
    const outside = this.#options.name !== undefined && parts.shift() !== this.#options.name;
    let node: FileNode | undefined = outside ? undefined : this.#root;
    for (const part of parts) node = node?.kind === 'directory' ? node.children.get(part) : undefined;
    return node?.kind === 'directory';
  }

  /** Removes what is there, which may be a link to somewhere else, and has the folder around it. */
  async #makeWay(place: string): Promise<void> {
    await this.#makeFolder(dirname(place), KEPT_MODE);
    await rm(place, { force: true });
  }

  /** Gives the mode that a new folder is to have in the end; until then it can be written to. */
  async #makeFolder(place: string, mode: number): Promise<number | undefined> {
    if (this.#folders.has(place)) return undefined;
    await this.#makeFolder(dirname(place), KEPT_MODE);
    this.#folders.add(place);
    const found = await lstat(place).catch(() => undefined);
    if (found?.isDirectory() === true) return undefined;
    await rm(place, { force: true });
    await mkdir(place, { mode: mode & KEPT_MODE });
    // Less than was asked for, by this process's umask.
    const given = (await lstat(place)).mode & KEPT_MODE;
    await chmod(place, given | OWNER_MAY_ALL);
    return given;
  }

  #refusal(code: PodrootErrorCode, reason: string): Error {
    return refusal(code, 'copyFrom', this.#container, reason);
  }
}

/**
 * The paths that must be folders for a link to stay inside of the target folder, or `undefined` when it leads out:
 * `a/..` leads to wherever `a` does.
 */
function foldersOnTheWay(path: string, to: string): readonly string[] | undefined {
  if (to.startsWith('/')) return undefined;
  const at = path.split('/').slice(0, -1);
  const folders: string[] = [];
  let named = false;
  for (const part of to.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (named) folders.push(at.join('/'));
      if (at.pop() === undefined) return undefined;
    } else {
      named = true;
      at.push(part);
    }
  }
  return folders;
}
