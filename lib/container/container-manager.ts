import type { CallOptions } from '../abort.js';
import type { ContainerSpec } from './container-spec.js';
import type { CopyEntry, CopyFromOptions, CopyFromResult } from './copy.js';
import type {
  ContainerDescription,
  ContainerEvent,
  ContainerState,
  ContainerStats,
  ContainerSummary,
  RuntimeDescription,
  WaitResult,
} from './description.js';
import type { ExecOptions, ExecResult, ExecSession, OpenExecOptions } from './exec.js';
import type { CommitOptions, EnsureImageOptions, ImageDescription, ImportImageOptions } from './image.js';
import type { OutputChunk, OutputSink } from './output-chunk.js';

/**
 * Names a container: its handle, or its id or name as stored somewhere, so that another process can work with it.
 *
 * @public
 */
export type ContainerReference = string | { readonly id: string };

/**
 * A container that was created. Disposing of it removes the container, running or not.
 *
 * @public
 */
export interface ContainerHandle extends AsyncDisposable {
  /** The full id. */
  readonly id: string;
  /** Unique on the runtime. */
  readonly name: string;
  /** Removes it, running or not; a container that is gone already is fine. */
  remove(options?: CallOptions): Promise<void>;
}

/**
 * Which containers are listed. All conditions hold.
 *
 * @public
 */
export interface ListOptions extends CallOptions {
  /** A label with this value, or with any value when that is `null`. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
  /** What they are doing. @defaultValue any */
  readonly states?: readonly ContainerState[] | undefined;
}

/**
 * Which lines of a container's main process are read.
 *
 * @public
 */
export interface LogsOptions extends CallOptions {
  /** Whether it goes on until the container ends. @defaultValue `false` */
  readonly follow?: boolean | undefined;
  /** Only what was written from then on; runtimes may know whole seconds only. @defaultValue all */
  readonly since?: Date | undefined;
  /** Only this many of the last lines, and with `follow` what comes after. @defaultValue all */
  readonly tail?: number | undefined;
}

/**
 * What is done with a container's output while it runs.
 *
 * @public
 */
export interface RunOptions extends CallOptions {
  /** Gets the output of the main process as it comes. @defaultValue it is not read */
  readonly output?: OutputSink | undefined;
}

/**
 * How a container ran.
 *
 * @public
 */
export interface RunResult extends WaitResult {
  /** The container's id; the container itself is gone. */
  readonly containerId: string;
}

/**
 * What any container runtime must offer. Whoever implements it runs the contract suite of `podroot/testing` over it.
 *
 * @remarks
 * Every call takes a signal. Calls whose time limit is not stated have the implementation's default limit; those that
 * say so have none. All reject with {@link ContainerError} unless said otherwise, with `RUNTIME_UNAVAILABLE` when no
 * runtime answers, `CONTAINER_NOT_FOUND` or `IMAGE_NOT_FOUND` when the thing named does not exist, and `CLOSED` after
 * `close`. Aborting leaves the runtime's side as it is at that moment, unless said otherwise.
 * @public
 */
export interface ContainerManager extends AsyncDisposable {
  /** Which runtime answers. Rejects with `RUNTIME_UNSUPPORTED` when it is one that cannot be used. */
  ping(options?: CallOptions): Promise<RuntimeDescription>;

  /**
   * Has the image in local storage, pulled as the policy says, and describes it. `IMAGE_PULL_FAILED` carries the
   * registry's words. Aborting ends the pull.
   */
  ensureImage(reference: string, options?: EnsureImageOptions): Promise<ImageDescription>;
  /** Describes an image in local storage. */
  inspectImage(reference: string, options?: CallOptions): Promise<ImageDescription>;
  /** Makes an image of a root file system in a tar archive (also compressed) and names it. No time limit. */
  importImage(
    reference: string,
    archive: AsyncIterable<Uint8Array>,
    options?: ImportImageOptions,
  ): Promise<ImageDescription>;
  /** Takes the images of a docker or OCI archive into storage and gives their references. No time limit. */
  loadImages(archive: AsyncIterable<Uint8Array>, options?: CallOptions): Promise<readonly string[]>;
  /** Removes an image; one that is gone already is fine. `IMAGE_IN_USE` while containers use it. */
  removeImage(reference: string, options?: CallOptions): Promise<void>;

  /**
   * Creates a container of an image in local storage, labelled with this manager's owner. When aborted or failed,
   * none is left behind.
   */
  create(spec: ContainerSpec, options?: CallOptions): Promise<ContainerHandle>;
  /** Starts a created container. `CONTAINER_NOT_RUNNING` when it has run before. One that runs already is fine. */
  start(container: ContainerReference, options?: CallOptions): Promise<void>;
  /**
   * Runs a command in a running container, to its end. An exit code other than 0 is a result, not an error.
   *
   * @remarks
   * No time limit unless `timeoutMs` is given; silence of any length is fine. Aborting ends the command with all it
   * started and then rejects with the signal's reason. `EXEC_NOT_STARTED`: unknown user, no such executable or folder.
   * `CONNECTION_LOST`: the connection broke and the command's end cannot be known.
   */
  exec(container: ContainerReference, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a command in a running container and hands back its streams. Aborting ends it, then as before. */
  openExec(
    container: ContainerReference,
    argv: readonly string[],
    options?: OpenExecOptions,
  ): Promise<ExecSession>;
  /** Ends a container: SIGTERM, and SIGKILL after the grace time (default 10 s). One that does not run is fine. */
  stop(container: ContainerReference, options?: CallOptions & { readonly graceMs?: number }): Promise<void>;
  /** Sends a signal to the main process. `CONTAINER_NOT_RUNNING` when it does not run. @defaultValue SIGKILL */
  kill(container: ContainerReference, signalName?: NodeJS.Signals, options?: CallOptions): Promise<void>;
  /** Waits for the end of a started container. No time limit. `CONTAINER_NOT_RUNNING` when it was never started. */
  wait(container: ContainerReference, options?: CallOptions): Promise<WaitResult>;
  /** Removes a container, running or not, with its anonymous volumes; one that is gone already is fine. */
  remove(container: ContainerReference, options?: CallOptions): Promise<void>;

  /**
   * Puts files, folders and links into a container, running or not, in their order, as one stream each for the root file
   * system and every mount they fall into. Not atomic: what came before a failure or an abort stays. No time limit.
   *
   * @remarks
   * `COPY_FAILED`: something could not be written or read whole, is in a read-only mount, or would replace a folder by
   * something else or the reverse. In a container that does not run, the same for what only a running one has: `/dev`,
   * `/proc`, `/sys`, memory file systems. `/etc/hosts`, `/etc/hostname` and `/etc/resolv.conf` are the runtime's own as a
   * rule: copying to them fails while the container runs, and before its start is without effect.
   * `INVALID_ARGUMENT` also when a path to copy from does not exist on this machine; nothing was done then.
   */
  copyTo(container: ContainerReference, entries: readonly CopyEntry[], options?: CallOptions): Promise<void>;
  /**
   * Copies a file or a tree into a folder of this machine, which is made when absent; the copied thing keeps its name
   * there, or is left out in favour of what is in it when the path ends with `/.` or is `/`. A link at the path is
   * followed. Nothing is ever written outside of the folder, and links that are in it already are not followed; folders
   * that are in it keep their mode. Devices and fifos are refused with `ARCHIVE_UNSAFE`, and so are sockets if the
   * runtime does not leave them out; owners and setuid, setgid and sticky bits are not kept, and this process's umask
   * applies. No time limit.
   *
   * @remarks
   * Not atomic: what came before a failure or an abort stays, the file that was being written cut. `PATH_NOT_FOUND`: no
   * such path. `COPY_FAILED`: the tree came cut short, changed meanwhile, could not be written, or holds a hard link to a
   * file that was left out. The folder must not be changed by others while the copy runs.
   */
  copyFrom(
    container: ContainerReference,
    path: string,
    targetFolder: string,
    options?: CopyFromOptions,
  ): Promise<CopyFromResult>;
  /**
   * A regular file's content, as a stream; a link is followed. A `break` ends the request. `PATH_NOT_FOUND`: no such path.
   * `COPY_FAILED`: not a regular file, or less came than its size. No time limit.
   */
  readFile(container: ContainerReference, path: string, options?: CallOptions): AsyncIterable<Uint8Array>;

  /**
   * What the main process wrote, whole: order is kept within a channel, between channels only roughly. A `break` ends
   * the request. No time limit.
   */
  logs(container: ContainerReference, options?: LogsOptions): AsyncIterable<OutputChunk>;
  /** A sample at each interval (default 1000 ms) until the container ends. A `break` ends the request. */
  stats(
    container: ContainerReference,
    options?: CallOptions & { readonly intervalMs?: number },
  ): AsyncIterable<ContainerStats>;
  /** What happens to containers from now on, or from `since`, until a `break`. No time limit. */
  events(
    options?: CallOptions & { readonly labels?: Readonly<Record<string, string>>; readonly since?: Date },
  ): AsyncIterable<ContainerEvent>;

  /** Describes a container as it is now. */
  inspect(container: ContainerReference, options?: CallOptions): Promise<ContainerDescription>;
  /** Lists containers, whoever made them. */
  list(options?: ListOptions): Promise<readonly ContainerSummary[]>;
  /** Removes all containers that {@link ContainerManager.list} would give, and gives the ids of those. */
  prune(options: ListOptions): Promise<readonly string[]>;
  /** Makes an image of a container's file system. No time limit. */
  commit(container: ContainerReference, options?: CommitOptions): Promise<ImageDescription>;
  /** Takes a running container off a network, or off all. `NETWORK_NOT_FOUND` when it is not on the one named. */
  disconnectNetwork(
    container: ContainerReference,
    options?: CallOptions & { readonly network?: string },
  ): Promise<void>;

  /** Creates, starts, follows, waits and removes, built on the others: see {@link runContainer}. */
  run(spec: ContainerSpec, options?: RunOptions): Promise<RunResult>;
  /**
   * Removes the containers whose owner has died, and gives their ids. Those of living owners, of owners elsewhere, and
   * containers that podroot did not make, are never touched.
   */
  reapOrphans(options?: CallOptions): Promise<readonly string[]>;

  /** Ends everything in flight with `CLOSED` and frees every handle. Containers stay. Safe to call again. */
  close(): Promise<void>;
}

/** The id or name in a reference. */
export function toContainerId(container: ContainerReference): string {
  return typeof container === 'string' ? container : container.id;
}
