import type { Mount, NetworkMode, ResolvedContainerSpec } from '../container/container-spec.js';

const CPU_PERIOD_MICROSECONDS = 100_000;

/**
 * The fields of Podman's SpecGenerator that podroot sets. A closed type, because the service drops what it does not
 * know in silence, and a misspelt security field would be no error.
 *
 * https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerCreateLibpod
 */
export interface WireCreateBody {
  readonly image: string;
  readonly name: string;
  readonly command?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly env_host: false;
  readonly httpproxy: false;
  readonly user?: string | undefined;
  readonly work_dir?: string | undefined;
  readonly create_working_dir: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly mounts: readonly WireMount[];
  readonly volumes: readonly WireVolume[];
  readonly resource_limits: WireResources;
  readonly r_limits?: readonly WireRlimit[] | undefined;
  readonly cap_drop: readonly string[];
  readonly cap_add: readonly string[];
  readonly no_new_privileges: boolean;
  readonly privileged: false;
  readonly read_only_filesystem: boolean;
  readonly init: boolean;
  readonly remove: false;
  readonly terminal: false;
  readonly stdin: false;
  readonly systemd: 'false';
  readonly netns: { readonly nsmode: string };
  readonly Networks?: Readonly<Record<string, object>> | undefined;
  readonly hostname?: string | undefined;
  readonly timeout?: number | undefined;
  readonly image_os?: string | undefined;
  readonly image_arch?: string | undefined;
  readonly image_variant?: string | undefined;
  readonly log_configuration: { readonly driver: 'k8s-file' };
}

interface WireMount {
  readonly type: 'bind' | 'tmpfs';
  readonly source?: string;
  readonly destination: string;
  readonly options: readonly string[];
}

/** Capital keys: the Go struct has no JSON names. */
interface WireVolume {
  readonly Name: string;
  readonly Dest: string;
  readonly Options: readonly string[];
}

interface WireResources {
  readonly memory?: { readonly limit: number; readonly swap: number };
  readonly cpu?: { readonly quota: number; readonly period: number };
  readonly pids?: { readonly limit: number };
}

interface WireRlimit {
  readonly type: string;
  readonly soft: number;
  readonly hard: number;
}

/** What `POST containers/create` takes for this spec. */
export function toCreateBody(spec: ResolvedContainerSpec): WireCreateBody {
  return {
    image: spec.image,
    name: spec.name,
    command: spec.command,
    entrypoint: spec.entrypoint,
    env: spec.env,
    // Booleans are always given: an absent one takes the value of the service's containers.conf.
    env_host: false,
    httpproxy: false,
    user: spec.user,
    work_dir: spec.workdir,
    create_working_dir: spec.workdir !== undefined,
    labels: spec.labels,
    annotations: spec.annotations,
    mounts: spec.mounts.flatMap(toWireMount),
    volumes: spec.mounts.flatMap(toWireVolume),
    resource_limits: toWireResources(spec),
    r_limits: toWireRlimits(spec),
    cap_drop: ['ALL'],
    cap_add: spec.capabilities,
    no_new_privileges: spec.noNewPrivileges,
    privileged: false,
    read_only_filesystem: spec.readOnlyRootfs,
    init: spec.init,
    remove: false,
    terminal: false,
    stdin: false,
    systemd: 'false',
    ...toWireNetwork(spec.network),
    hostname: spec.hostname,
    timeout: spec.maxRunMs === undefined ? undefined : Math.ceil(spec.maxRunMs / 1000),
    image_os: spec.platform?.os,
    image_arch: spec.platform?.architecture,
    image_variant: spec.platform?.variant,
    // journald would put a build's text into the machine's log, and `none` would leave none to read.
    log_configuration: { driver: 'k8s-file' },
  };
}

function toWireMount(mount: Mount): WireMount[] {
  switch (mount.type) {
    case 'bind': {
      const options = ['rbind', 'rprivate', 'nosuid', 'nodev', (mount.readOnly ?? true) ? 'ro' : 'rw'];
      if (mount.selinuxLabel !== undefined) options.push(mount.selinuxLabel === 'shared' ? 'z' : 'Z');
      return [{ type: 'bind', source: mount.source, destination: mount.target, options }];
    }
    case 'tmpfs': {
      const options = ['rw', 'nosuid', 'nodev', `mode=${(mount.mode ?? 0o1777).toString(8)}`];
      if (mount.sizeBytes !== undefined) options.push(`size=${mount.sizeBytes}`);
      return [{ type: 'tmpfs', destination: mount.target, options }];
    }
    case 'volume':
      return [];
  }
}

function toWireVolume(mount: Mount): WireVolume[] {
  if (mount.type !== 'volume') return [];
  return [
    {
      Name: mount.source,
      Dest: mount.target,
      Options: [mount.readOnly === true ? 'ro' : 'rw', 'nosuid', 'nodev'],
    },
  ];
}

function toWireResources(spec: ResolvedContainerSpec): WireResources {
  const { memoryBytes, cpus, pids } = spec.resources;
  return {
    // Without a swap limit the service adds as much swap again.
    ...(memoryBytes === undefined ? {} : { memory: { limit: memoryBytes, swap: memoryBytes } }),
    ...(cpus === undefined
      ? {}
      : { cpu: { quota: Math.round(cpus * CPU_PERIOD_MICROSECONDS), period: CPU_PERIOD_MICROSECONDS } }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  };
}

/** Names go without `RLIMIT_`: the service puts it before them, and a doubled one fails only at start. */
function toWireRlimits(spec: ResolvedContainerSpec): readonly WireRlimit[] | undefined {
  if (spec.rlimits.length === 0) return undefined;
  return spec.rlimits.map(({ name, soft, hard }) => ({ type: name, soft, hard }));
}

function toWireNetwork(network: NetworkMode): Pick<WireCreateBody, 'netns' | 'Networks'> {
  if (network === 'none') return { netns: { nsmode: 'none' } };
  // Empty is the service's own default: bridge for root, slirp4netns or pasta for others.
  if (network === 'default') return { netns: { nsmode: '' } };
  return { netns: { nsmode: 'bridge' }, Networks: { [network.name]: {} } };
}
