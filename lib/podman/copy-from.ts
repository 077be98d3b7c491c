import { posix } from 'node:path';
import type { CopyFromOptions, CopyFromResult } from '../container/copy.js';
import {
  resolveCopyFromOptions,
  type ResolvedCopyFromOptions,
} from '../container/resolve-copy-from-options.js';
import { ContainerError, type PodrootErrorCode } from '../errors.js';
import { createArchiveNames, foldersOnTheWay, UnsafeNameError, type ArchiveNames } from './archive-names.js';
import { statPath, toPattern } from './archive-stat.js';
import { unpackArchive, type EntryContent, type UnpackedHeader } from './archive-unpack.js';
import { ArchiveWriter, type WritableEntry } from './archive-writer.js';
import type { LibpodClient } from './libpod-client.js';

/** Copies a file or a tree out of a container: see `ContainerManager.copyFrom`. */
export async function copyFrom(
  client: LibpodClient,
  container: string,
  path: string,
  targetFolder: string,
  options: CopyFromOptions,
): Promise<CopyFromResult> {
  const resolved = resolveCopyFromOptions(path, targetFolder, options);
  const writer = new ArchiveWriter(resolved.targetFolder);
  const copy = new ArchiveCopy(container, resolved, writer);
  try {
    await unpackArchive(
      client,
      { operation: 'copyFrom', container, path: resolved.path, signal: resolved.signal },
      (header, content) => copy.take(header, content),
    );
    await copy.finish();
  } finally {
    await writer.settle();
  }
  await copy.assertComplete(client);
  return copy.result;
}

type LateLink = WritableEntry & { readonly folders: readonly string[] };

/** One copy: what is allowed in it, and what came so far. */
class ArchiveCopy {
  readonly #container: string;
  readonly #options: ResolvedCopyFromOptions;
  readonly #writer: ArchiveWriter;
  readonly #names: ArchiveNames;
  /** Links of which it shows at the end only where they lead. */
  readonly #lateLinks: LateLink[] = [];
  #entries = 0;
  #files = 0;
  #bytes = 0;
  #skipped = 0;
  #last: { readonly path: string; readonly header: UnpackedHeader } | undefined;

  constructor(container: string, options: ResolvedCopyFromOptions, writer: ArchiveWriter) {
    this.#container = container;
    this.#options = options;
    this.#writer = writer;
    this.#names = createArchiveNames(posix.basename(options.path));
  }

  get result(): CopyFromResult {
    return { files: this.#files, bytes: this.#bytes, skipped: this.#skipped };
  }

  /** Takes an entry, to be called with one after the other. */
  take(header: UnpackedHeader, content: EntryContent): Promise<void> {
    return this.#naming(header.name, () => this.#take(header, content));
  }

  /** To be called when all entries were taken. */
  async finish(): Promise<void> {
    for (const link of this.#lateLinks) {
      await this.#naming(link.header.name, async () => {
        if (!(await this.#writer.hasFolders(link.folders))) {
          throw new UnsafeNameError(
            `is a link by way of what is not a folder, to ${link.header.linkname ?? ''}`,
          );
        }
        await this.#writer.write(link);
      });
    }
    await this.#naming('the times of folders', () => this.#writer.setFolderTimes());
  }

  async #naming(name: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof ContainerError) throw error;
      const code = error instanceof UnsafeNameError ? 'ARCHIVE_UNSAFE' : 'COPY_FAILED';
      throw this.#refusal(code, name, error instanceof Error ? error.message : String(error), error);
    }
  }

  async #take(header: UnpackedHeader, content: EntryContent): Promise<void> {
    const { name, maxEntries, filter } = this.#options;
    this.#entries += 1;
    if (this.#entries > maxEntries) {
      throw this.#refusal('ARCHIVE_LIMIT', header.name, `is more than the ${maxEntries} entries allowed`);
    }
    const inside = this.#names.toRelative(header.name);
    const path = posix.join(name ?? '', inside);
    this.#last = { path: inside, header };
    assertPlainType(header);
    if (path === '.' && header.type !== 'directory') throw new Error('is not a folder');
    if (inside !== '' && filter !== undefined && !filter(inside)) {
      await this.#skip(content);
    } else if (header.type === 'symlink') {
      await this.#takeSymlink(header, content, path);
    } else if (header.type === 'link') {
      await this.#takeHardLink(header, content, path);
    } else if (header.type === 'file') {
      await this.#takeFile(header, content, path);
    } else {
      await this.#writer.write({ header, content, path: path === '.' ? '' : path });
    }
  }

  async #takeFile(header: UnpackedHeader, content: EntryContent, path: string): Promise<void> {
    const { maxBytes } = this.#options;
    if (this.#bytes + header.size > maxBytes) {
      throw this.#refusal('ARCHIVE_LIMIT', header.name, `goes beyond the ${maxBytes} bytes allowed`);
    }
    this.#bytes += header.size;
    await this.#writer.write({ header, content, path });
    this.#files += 1;
  }

  async #takeSymlink(header: UnpackedHeader, content: EntryContent, path: string): Promise<void> {
    const { symlinks } = this.#options;
    if (symlinks === 'refuse') throw new UnsafeNameError('is a symbolic link');
    if (symlinks === 'skip') {
      await this.#skip(content);
      return;
    }
    const folders = foldersOnTheWay(path, header.linkname ?? '');
    if (folders.length > 0) this.#lateLinks.push({ header, content, path, folders });
    else await this.#writer.write({ header, content, path });
  }

  async #takeHardLink(header: UnpackedHeader, content: EntryContent, path: string): Promise<void> {
    const linkTo = posix.join(this.#options.name ?? '', this.#names.toRelative(header.linkname ?? ''));
    if (!this.#writer.hasWritten(linkTo)) {
      throw new Error(`is a hard link to ${header.linkname ?? ''}, which was not written`);
    }
    await this.#writer.write({ header, content, path, linkTo });
    this.#files += 1;
  }

  #skip(content: EntryContent): Promise<void> {
    this.#skipped += 1;
    if (content.destroying) return Promise.reject(new Error('came cut short'));
    return new Promise((resolve, reject) => {
      content.once('close', resolve).once('error', reject).resume();
    });
  }

  /**
   * Podman's archiver stops at a file that grows under it, and ends the archive properly: the rest of the tree is
   * missing with nothing to show for it but that the last file is not as long any more as its header says.
   */
  async assertComplete(client: LibpodClient): Promise<void> {
    const { path, signal } = this.#options;
    const last = this.#last;
    if (last === undefined || last.path === '' || last.header.type !== 'file') return;
    const place = posix.join(path, last.path);
    // Podman says nothing about such a path.
    if (toPattern(place) === undefined) return;
    const found = await statPath(client, this.#container, place, 'copyFrom', {
      signal,
    });
    if (found?.size === last.header.size) return;
    throw this.#refusal(
      'COPY_FAILED',
      last.header.name,
      'changed while it was read, so that what comes after it may be missing: copy when nothing writes there',
    );
  }

  #refusal(code: PodrootErrorCode, name: string, problem: string, cause?: unknown): ContainerError {
    return new ContainerError(code, `copyFrom ${this.#container} failed: ${name} ${problem}`, {
      operation: 'copyFrom',
      container: this.#container,
      cause,
    });
  }
}

const PLAIN_TYPES = new Set(['file', 'directory', 'symlink', 'link']);

function assertPlainType({ type, size, pax }: UnpackedHeader): void {
  if (type === null || !PLAIN_TYPES.has(type))
    throw new UnsafeNameError(`is a ${type ?? 'thing of unknown type'}`);
  // tar-stream would wait for somebody to read a content that these cannot have.
  if (type !== 'file' && size !== 0) throw new UnsafeNameError(`is a ${type} with a content`);
  if (Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) {
    throw new UnsafeNameError('is a sparse file in a form that is not read');
  }
}
