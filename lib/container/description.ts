/**
 * What a container is doing. Anything a runtime says beyond these is `unknown`.
 *
 * @public
 */
export type ContainerState =
  'created' | 'running' | 'paused' | 'stopping' | 'exited' | 'removing' | 'unknown';

/**
 * A container in a list.
 *
 * @public
 */
export interface ContainerSummary {
  /** The full id. */
  readonly id: string;
  /** Unique on the runtime. */
  readonly name: string;
  /** The reference it was created with. */
  readonly image: string;
  /** What it is doing. */
  readonly state: ContainerState;
  /** Text that it was created with. */
  readonly labels: Readonly<Record<string, string>>;
  /** In milliseconds since 1970. */
  readonly createdAt: number;
}

/**
 * A container, as the runtime sees it now.
 *
 * @public
 */
export interface ContainerDescription extends ContainerSummary {
  /** Id of its image. */
  readonly imageId: string;
  /** Digest of its image's manifest; `undefined` when the runtime has none. */
  readonly imageDigest: string | undefined;
  /** Of the main process; `null` until that has ended. */
  readonly exitCode: number | null;
  /** Whether the memory limit ended a process in it. Runtimes may say so late: only when the container has ended. */
  readonly oomKilled: boolean;
  /** Why it could not start, in the runtime's words. */
  readonly error: string | undefined;
  /** In milliseconds since 1970; `undefined` when it never started. */
  readonly startedAt: number | undefined;
  /** In milliseconds since 1970; `undefined` when it has not ended. */
  readonly finishedAt: number | undefined;
  /** Names of the networks it is connected to. */
  readonly networks: readonly string[];
  /** Where something is mounted, by path in the container. */
  readonly mountTargets: readonly string[];
}

/**
 * How a container ended.
 *
 * @public
 */
export interface WaitResult {
  /** Of the main process; `null` when `maxRunMs` ended it. */
  readonly exitCode: number | null;
  /** Whether `maxRunMs` ended it. */
  readonly timedOut: boolean;
  /** See {@link ContainerDescription.oomKilled}. */
  readonly oomKilled: boolean;
}

/**
 * One sample of what a container uses.
 *
 * @public
 */
export interface ContainerStats {
  /** In milliseconds since 1970. */
  readonly time: number;
  /** Processor time used since the container's start, in nanoseconds. */
  readonly cpuNanoseconds: number;
  /** Memory in use, with the page cache that counts against the limit. */
  readonly memoryBytes: number;
  /** `undefined` when there is no limit of its own. */
  readonly memoryLimitBytes: number | undefined;
  /** Processes and threads. */
  readonly pids: number;
  /** Since its start, over all its networks. */
  readonly networkReceivedBytes: number;
  /** Since its start, over all its networks. */
  readonly networkSentBytes: number;
  /** Since its start, from block devices. */
  readonly blockReadBytes: number;
  /** Since its start, to block devices. */
  readonly blockWrittenBytes: number;
}

/**
 * Something that happened to a container.
 *
 * @public
 */
export interface ContainerEvent {
  /** The runtime's word, for the common ones: `create`, `start`, `exec`, `exec_died`, `died`, `remove`. */
  readonly action: string;
  /** The full id. */
  readonly containerId: string;
  /** Its name. */
  readonly name: string;
  /** The reference it was created with. */
  readonly image: string;
  /** Text that it was created with. */
  readonly labels: Readonly<Record<string, string>>;
  /** In nanoseconds since 1970. */
  readonly timeNanoseconds: bigint;
  /** Of the main process, where the event has one. */
  readonly exitCode: number | undefined;
}

/**
 * Which runtime answers.
 *
 * @public
 */
export interface RuntimeDescription {
  /** In small letters, as in `in-memory`. */
  readonly name: string;
  /** Of the runtime. */
  readonly version: string;
  /** Version of its interface, where that is another. */
  readonly apiVersion: string;
}
