import { existsSync } from 'node:fs';
import { PodrootError } from '../errors.js';
import { parsePodmanAddress } from './address.js';

/**
 * Where it is looked for Podman's service.
 *
 * @public
 */
export interface PodmanSources {
  /** Environment variables; `CONTAINER_HOST` and `XDG_RUNTIME_DIR` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's id, 0 for root; `undefined` where there are none. */
  readonly uid: number | undefined;
  /** Whether there is something at a path. */
  readonly exists: (path: string) => boolean;
}

/**
 * This process's environment, user and file system.
 *
 * @public
 */
export function defaultPodmanSources(): PodmanSources {
  return { env: process.env, uid: process.getuid?.(), exists: existsSync };
}

/**
 * The address of Podman's service, found as Podman's own clients find it: what `CONTAINER_HOST` says, or else the user's
 * socket, or root's for root. Nobody is asked whether a service answers there.
 *
 * @param sources - another environment than this process's
 * @throws {@link InvalidArgumentError} when `CONTAINER_HOST` is not `unix://` or `tcp://`; `RUNTIME_UNAVAILABLE` when there
 * is no socket, saying where it was looked for and how to start one
 * @public
 */
export function findPodmanSocket(sources: PodmanSources = defaultPodmanSources()): string {
  const { env, uid, exists } = sources;
  const host = env['CONTAINER_HOST'];
  if (host !== undefined && host !== '') {
    parsePodmanAddress('CONTAINER_HOST', host);
    return host;
  }
  const candidates = socketPaths(env['XDG_RUNTIME_DIR'], uid);
  const path = candidates.find((candidate) => exists(candidate));
  if (path !== undefined) return `unix://${path}`;
  throw new PodrootError(
    'RUNTIME_UNAVAILABLE',
    `no Podman service found: CONTAINER_HOST is not set, and ${describeLack(candidates)}; ` +
      `start one with "systemctl ${uid === 0 ? '' : '--user '}start podman.socket", or with "podman system service --time=0"`,
  );
}

function socketPaths(runtimeFolder: string | undefined, uid: number | undefined): readonly string[] {
  if (uid === 0) return ['/run/podman/podman.sock'];
  const folders = [runtimeFolder, uid === undefined ? undefined : `/run/user/${uid}`];
  const paths = folders
    .filter((folder) => folder?.startsWith('/') === true)
    .map((folder) => `${folder ?? ''}/podman/podman.sock`);
  return [...new Set(paths)];
}

function describeLack(candidates: readonly string[]): string {
  return candidates.length === 0
    ? 'this user has no runtime folder'
    : `there is no ${candidates.join(', no ')}`;
}
