import { posix } from 'node:path';
import { InvalidArgumentError } from '../errors.js';
import { assertNonEmpty, assertWholeNumber } from './assert.js';
import type { CopyFromOptions } from './copy.js';
import { resolveContainerPath } from './resolve-copy-entries.js';

const DEFAULT_MAX_ENTRIES = 100_000;
const DEFAULT_MAX_BYTES = 16 * 1024 ** 3;
const SYMLINK_POLICIES = ['keep', 'skip', 'refuse'] as const;

/** What `copyFrom` was asked for, validated and with its defaults. */
export interface ResolvedCopyFromOptions {
  /** Absolute, without `.`, doubled or trailing slashes. */
  readonly path: string;
  /** What the copied thing is called in the target folder; `undefined`: only what is in it is copied. */
  readonly name: string | undefined;
  readonly targetFolder: string;
  readonly symlinks: 'keep' | 'skip' | 'refuse';
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly filter: ((path: string) => boolean) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Validates the arguments of `copyFrom` and fills in its defaults. For those who implement `ContainerManager`.
 *
 * @throws {@link InvalidArgumentError} naming the option and the value
 */
export function resolveCopyFromOptions(
  path: string,
  targetFolder: string,
  options: CopyFromOptions,
): ResolvedCopyFromOptions {
  const normal = resolveContainerPath('path', path);
  assertNonEmpty('targetFolder', targetFolder);
  const {
    symlinks = 'keep',
    maxEntries = DEFAULT_MAX_ENTRIES,
    maxBytes = DEFAULT_MAX_BYTES,
    filter,
  } = options;
  if (!SYMLINK_POLICIES.includes(symlinks)) {
    throw new InvalidArgumentError('symlinks', symlinks, 'must be "keep", "skip" or "refuse"');
  }
  assertWholeNumber('maxEntries', maxEntries, 1, Number.MAX_SAFE_INTEGER);
  assertWholeNumber('maxBytes', maxBytes, 0, Number.MAX_SAFE_INTEGER);
  if (filter !== undefined && typeof filter !== 'function') {
    throw new InvalidArgumentError('filter', filter, 'must be a function');
  }
  const contentOnly = normal === '/' || /\/\.\/*$/.test(path);
  return {
    path: normal,
    name: contentOnly ? undefined : posix.basename(normal),
    targetFolder,
    symlinks,
    maxEntries,
    maxBytes,
    filter,
    signal: options.signal,
  };
}
