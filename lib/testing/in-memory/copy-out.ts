import { chmod, lstat, mkdir, symlink, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { CopyFromResult } from '../../container/copy.js';
import type { ResolvedCopyFromOptions } from '../../container/resolve-copy-from-options.js';
import type { PodrootErrorCode } from '../../errors.js';
import type { FileNode, FileTree } from './file-tree.js';
import { refusal } from './refusal.js';

/** Setuid, setgid and sticky bits stay behind. */
const KEPT_MODE = 0o777;

/** Copies what is at a path of a container's tree into a folder of this machine, under the same rules as any driver. */
export async function copyOut(
  tree: FileTree,
  container: string,
  options: ResolvedCopyFromOptions,
  signal: AbortSignal,
): Promise<CopyFromResult> {
  const node = tree.resolve(options.path);
  if (node === undefined)
    throw refusal('PATH_NOT_FOUND', 'copyFrom', container, `there is no ${options.path}`);
  await mkdir(options.targetFolder, { recursive: true });
  const copy = new TreeCopy(container, resolve(options.targetFolder), options, signal);
  await copy.write(node, options.name ?? '', '');
  return copy.result;
}

class TreeCopy {
  readonly #container: string;
  readonly #target: string;
  readonly #options: ResolvedCopyFromOptions;
  readonly #signal: AbortSignal;
  #entries = 0;
  #files = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(container: string, target: string, options: ResolvedCopyFromOptions, signal: AbortSignal) {
    this.#container = container;
    this.#target = target;
    this.#options = options;
    this.#signal = signal;
  }

  get result(): CopyFromResult {
    return { files: this.#files, bytes: this.#bytes, skipped: this.#skipped };
  }

  /** `inside` is the path that the filter knows it by; empty for the copied thing itself. */
  async write(node: FileNode, name: string, inside: string): Promise<void> {
    this.#signal.throwIfAborted();
    if ((this.#entries += 1) > this.#options.maxEntries) {
      throw this.#refusal('ARCHIVE_LIMIT', `it has more than ${this.#options.maxEntries} entries`);
    }
    const place = join(this.#target, name);
    if (inside !== '' && this.#options.filter?.(inside) === false) {
      this.#skipped += 1;
      return;
    }
    switch (node.kind) {
      case 'file':
        await this.#writeFile(node, place);
        break;
      case 'directory':
        await makeRealFolder(place);
        for (const [child, childNode] of node.children) {
          await this.write(childNode, join(name, child), join(inside, child));
        }
        if (name !== '') await setAttributes(place, node);
        break;
      case 'symlink':
        await this.#writeSymlink(node.target, place);
        break;
      case 'special':
        throw this.#refusal('ARCHIVE_UNSAFE', `${name} is a device, socket or fifo`);
    }
  }

  async #writeFile(node: FileNode & { readonly kind: 'file' }, place: string): Promise<void> {
    if (this.#bytes + node.content.length > this.#options.maxBytes) {
      throw this.#refusal('ARCHIVE_LIMIT', `it has more than ${this.#options.maxBytes} bytes`);
    }
    // What is there may be a link to somewhere else.
    await rm(place, { force: true });
    await writeFile(place, node.content, { flag: 'wx', signal: this.#signal });
    await setAttributes(place, node);
    this.#files += 1;
    this.#bytes += node.content.length;
  }

  async #writeSymlink(to: string, place: string): Promise<void> {
    const { symlinks } = this.#options;
    if (symlinks === 'skip') {
      this.#skipped += 1;
      return;
    }
    const leadsTo = relative(this.#target, resolve(dirname(place), to));
    const leaves = isAbsolute(to) || leadsTo === '..' || leadsTo.startsWith(`..${sep}`);
    if (symlinks === 'refuse' || leaves) {
      throw this.#refusal('ARCHIVE_UNSAFE', `it holds a symbolic link to ${to}`);
    }
    await rm(place, { force: true });
    await symlink(to, place);
  }

  #refusal(code: PodrootErrorCode, reason: string): Error {
    return refusal(code, 'copyFrom', this.#container, reason);
  }
}

async function makeRealFolder(place: string): Promise<void> {
  const found = await lstat(place).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  await rm(place, { force: true });
  await mkdir(place);
}

async function setAttributes(place: string, { mode, mtime }: FileNode): Promise<void> {
  await chmod(place, mode & KEPT_MODE);
  await utimes(place, mtime, mtime);
}
