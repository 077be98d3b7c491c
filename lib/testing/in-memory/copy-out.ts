import { chmod, lstat, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, posix, resolve } from 'node:path';
import type { CopyFromResult } from '../../container/copy.js';
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
  const copy = new TreeCopy(container, options, signal);
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

class TreeCopy {
  readonly #container: string;
  readonly #target: string;
  readonly #options: ResolvedCopyFromOptions;
  readonly #signal: AbortSignal;
  readonly #folders = new Set<string>();
  #entries = 0;
  #files = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(container: string, options: ResolvedCopyFromOptions, signal: AbortSignal) {
    this.#container = container;
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
    if (symlinks === 'refuse' || mayLeave(path, to)) {
      throw this.#refusal('ARCHIVE_UNSAFE', `${path} is a symbolic link to ${to}`);
    }
    const place = join(this.#target, path);
    await this.#makeWay(place);
    await symlink(to, place);
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

/** Whether a link leads out of the target folder, or may: where `a/..` leads is not to be told from its text. */
function mayLeave(path: string, to: string): boolean {
  const parts = to.split('/').filter((part) => part !== '' && part !== '.');
  const up = parts.findLastIndex((part) => part === '..') + 1;
  return (
    to.startsWith('/') || parts.slice(0, up).some((part) => part !== '..') || up > path.split('/').length - 1
  );
}
