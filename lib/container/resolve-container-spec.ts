import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from '../errors.js';
import {
  assertAbsolutePath,
  assertBoolean,
  assertEnvironment,
  assertNonEmpty,
  assertTextList,
  assertTextRecord,
  assertUser,
  assertWholeNumber,
} from './assert.js';
import type {
  ContainerSpec,
  Mount,
  NetworkMode,
  Platform,
  ResolvedContainerSpec,
  ResourceLimits,
  Rlimit,
} from './container-spec.js';
import { OWNER_LABEL_PREFIX } from './owner-labels.js';

const LEAST_MEMORY_BYTES = 6 * 1024 * 1024;
const MOST_PIDS = 4_194_304;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const HOSTNAME = /^(?=.{1,64}$)[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;
const CAPABILITY = /^(CAP_)?[A-Z][A-Z_]*$/;
const RLIMIT_NAME = /^[a-z]+$/;
const DAY_MS = 86_400_000;

const KNOWN_FIELDS = new Set<string>([
  'image',
  'name',
  'command',
  'entrypoint',
  'env',
  'user',
  'workdir',
  'labels',
  'mounts',
  'resources',
  'capabilities',
  'noNewPrivileges',
  'network',
  'hostname',
  'init',
  'platform',
  'rlimits',
  'readOnlyRootfs',
  'annotations',
  'maxRunMs',
] satisfies (keyof ContainerSpec)[]);

/**
 * Validates a spec and fills in its defaults. For those who implement `ContainerManager`.
 *
 * @throws {@link InvalidArgumentError} naming the field and the value
 * @public
 */
export function resolveContainerSpec(spec: ContainerSpec): ResolvedContainerSpec {
  for (const field of Object.keys(spec)) {
    // A misspelt security field must not be dropped in silence.
    if (!KNOWN_FIELDS.has(field))
      throw new InvalidArgumentError(field, spec[field as 'image'], 'is not a known field');
  }
  assertNonEmpty('image', spec.image);
  const name = spec.name ?? `podroot-${randomBytes(8).toString('hex')}`;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new InvalidArgumentError('name', name, 'must be letters, digits, "_", "." and "-"');
  }
  if (spec.command !== undefined) assertTextList('command', spec.command);
  if (spec.entrypoint !== undefined) assertTextList('entrypoint', spec.entrypoint);
  if (spec.env !== undefined) assertEnvironment('env', spec.env);
  if (spec.user !== undefined) assertUser('user', spec.user);
  if (spec.workdir !== undefined) assertAbsolutePath('workdir', spec.workdir);
  if (spec.labels !== undefined) assertLabels(spec.labels);
  if (spec.annotations !== undefined) assertTextRecord('annotations', spec.annotations);
  if (spec.noNewPrivileges !== undefined) assertBoolean('noNewPrivileges', spec.noNewPrivileges);
  if (spec.init !== undefined) assertBoolean('init', spec.init);
  if (spec.readOnlyRootfs !== undefined) assertBoolean('readOnlyRootfs', spec.readOnlyRootfs);
  if (spec.maxRunMs !== undefined) assertWholeNumber('maxRunMs', spec.maxRunMs, 1000, 365 * DAY_MS);
  if (spec.hostname !== undefined && !HOSTNAME.test(spec.hostname)) {
    throw new InvalidArgumentError('hostname', spec.hostname, 'must be a host name of at most 64 characters');
  }
  if (spec.mounts !== undefined) assertMounts(spec.mounts);
  if (spec.resources !== undefined) assertResources(spec.resources);
  if (spec.platform !== undefined) assertPlatform(spec.platform);
  if (spec.rlimits !== undefined) assertRlimits(spec.rlimits);
  const network = spec.network ?? 'none';
  assertNetwork(network);
  return {
    image: spec.image,
    name,
    command: spec.command,
    entrypoint: spec.entrypoint,
    env: spec.env ?? {},
    user: spec.user,
    workdir: spec.workdir,
    labels: spec.labels ?? {},
    mounts: spec.mounts ?? [],
    resources: spec.resources ?? {},
    capabilities: resolveCapabilities(spec.capabilities ?? []),
    noNewPrivileges: spec.noNewPrivileges ?? true,
    network,
    hostname: spec.hostname,
    init: spec.init ?? true,
    platform: spec.platform,
    rlimits: spec.rlimits ?? [],
    readOnlyRootfs: spec.readOnlyRootfs ?? false,
    annotations: spec.annotations ?? {},
    maxRunMs: spec.maxRunMs,
  };
}

function assertLabels(labels: Readonly<Record<string, string>>): void {
  assertTextRecord('labels', labels);
  for (const key of Object.keys(labels)) {
    if (key === OWNER_LABEL_PREFIX || key.startsWith(`${OWNER_LABEL_PREFIX}.`)) {
      throw new InvalidArgumentError('labels', key, `must leave "${OWNER_LABEL_PREFIX}" keys to podroot`);
    }
  }
}

function resolveCapabilities(capabilities: readonly string[]): readonly string[] {
  assertTextList('capabilities', capabilities);
  return capabilities.map((capability, index) => {
    if (!CAPABILITY.test(capability) || capability === 'ALL' || capability === 'CAP_ALL') {
      throw new InvalidArgumentError(
        `capabilities[${index}]`,
        capability,
        'must be the name of one capability, as in CAP_CHOWN',
      );
    }
    return capability.startsWith('CAP_') ? capability : `CAP_${capability}`;
  });
}

function assertMounts(mounts: readonly Mount[]): void {
  const targets = new Set<string>();
  mounts.forEach((mount, index) => {
    const field = `mounts[${index}]`;
    assertAbsolutePath(`${field}.target`, mount.target);
    if (mount.target === '/')
      throw new InvalidArgumentError(`${field}.target`, mount.target, 'must not be the root');
    if (targets.has(mount.target))
      throw new InvalidArgumentError(`${field}.target`, mount.target, 'must be used once');
    targets.add(mount.target);
    switch (mount.type) {
      case 'bind':
        assertAbsolutePath(`${field}.source`, mount.source);
        if (mount.readOnly !== undefined) assertBoolean(`${field}.readOnly`, mount.readOnly);
        if (mount.selinuxLabel !== undefined && !['shared', 'private'].includes(mount.selinuxLabel)) {
          throw new InvalidArgumentError(
            `${field}.selinuxLabel`,
            mount.selinuxLabel,
            'must be "shared" or "private"',
          );
        }
        break;
      case 'volume':
        if (typeof mount.source !== 'string' || !NAME.test(mount.source)) {
          throw new InvalidArgumentError(`${field}.source`, mount.source, 'must be the name of a volume');
        }
        if (mount.readOnly !== undefined) assertBoolean(`${field}.readOnly`, mount.readOnly);
        break;
      case 'tmpfs':
        if (mount.sizeBytes !== undefined) {
          assertWholeNumber(`${field}.sizeBytes`, mount.sizeBytes, 1, Number.MAX_SAFE_INTEGER);
        }
        if (mount.mode !== undefined) assertWholeNumber(`${field}.mode`, mount.mode, 0, 0o7777);
        break;
      default:
        throw new InvalidArgumentError(
          `${field}.type`,
          (mount as Mount).type,
          'must be "bind", "volume" or "tmpfs"',
        );
    }
  });
}

function assertResources(resources: ResourceLimits): void {
  if (resources.memoryBytes !== undefined) {
    assertWholeNumber(
      'resources.memoryBytes',
      resources.memoryBytes,
      LEAST_MEMORY_BYTES,
      Number.MAX_SAFE_INTEGER,
    );
  }
  if (resources.pids !== undefined) assertWholeNumber('resources.pids', resources.pids, 1, MOST_PIDS);
  if (resources.cpus !== undefined && !(Number.isFinite(resources.cpus) && resources.cpus >= 0.01)) {
    throw new InvalidArgumentError('resources.cpus', resources.cpus, 'must be a number of at least 0.01');
  }
}

function assertPlatform(platform: Platform): void {
  if (platform.os !== undefined) assertNonEmpty('platform.os', platform.os);
  if (platform.architecture !== undefined) assertNonEmpty('platform.architecture', platform.architecture);
  if (platform.variant !== undefined) assertNonEmpty('platform.variant', platform.variant);
}

function assertRlimits(rlimits: readonly Rlimit[]): void {
  rlimits.forEach((rlimit, index) => {
    const field = `rlimits[${index}]`;
    if (typeof rlimit.name !== 'string' || !RLIMIT_NAME.test(rlimit.name)) {
      throw new InvalidArgumentError(
        `${field}.name`,
        rlimit.name,
        'must be a limit without RLIMIT_, as in "nofile"',
      );
    }
    assertWholeNumber(`${field}.soft`, rlimit.soft, 0, Number.MAX_SAFE_INTEGER);
    assertWholeNumber(`${field}.hard`, rlimit.hard, rlimit.soft, Number.MAX_SAFE_INTEGER);
  });
}

function assertNetwork(network: NetworkMode): void {
  if (network === 'none' || network === 'default') return;
  if (typeof network !== 'object') {
    throw new InvalidArgumentError('network', network, 'must be "none", "default" or { name }');
  }
  if (typeof network.name !== 'string' || !NAME.test(network.name)) {
    throw new InvalidArgumentError('network.name', network.name, 'must be the name of a network');
  }
}
