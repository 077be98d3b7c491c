import {
  assertBoolean,
  assertNonEmpty,
  assertText,
  assertTimeoutMs,
  assertWholeNumber,
} from '../container/assert.js';
import type { Platform } from '../container/container-spec.js';
import type { EnsureImageOptions, PullProgress, RegistryCredentials } from '../container/image.js';
import { InvalidArgumentError } from '../errors.js';

export type PullPolicy = NonNullable<EnsureImageOptions['policy']>;

const POLICIES: readonly PullPolicy[] = ['always', 'missing', 'newer', 'never'];
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
/** Podman says nothing while a layer downloads, so this is the time for the largest layer. */
const DEFAULT_IDLE_TIMEOUT_MS = 10 * 60_000;
const DEFAULT_RETRIES = 1;
const MOST_RETRIES = 20;

/** Validated options of `ensureImage`. */
export interface ResolvedEnsureImageOptions {
  readonly reference: string;
  readonly policy: PullPolicy;
  readonly platform: Platform;
  readonly credentials: RegistryCredentials | undefined;
  readonly tlsVerify: boolean | undefined;
  readonly onProgress: ((progress: PullProgress) => void) | undefined;
  /** 0: no limit. */
  readonly timeoutMs: number;
  /** 0: no limit. */
  readonly idleTimeoutMs: number;
  readonly retries: number;
}

/**
 * Validates the arguments of `ensureImage` and fills in its defaults.
 *
 * @throws {@link InvalidArgumentError} naming the option and the value, but never a password
 */
export function resolveEnsureImageOptions(
  reference: string,
  options: EnsureImageOptions,
): ResolvedEnsureImageOptions {
  const { policy = 'missing', platform = {}, credentials, tlsVerify, onProgress } = options;
  const { timeoutMs, idleTimeoutMs, retries } = options;
  assertNonEmpty('reference', reference);
  if (!POLICIES.includes(policy)) {
    throw new InvalidArgumentError('policy', policy, `must be one of ${POLICIES.join(', ')}`);
  }
  assertPlatform('platform', platform);
  if (credentials !== undefined) {
    assertNonEmpty('credentials.username', credentials.username);
    const password: unknown = credentials.password;
    if (typeof password !== 'string') {
      throw new InvalidArgumentError('credentials.password', typeof password, 'must be a string');
    }
  }
  if (tlsVerify !== undefined) assertBoolean('tlsVerify', tlsVerify);
  if (timeoutMs !== undefined) assertTimeoutMs('timeoutMs', timeoutMs);
  if (idleTimeoutMs !== undefined) assertTimeoutMs('idleTimeoutMs', idleTimeoutMs);
  if (retries !== undefined) assertWholeNumber('retries', retries, 0, MOST_RETRIES);
  return {
    reference,
    policy,
    platform,
    credentials,
    tlsVerify,
    onProgress,
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    idleTimeoutMs: idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    retries: retries ?? DEFAULT_RETRIES,
  };
}

export function assertPlatform(field: string, platform: Platform): void {
  for (const key of ['os', 'architecture', 'variant'] as const) {
    if (platform[key] !== undefined) assertText(`${field}.${key}`, platform[key]);
  }
}
