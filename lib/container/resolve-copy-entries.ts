import { posix } from 'node:path';
import { InvalidArgumentError } from '../errors.js';
import { assertAbsolutePath, assertNonEmpty, assertText, assertWholeNumber } from './assert.js';
import type {
  CopyDirectory,
  CopyEntry,
  CopyEntryAttributes,
  CopyFile,
  CopyFromHost,
  CopySymlink,
} from './copy.js';

/** The largest number an owner can have: the one above stands for "leave it". */
const MOST_ID = 4_294_967_294;
const MOST_MODE = 0o7777;
const DEFAULT_FILE_MODE = 0o644;
const DEFAULT_FOLDER_MODE = 0o755;
const KINDS = ['content', 'from', 'directory', 'symlink'] as const;
type Kind = (typeof KINDS)[number];

interface ResolvedOwner {
  /** Absolute, without `.`, doubled or trailing slashes. */
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}

export interface ResolvedCopyFile extends ResolvedOwner {
  readonly kind: 'file';
  readonly mode: number;
  readonly mtime: Date;
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
}

export interface ResolvedCopyFromHost extends ResolvedOwner {
  readonly kind: 'host';
  readonly from: string;
  /** The option that named it, for errors. */
  readonly field: string;
  /** `undefined`: each file's own. */
  readonly mode: number | undefined;
  /** `undefined`: each file's own. */
  readonly mtime: Date | undefined;
}

export interface ResolvedCopyDirectory extends ResolvedOwner {
  readonly kind: 'directory';
  readonly mode: number;
  readonly mtime: Date;
}

export interface ResolvedCopySymlink extends ResolvedOwner {
  readonly kind: 'symlink';
  readonly target: string;
  readonly mtime: Date;
}

/** Something to put into a container, validated and with its defaults. */
export type ResolvedCopyEntry =
  ResolvedCopyFile | ResolvedCopyFromHost | ResolvedCopyDirectory | ResolvedCopySymlink;

/**
 * Validates what `copyTo` is to put into a container and fills in its defaults. Nothing of this machine is looked at.
 * For those who implement `ContainerManager`.
 *
 * @param now - the time that entries without one get
 * @throws {@link InvalidArgumentError} naming the field and the value
 */
export function resolveCopyEntries(
  entries: readonly CopyEntry[],
  now: Date = new Date(),
): readonly ResolvedCopyEntry[] {
  if (!Array.isArray(entries)) throw new InvalidArgumentError('entries', entries, 'must be a list');
  return entries.map((entry: CopyEntry, index) => resolveCopyEntry(`entries[${index}]`, entry, now));
}

function resolveCopyEntry(field: string, entry: CopyEntry, now: Date): ResolvedCopyEntry {
  if (typeof entry !== 'object' || (entry as unknown) === null) {
    throw new InvalidArgumentError(field, entry, 'must be an object');
  }
  const [kind, ...others] = KINDS.filter(
    (name) => (entry as Partial<Record<Kind, unknown>>)[name] !== undefined,
  );
  if (kind === undefined || others.length > 0) {
    throw new InvalidArgumentError(
      field,
      entry,
      'must have exactly one of content, from, directory and symlink',
    );
  }
  switch (kind) {
    case 'content':
      return resolveFile(field, entry as CopyFile, now);
    case 'from':
      return resolveFromHost(field, entry as CopyFromHost);
    case 'directory':
      return resolveDirectory(field, entry as CopyDirectory, now);
    case 'symlink':
      return resolveSymlink(field, entry as CopySymlink, now);
  }
}

function resolveFile(field: string, entry: CopyFile, now: Date): ResolvedCopyFile {
  assertKnownFields(field, entry, ['content', 'sizeBytes']);
  const attributes = resolveAttributes(field, entry);
  assertNotRoot(field, attributes.path);
  const content = typeof entry.content === 'string' ? Buffer.from(entry.content) : entry.content;
  return {
    kind: 'file',
    ...attributes,
    mode: entry.mode ?? DEFAULT_FILE_MODE,
    mtime: entry.mtime ?? now,
    content,
    sizeBytes: resolveSizeBytes(field, content, entry.sizeBytes),
  };
}

function resolveSizeBytes(
  field: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  sizeBytes: number | undefined,
): number {
  if (sizeBytes !== undefined) assertWholeNumber(`${field}.sizeBytes`, sizeBytes, 0, Number.MAX_SAFE_INTEGER);
  if (content instanceof Uint8Array) {
    if (sizeBytes !== undefined && sizeBytes !== content.byteLength) {
      throw new InvalidArgumentError(
        `${field}.sizeBytes`,
        sizeBytes,
        `must be the content's ${content.byteLength}`,
      );
    }
    return content.byteLength;
  }
  const iterate: unknown = (content as Partial<AsyncIterable<Uint8Array>> | null)?.[Symbol.asyncIterator];
  if (typeof iterate !== 'function') {
    throw new InvalidArgumentError(
      `${field}.content`,
      content,
      'must be a string, bytes or an async iterable of bytes',
    );
  }
  if (sizeBytes === undefined) {
    throw new InvalidArgumentError(
      `${field}.sizeBytes`,
      sizeBytes,
      'must be given for content that is a stream',
    );
  }
  return sizeBytes;
}

function resolveFromHost(field: string, entry: CopyFromHost): ResolvedCopyFromHost {
  assertKnownFields(field, entry, ['from']);
  assertNonEmpty(`${field}.from`, entry.from);
  return {
    kind: 'host',
    ...resolveAttributes(field, entry),
    from: entry.from,
    field: `${field}.from`,
    mode: entry.mode,
    mtime: entry.mtime,
  };
}

function resolveDirectory(field: string, entry: CopyDirectory, now: Date): ResolvedCopyDirectory {
  assertKnownFields(field, entry, ['directory']);
  if ((entry.directory as unknown) !== true) {
    throw new InvalidArgumentError(`${field}.directory`, entry.directory, 'must be true');
  }
  return {
    kind: 'directory',
    ...resolveAttributes(field, entry),
    mode: entry.mode ?? DEFAULT_FOLDER_MODE,
    mtime: entry.mtime ?? now,
  };
}

function resolveSymlink(field: string, entry: CopySymlink, now: Date): ResolvedCopySymlink {
  assertKnownFields(field, entry, ['symlink']);
  assertNonEmpty(`${field}.symlink`, entry.symlink);
  assertWellFormed(`${field}.symlink`, entry.symlink);
  const attributes = resolveAttributes(field, entry);
  assertNotRoot(field, attributes.path);
  return { kind: 'symlink', ...attributes, target: entry.symlink, mtime: entry.mtime ?? now };
}

function resolveAttributes(field: string, entry: CopyEntryAttributes): ResolvedOwner {
  if (entry.mode !== undefined) assertWholeNumber(`${field}.mode`, entry.mode, 0, MOST_MODE);
  if (entry.uid !== undefined) assertWholeNumber(`${field}.uid`, entry.uid, 0, MOST_ID);
  if (entry.gid !== undefined) assertWholeNumber(`${field}.gid`, entry.gid, 0, MOST_ID);
  if (entry.mtime !== undefined && !(entry.mtime instanceof Date && Number.isFinite(entry.mtime.getTime()))) {
    throw new InvalidArgumentError(`${field}.mtime`, entry.mtime, 'must be a valid Date');
  }
  return {
    path: resolveContainerPath(`${field}.path`, entry.path),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
  };
}

/** An absolute path in a container, without `.`, doubled or trailing slashes. */
export function resolveContainerPath(field: string, path: unknown): string {
  assertAbsolutePath(field, path);
  assertWellFormed(field, path);
  const normal = posix.normalize(path);
  return normal === '/' ? normal : normal.replace(/(\/\.?)+$/, '');
}

function assertWellFormed(field: string, text: string): void {
  // A half of a surrogate pair would arrive as another name than the one given.
  assertText(field, text);
  if (Buffer.from(text).toString() !== text)
    throw new InvalidArgumentError(field, text, 'must be valid Unicode');
}

function assertNotRoot(field: string, path: string): void {
  if (path === '/') throw new InvalidArgumentError(`${field}.path`, path, 'must not be the root folder');
}

function assertKnownFields(field: string, entry: object, own: readonly string[]): void {
  const known = new Set(['path', 'mode', 'uid', 'gid', 'mtime', ...own]);
  for (const [name, value] of Object.entries(entry)) {
    if (!known.has(name)) throw new InvalidArgumentError(`${field}.${name}`, value, 'is not a known field');
  }
}
