import { EventEmitter, once } from 'node:events';
import fs, { type WriteStream } from 'node:fs';
import { lstat, mkdir, realpath, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as tarFs from 'tar-fs';
import { UnsafeNameError } from './archive-names.js';
import type { EntryContent, UnpackedHeader } from './archive-unpack.js';
import { ArchiveWriterFs } from './archive-writer-fs.js';

/** An entry whose place was found safe as far as names can tell. */
export interface WritableEntry {
  readonly header: UnpackedHeader;
  readonly content: EntryContent;
  /** Where it goes, relative to the target folder; empty: that folder itself, which is only made. */
  readonly path: string;
  /** What a hard link is another name of, relative to the target folder. */
  readonly linkTo?: string | undefined;
}

const OWNER_BITS = 0o700;
/** Without setuid, setgid and sticky bits. */
const PERMISSIONS = 0o777;
/** The last moment that every file system can note. */
const MOST_SECONDS = 0x7fff_ffff;

/**
 * Writes entries below a folder of this machine, by tar-fs, and sees to what that does not: that nothing which is there
 * already is followed or written through, be it a link, a hard link or a fifo.
 */
export class ArchiveWriter {
  readonly #folder: string;
  /** tar-fs listens to this instead of parsing the archive itself, so that it sees only what was looked at before. */
  readonly #entries = new EventEmitter();
  readonly #streams = new Set<WriteStream>();
  /** Folders that are no links, and where the next entry goes. No folder is replaced while this writes. Absolute paths. */
  readonly #places = { folders: new Set<string>(), vacant: undefined as string | undefined };
  readonly #fs = new ArchiveWriterFs(this.#places);
  readonly #files = new Set<string>();
  #root: string | undefined;
  #abandoned = false;
  #mode = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether a regular file of this archive was written there. */
  hasWritten(path: string): boolean {
    return this.#files.has(path);
  }

  async write(entry: WritableEntry): Promise<void> {
    const root = (this.#root ??= await this.#open());
    if (entry.path === '') return;
    await this.#clear(root, entry);
    const { header, path, content } = entry;
    this.#places.vacant = header.type === 'directory' ? undefined : join(root, path);
    // tar-fs would wait for ever for a content that has ended before it turns to it.
    if (content.destroying) throw new Error('came cut short');
    // A folder that its owner cannot write to could not be filled, nor removed.
    this.#mode = (header.mode & PERMISSIONS) | (header.type === 'directory' ? OWNER_BITS : 0);
    content.once('end', () => content.off('close', this.#abandon)).once('close', this.#abandon);
    await new Promise<void>((resolve, reject) => {
      const linkname = entry.linkTo ?? header.linkname;
      const mtime = toMtime(header.mtime);
      this.#entries.emit(
        'entry',
        { ...header, name: path, linkname, mode: this.#mode, mtime },
        content,
        (error?: Error | null) => {
          if (error) reject(error);
          else resolve();
        },
      );
    });
    if (header.type === 'file') this.#files.add(path);
  }

  /** Whether all these paths, relative to the target folder, are folders and not links to such. */
  async hasFolders(paths: readonly string[]): Promise<boolean> {
    for (const path of paths) {
      const root = this.#root ?? this.#folder;
      await this.#assertRealFolders(root, dirname(path));
      const found = await lstat(join(root, path)).catch(ignoreAbsence);
      if (found?.isDirectory() !== true) return false;
    }
    return true;
  }

  /** Gives folders their times, to be called when all is written: what is made in them changes these. */
  setFolderTimes(): Promise<void> {
    return this.#fs.setFolderTimes();
  }

  /** Resolves when no file is open any more, however the writing ended. */
  async settle(): Promise<void> {
    await Promise.all([...this.#streams].map((stream) => once(stream, 'close')));
  }

  async #open(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const root = await realpath(this.#folder);
    // The types of tar-fs know less than it does.
    const options: object = {
      extract: this.#entries,
      fs: this.#fs.toOption((path) => this.#createFile(path)),
      chown: false,
      // tar-fs asks the process for its umask otherwise, which changes it for an instant, for all threads. The kernel
      // applies it to what is made, as no mode is set afterwards.
      umask: 0,
      // Links are held to stricter rules before; tar-fs would refuse links to links.
      validateSymlinks: false,
    };
    if ((tarFs.extract(root, options) as unknown) !== this.#entries) {
      throw new Error('this version of tar-fs does not take the option "extract"');
    }
    return root;
  }

  /** Refuses an entry below what is not a real folder, and removes what it replaces. */
  async #clear(root: string, { header, path }: WritableEntry): Promise<void> {
    await this.#assertRealFolders(root, dirname(path));
    const found = await lstat(join(root, path)).catch(ignoreAbsence);
    if (found === undefined) return;
    if (header.type === 'directory') {
      if (found.isSymbolicLink()) throw new UnsafeNameError('is a folder where the target folder has a link');
      if (!found.isDirectory()) throw new Error('is a folder where the target folder has a file');
    } else if (found.isDirectory()) {
      throw new Error('is no folder, but the target folder has one of this name');
    } else {
      await unlink(join(root, path));
      this.#files.delete(path);
    }
  }

  async #assertRealFolders(root: string, path: string): Promise<void> {
    if (path === '.' || this.#places.folders.has(join(root, path))) return;
    await this.#assertRealFolders(root, dirname(path));
    const found = await lstat(join(root, path)).catch(ignoreAbsence);
    if (found === undefined) return;
    if (!found.isDirectory()) throw new UnsafeNameError('lies below something that is not a folder');
    this.#places.folders.add(join(root, path));
  }

  /** Fails if anything is there, so that no link or hard link is ever written through. */
  #createFile(path: string): WriteStream {
    const stream = fs.createWriteStream(path, { flags: 'wx', mode: this.#mode });
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    if (this.#abandoned) stream.destroy(new Error('its content came cut short'));
    return stream;
  }

  /** Ends the file that is being written, or is about to be. */
  readonly #abandon = (): void => {
    this.#abandoned = true;
    for (const stream of this.#streams) stream.destroy(new Error('its content came cut short'));
  };
}

function toMtime(mtime: Date): Date {
  const seconds = mtime.getTime() / 1000;
  return new Date(Math.min(Math.max(Number.isNaN(seconds) ? 0 : seconds, 0), MOST_SECONDS) * 1000);
}

function ignoreAbsence(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
