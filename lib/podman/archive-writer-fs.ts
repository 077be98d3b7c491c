import fs, { type WriteStream } from 'node:fs';
import { utimes } from 'node:fs/promises';

type Callback<T> = (error: Error | null, value?: T) => void;

/** What tar-fs asks of what it finds. */
interface Kind {
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

const FOLDER: Kind = { isDirectory: () => true, isSymbolicLink: () => false };
const NEITHER: Kind = { isDirectory: () => false, isSymbolicLink: () => false };

/** What is known of the target folder, by absolute paths. */
export interface KnownPlaces {
  /** Folders that are no links, and stay. */
  readonly folders: ReadonlySet<string>;
  /** Where the next entry goes, if it is no folder; nothing is there. */
  readonly vacant: string | undefined;
}

/**
 * The calls into the file system that tar-fs makes when it writes. What is known is answered at once and folders get
 * their times once, at the end: a tree of small files takes as long as its calls, each of which waits for a thread.
 */
export class ArchiveWriterFs {
  readonly #known: KnownPlaces;
  readonly #folderTimes = new Map<string, readonly [accessed: Date, modified: Date]>();

  constructor(known: KnownPlaces) {
    this.#known = known;
  }

  /** What tar-fs takes in place of `node:fs`. */
  toOption(createWriteStream: (path: string) => WriteStream): object {
    return {
      ...fs,
      createWriteStream,
      // Modes are given when things are made.
      chmod: (_path: string, _mode: number, callback: Callback<never>): void => {
        callback(null);
      },
      lstat: (path: string, callback: Callback<Kind>): void => {
        if (this.#known.folders.has(path)) callback(null, FOLDER);
        else if (this.#known.vacant === path) callback(null, NEITHER);
        else fs.lstat(path, callback);
      },
      stat: (path: string, callback: Callback<Kind>): void => {
        if (this.#known.folders.has(path)) callback(null, FOLDER);
        else fs.stat(path, callback);
      },
      utimes: (path: string, accessed: Date, modified: Date, callback: Callback<never>): void => {
        if (this.#known.vacant === path) {
          fs.utimes(path, accessed, modified, callback);
        } else {
          this.#folderTimes.set(path, [accessed, modified]);
          callback(null);
        }
      },
    };
  }

  /** To be called when nothing is written any more. */
  async setFolderTimes(): Promise<void> {
    for (const [path, [accessed, modified]] of this.#folderTimes) await utimes(path, accessed, modified);
  }
}
