import type { CallOptions } from '../abort.js';
import { ContainerError } from '../errors.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';

/** A mount, as far as it matters to what is copied there. */
export interface ArchiveMount {
  /** Where it is in the container. */
  readonly path: string;
  readonly readOnly: boolean;
  /** Whether it is made anew at every start. */
  readonly inMemory: boolean;
  /** Whether a memory file system begins with what the image has at its place. */
  readonly copiedUp: boolean;
}

/** What a container's inspection says of its file systems. */
export interface ArchiveMounts {
  readonly container: string;
  /** Whether its processes, and with them its mounts, exist. */
  readonly running: boolean;
  readonly mounts: readonly ArchiveMount[];
}

/** https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerInspectLibpod */
interface WireInspection {
  readonly State?: { readonly Status?: string } | null;
  readonly Mounts?:
    readonly { readonly Type?: string; readonly Destination?: string; readonly RW?: boolean }[] | null;
  readonly HostConfig?: { readonly Tmpfs?: Readonly<Record<string, string>> | null } | null;
}

const WITH_PROCESSES = new Set(['running', 'paused', 'stopping']);
/** Mounts that every container has; Podman does not list them. */
const RUNNING_ONLY = ['/dev', '/proc', '/sys'];

export async function readMounts(
  client: LibpodClient,
  container: string,
  options: CallOptions,
): Promise<ArchiveMounts> {
  const wire = await client.json<WireInspection>({
    method: 'GET',
    path: libpodPath`containers/${container}/json`,
    signal: options.signal,
    context: { operation: 'copyTo', container, notFound: 'CONTAINER_NOT_FOUND' },
  });
  return toArchiveMounts(container, wire);
}

export function toArchiveMounts(container: string, wire: WireInspection): ArchiveMounts {
  const mounts = new Map<string, ArchiveMount>();
  for (const { Type, Destination, RW } of wire.Mounts ?? []) {
    if (Destination === undefined) continue;
    const path = withoutTrailingSlash(Destination);
    mounts.set(path, { path, readOnly: RW === false, inMemory: Type === 'tmpfs', copiedUp: false });
  }
  for (const [destination, optionText] of Object.entries(wire.HostConfig?.Tmpfs ?? {})) {
    const path = withoutTrailingSlash(destination);
    const names = optionText.split(',');
    mounts.set(path, {
      path,
      readOnly: names.includes('ro'),
      inMemory: true,
      copiedUp: names.includes('tmpcopyup'),
    });
  }
  const running = WITH_PROCESSES.has(wire.State?.Status ?? '');
  return { container, running, mounts: [...mounts.values()] };
}

/** The mount that a path falls into, its own mount point included; `undefined`: the root file system. */
export function findMount(path: string, mounts: readonly ArchiveMount[]): ArchiveMount | undefined {
  let found: ArchiveMount | undefined;
  for (const mount of mounts) {
    if (isWithin(path, mount.path) && mount.path.length > (found?.path.length ?? 0)) found = mount;
  }
  return found;
}

/** Whether `path` is `folder` or below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/**
 * Refuses what Podman would take and lose: it writes below the mounts of a container that does not run, where nobody
 * sees it, and past a read-only flag.
 */
export function assertKept(
  path: string,
  mount: ArchiveMount | undefined,
  { container, running, mounts }: ArchiveMounts,
): void {
  const refuse = (reason: string): never => {
    throw new ContainerError('COPY_FAILED', `copyTo ${container} failed: ${path} ${reason}`, {
      operation: 'copyTo',
      container,
    });
  };
  if (mount?.readOnly === true) refuse(`is in ${mount.path}, which is mounted read-only`);
  if (running) return;
  if (mount === undefined) {
    const folder = RUNNING_ONLY.find((each) => isWithin(path, each));
    if (folder !== undefined) refuse(`is in ${folder}, which only a running container has: start it first`);
  } else if (mount.inMemory) {
    const nested = mounts.some((each) => each !== mount && isWithin(mount.path, each.path));
    if (!mount.copiedUp || nested) {
      refuse(`is in ${mount.path}, a memory file system, which only a running container has: start it first`);
    }
  }
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
