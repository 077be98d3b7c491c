import type { CallOptions } from '../abort.js';

/**
 * What every entry put into a container has.
 *
 * @public
 */
export interface CopyEntryAttributes {
  /**
   * Absolute path in the container. Missing parent folders are made, `root:root`, `0o755`; those that are there stay as
   * they are, and links among them are followed. A link at the path itself is replaced, never written through.
   */
  readonly path: string;
  /** Permission bits; a symbolic link has none. @defaultValue `0o644` for files, `0o755` for folders; a host file's own */
  readonly mode?: number | undefined;
  /** Owner's number. @defaultValue 0 */
  readonly uid?: number | undefined;
  /** Group's number. @defaultValue 0 */
  readonly gid?: number | undefined;
  /** When it was last changed. @defaultValue now; a host file's own */
  readonly mtime?: Date | undefined;
}

/**
 * A file whose content is in memory or comes as a stream.
 *
 * @public
 */
export interface CopyFile extends CopyEntryAttributes {
  /** A string is written as UTF-8. A stream is read once, and closed however the copy ends. */
  readonly content: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** The content's size; needed for a stream, which must then give exactly as much: `COPY_FAILED` otherwise. */
  readonly sizeBytes?: number | undefined;
}

/**
 * A file or a folder with all in it, of this machine. Symbolic links are copied as links, hard links as files of their
 * own; sockets are left out, and devices and fifos are refused with `COPY_FAILED`.
 *
 * @remarks
 * The folder's content is put into the folder named by `path`. When that is there already, or is a link to a folder, it
 * keeps its own mode and owner. A folder within that meets something else of its name is `COPY_FAILED`.
 * @public
 */
export interface CopyFromHost extends CopyEntryAttributes {
  /**
   * Path on this machine. `uid`, `gid` and, where given, `mode` (files only) and `mtime` apply to everything in it. A file
   * that changes its size or vanishes while it is read is `COPY_FAILED`.
   */
  readonly from: string;
}

/**
 * A folder.
 *
 * @public
 */
export interface CopyDirectory extends CopyEntryAttributes {
  /** Says that it is a folder. */
  readonly directory: true;
}

/**
 * A symbolic link.
 *
 * @public
 */
export interface CopySymlink extends CopyEntryAttributes {
  /** What it points at, as it is written into the link. */
  readonly symlink: string;
}

/**
 * Something to put into a container.
 *
 * @public
 */
export type CopyEntry = CopyFile | CopyFromHost | CopyDirectory | CopySymlink;

/**
 * How a tree comes out of a container.
 *
 * @public
 */
export interface CopyFromOptions extends CallOptions {
  /**
   * What is done with symbolic links: `keep` writes those that stay inside the target and refuses others with
   * `ARCHIVE_UNSAFE`, `skip` leaves all out, `refuse` ends the copy at the first, also with `ARCHIVE_UNSAFE`. Absolute
   * links, and those that go back (`..`) from what is not a folder in the target, do not count as inside.
   * @defaultValue `'keep'`
   */
  readonly symlinks?: 'keep' | 'skip' | 'refuse' | undefined;
  /** Most entries before `ARCHIVE_LIMIT`, those left out included. @defaultValue 100 000 */
  readonly maxEntries?: number | undefined;
  /** Most bytes of content before `ARCHIVE_LIMIT`. @defaultValue 16 GiB */
  readonly maxBytes?: number | undefined;
  /**
   * Which entries are written, by their path relative to the copied one, which itself is not asked about. Each is asked
   * about on its own: a folder left out is made all the same when something in it is written. @defaultValue all
   */
  readonly filter?: ((path: string) => boolean) | undefined;
}

/**
 * What came out of a container.
 *
 * @public
 */
export interface CopyFromResult {
  /** Regular files written, hard links among them. */
  readonly files: number;
  /** Bytes of their content, that of hard links counted once. */
  readonly bytes: number;
  /** Entries left out: links with `symlinks: 'skip'`, and what `filter` refused. */
  readonly skipped: number;
}
