/**
 * A folder or file of the host, or a memory file system, seen inside the container.
 *
 * @public
 */
export type Mount = BindMount | VolumeMount | TmpfsMount;

/**
 * A folder or file of the machine the runtime runs on.
 *
 * @public
 */
export interface BindMount {
  /** What it is. */
  readonly type: 'bind';
  /** Absolute path on the machine the runtime runs on (which need not be this one). */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** Whether the container can only read it. @defaultValue `true`: the safe one. */
  readonly readOnly?: boolean | undefined;
  /**
   * SELinux relabelling: `shared` lets several containers use it, `private` only this one.
   * @defaultValue none: labels stay as they are
   */
  readonly selinuxLabel?: 'shared' | 'private' | undefined;
}

/**
 * A named volume that the runtime keeps; made when it does not exist.
 *
 * @public
 */
export interface VolumeMount {
  /** What it is. */
  readonly type: 'volume';
  /** The volume's name. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** Whether the container can only read it. @defaultValue `false` */
  readonly readOnly?: boolean | undefined;
}

/**
 * A file system in memory.
 *
 * @public
 */
export interface TmpfsMount {
  /** What it is. */
  readonly type: 'tmpfs';
  /** Absolute path in the container. */
  readonly target: string;
  /** Largest size in bytes. @defaultValue the runtime's: half of the machine's memory */
  readonly sizeBytes?: number | undefined;
  /** Permission bits of its root. @defaultValue `0o1777` */
  readonly mode?: number | undefined;
}

/**
 * What the container may use. An absent field means no limit.
 *
 * @public
 */
export interface ResourceLimits {
  /** Memory in bytes; at least 6 MiB, below which no runtime starts a process. Swap is not given on top. */
  readonly memoryBytes?: number | undefined;
  /** Processor time, in processors: 1.5 is one and a half. At least 0.01. */
  readonly cpus?: number | undefined;
  /** Number of processes and threads. */
  readonly pids?: number | undefined;
}

/**
 * A process limit (setrlimit).
 *
 * @public
 */
export interface Rlimit {
  /** The limit's name without `RLIMIT_`: `nofile`, `nproc`, `core`, … */
  readonly name: string;
  /** The limit that counts, which a process may raise up to `hard`. */
  readonly soft: number;
  /** The most that `soft` can be raised to. */
  readonly hard: number;
}

/**
 * `none` gives loopback alone, `default` the runtime's own network, an object a named one.
 *
 * @public
 */
export type NetworkMode = 'none' | 'default' | { readonly name: string };

/**
 * Which build of a multi-platform image is wanted.
 *
 * @public
 */
export interface Platform {
  /** As the image format spells it: `linux`. */
  readonly os?: string | undefined;
  /** As the image format spells it: `amd64`, `arm64`, `ppc64le`, `s390x`, … */
  readonly architecture?: string | undefined;
  /** As the image format spells it: `v8`. */
  readonly variant?: string | undefined;
}

/**
 * A container to create. Only `image` is needed; every default is the safe one.
 *
 * @public
 */
export interface ContainerSpec {
  /** The image, by reference or id. It must be in local storage: see `ensureImage`. */
  readonly image: string;
  /** Unique on the runtime. @defaultValue `podroot-` and random characters */
  readonly name?: string | undefined;
  /** Arguments of the main process. @defaultValue the image's */
  readonly command?: readonly string[] | undefined;
  /** The main process's executable, an empty list for none. @defaultValue the image's */
  readonly entrypoint?: readonly string[] | undefined;
  /** Added to the image's environment. Nothing is inherited from this process or from the runtime's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** `name`, `uid` or `uid:gid`. @defaultValue the image's */
  readonly user?: string | undefined;
  /** Absolute path; made when absent. @defaultValue the image's */
  readonly workdir?: string | undefined;
  /** Text for finding it again. Keys that start with `podroot.owner` are podroot's own. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** What is mounted into it. @defaultValue none */
  readonly mounts?: readonly Mount[] | undefined;
  /** What it may use. @defaultValue no limits */
  readonly resources?: ResourceLimits | undefined;
  /** Capabilities to give, with or without `CAP_`. @defaultValue none: all are dropped */
  readonly capabilities?: readonly string[] | undefined;
  /** Whether processes may gain privileges by setuid files. @defaultValue `true`: they may not */
  readonly noNewPrivileges?: boolean | undefined;
  /** What it is connected to. @defaultValue `'none'` */
  readonly network?: NetworkMode | undefined;
  /** What it calls itself. @defaultValue the runtime's: the id's first characters */
  readonly hostname?: string | undefined;
  /** Whether a small init runs as process 1, reaps orphans and passes signals on. @defaultValue `true` */
  readonly init?: boolean | undefined;
  /** Which build of the image. @defaultValue the runtime's own */
  readonly platform?: Platform | undefined;
  /** Limits of each process. @defaultValue the runtime's own */
  readonly rlimits?: readonly Rlimit[] | undefined;
  /** Whether the root file system is read-only. @defaultValue `false` */
  readonly readOnlyRootfs?: boolean | undefined;
  /** Key and value for what a runtime alone knows. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Ends the container this long after its start even if this process has died. @defaultValue no limit */
  readonly maxRunMs?: number | undefined;
}

/** Fields that have no default of podroot's own: where they are absent, the image or the runtime decides. */
type LeftToImage = 'command' | 'entrypoint' | 'user' | 'workdir' | 'hostname' | 'platform' | 'maxRunMs';

/**
 * A spec that was validated and has its defaults; the fields are those of {@link ContainerSpec}.
 *
 * @public
 */
export type ResolvedContainerSpec = {
  readonly [Field in Exclude<keyof ContainerSpec, LeftToImage>]-?: NonNullable<ContainerSpec[Field]>;
} & {
  readonly [Field in LeftToImage]: ContainerSpec[Field];
};
