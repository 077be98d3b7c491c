import type { CallOptions } from '../abort.js';
import { ContainerError } from '../errors.js';
import { libpodPath, type LibpodAnswer, type LibpodClient } from './libpod-client.js';

/** What the header of https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerArchiveLibpod says. */
export interface ArchivePathStat {
  /** Bytes; that of the link itself for a link. */
  readonly size?: number;
  /** Whether it is a folder, or a link to one. */
  readonly isDir?: boolean;
  /** Where a link leads, absolute; the path as it was asked for if it is none. */
  readonly linkTarget?: string;
}

const STAT_HEADER = 'x-docker-container-path-stat';
const PATTERN_CHARACTERS = /[\\?[*]/;

/**
 * Writes a path as the pattern that stands for it alone. Podman reads paths to copy from as glob patterns: asked for
 * `a[1]` it gives the file `a1`.
 *
 * @returns `undefined` for a path with a `*`, which Podman denies whatever it means
 */
export function toPattern(path: string): string | undefined {
  return path.includes('*') ? undefined : path.replace(/[\\?[]/g, '\\$&');
}

/** Whether a link leads to a name that Podman has taken for a pattern, and so may have taken another one. */
export function isAmbiguous(pattern: string, { linkTarget }: ArchivePathStat): boolean {
  return linkTarget !== undefined && linkTarget !== pattern && PATTERN_CHARACTERS.test(linkTarget);
}

/** Reads the header; `undefined` when there is none that can be read. */
export function readPathStat(headers: LibpodAnswer['headers']): ArchivePathStat | undefined {
  try {
    return JSON.parse(Buffer.from(String(headers[STAT_HEADER]), 'base64').toString()) as ArchivePathStat;
  } catch {
    return undefined;
  }
}

/**
 * Looks at a path in a container, which must not have a `*`; `undefined` when it is not there, or is a link that leads
 * nowhere.
 */
export async function statPath(
  client: LibpodClient,
  container: string,
  path: string,
  operation: string,
  options: CallOptions,
): Promise<ArchivePathStat | undefined> {
  const context = { operation, container };
  const request = { method: 'HEAD', path: libpodPath`containers/${container}/archive`, context } as const;
  let answer: LibpodAnswer;
  try {
    answer = await client.call({ ...request, query: { path: toPattern(path) }, signal: options.signal });
  } catch (error) {
    // An answer to HEAD has no text, so that its status is all there is.
    if (error instanceof ContainerError && error.status === 404) return undefined;
    throw error;
  }
  const stat = readPathStat(answer.headers);
  if (stat !== undefined) return stat;
  const message = `${operation} ${container} failed: Podman's answer about ${path} cannot be read`;
  throw new ContainerError('PROTOCOL_ERROR', message, { ...context, status: answer.status });
}
