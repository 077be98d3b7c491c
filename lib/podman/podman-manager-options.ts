import { assertNonEmpty, assertTimeoutMs, assertWholeNumber } from '../container/assert.js';
import { currentOwner, type OwnerIdentity } from '../owner.js';
import { parsePodmanAddress, type PodmanAddress } from './address.js';

const DEFAULT_REQUEST_TIMEOUT_MS = 120_000;
const DEFAULT_RETRIES = 3;
const MOST_RETRIES = 20;

/**
 * Where Podman is, and how it is talked to.
 *
 * @public
 */
export interface PodmanManagerOptions {
  /** `unix:///path` or `tcp://host:port`; see `findPodmanSocket`. A tcp service has no protection of its own. */
  readonly address: string;
  /** Whose containers these are. @defaultValue this process */
  readonly owner?: OwnerIdentity | undefined;
  /** Limit of each call that has no other stated. @defaultValue 120 000 */
  readonly requestTimeoutMs?: number | undefined;
  /** How often a call that may be repeated is, when the connection fails; 0 to 20. @defaultValue 3 */
  readonly retries?: number | undefined;
}

export interface ResolvedPodmanManagerOptions {
  readonly address: PodmanAddress;
  readonly owner: () => OwnerIdentity;
  readonly requestTimeoutMs: number;
  readonly retries: number;
}

export function resolvePodmanManagerOptions(options: PodmanManagerOptions): ResolvedPodmanManagerOptions {
  assertNonEmpty('address', options.address);
  if (options.requestTimeoutMs !== undefined) assertTimeoutMs('requestTimeoutMs', options.requestTimeoutMs);
  if (options.retries !== undefined) assertWholeNumber('retries', options.retries, 0, MOST_RETRIES);
  const { owner } = options;
  return {
    address: parsePodmanAddress('address', options.address),
    // Read when the first container is created, not before.
    owner: () => owner ?? currentOwner(),
    requestTimeoutMs: options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    retries: options.retries ?? DEFAULT_RETRIES,
  };
}
