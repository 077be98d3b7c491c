import { delay, linkSignals } from '../abort.js';
import { resolveOpenExecOptions } from '../container/resolve-exec-options.js';
import { ContainerError } from '../errors.js';
import { inspectContainer } from './containers.js';
import { createExec, inspectExec, startExec } from './exec-wire.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';
import { ProcessFamily, type ContainerProcess } from './process-family.js';

const POLL_MS = 50;
/** For all of it, besides the grace time. */
const LIMIT_MS = 30_000;
/** Rounds of SIGKILL, for what forks while it is being killed. */
const KILL_ROUNDS = 10;
/** A session that is being started has no process yet. */
const START_POLLS = 20;

/** What is to be ended. */
export interface ExecTarget {
  readonly container: string;
  readonly id: string;
  readonly graceMs: number;
}

/**
 * Ends what runs in an exec session with everything it started: SIGTERM, and SIGKILL after the grace time.
 *
 * @remarks
 * Podman has no call for it. `exec/{id}/remove` with force (4.8 and later) signals the first process alone and never
 * sends SIGKILL before 5.8; destroying the connection ends nothing (podman#19486). So the processes are found by
 * `containers/{id}/top`, which knows host and container ids, and signalled from a second exec session as their own user,
 * who needs no capability for that. See {@link ProcessFamily} for what is found.
 * @returns whether nothing of it is left; never rejects
 */
export async function killExec(client: LibpodClient, target: ExecTarget): Promise<boolean> {
  const link = linkSignals([], target.graceMs + LIMIT_MS, 'exec');
  try {
    return await new ExecKiller(client, target, link.signal).run();
  } catch (error) {
    return await hasEnded(client, target, error);
  } finally {
    link.release();
  }
}

class ExecKiller {
  readonly #client: LibpodClient;
  readonly #target: ExecTarget;
  readonly #signal: AbortSignal;
  readonly #context: { readonly operation: string; readonly container: string };

  constructor(client: LibpodClient, target: ExecTarget, signal: AbortSignal) {
    this.#client = client;
    this.#target = target;
    this.#signal = signal;
    this.#context = { operation: 'exec', container: target.container };
  }

  async run(): Promise<boolean> {
    const first = await this.#findFirst();
    if (first === undefined) return true;
    const family = new ProcessFamily(first);
    let living = family.update(await this.#listProcesses());
    if (living.length === 0) return true;
    await this.#send('TERM', living);
    const deadline = performance.now() + this.#target.graceMs;
    while (performance.now() < deadline) {
      await delay(POLL_MS, this.#signal);
      living = family.update(await this.#listProcesses());
      if (living.length === 0) return true;
    }
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      await this.#send('KILL', living);
      await delay(POLL_MS, this.#signal);
      living = family.update(await this.#listProcesses());
      if (living.length === 0) return true;
    }
    return false;
  }

  /** The service's id of the first process; `undefined` when it has ended, was never started, or is forgotten. */
  async #findFirst(): Promise<number | undefined> {
    for (let poll = 0; poll < START_POLLS; poll += 1) {
      const exec = await inspectExec(this.#client, this.#target.id, this.#context, this.#signal).catch(
        (error: unknown) => {
          if (error instanceof ContainerError && error.status === 404) return undefined;
          throw error;
        },
      );
      if (exec === undefined || (!exec.Running && exec.CanRemove)) return undefined;
      if (exec.Running && exec.Pid > 0) return exec.Pid;
      await delay(POLL_MS, this.#signal);
    }
    return undefined;
  }

  /** https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerTopLibpod, descriptors of podman-top(1). */
  async #listProcesses(): Promise<readonly ContainerProcess[]> {
    const { Processes } = await this.#client.json<{
      readonly Processes: readonly (readonly string[])[] | null;
    }>({
      method: 'GET',
      path: libpodPath`containers/${this.#target.container}/top`,
      query: { ps_args: 'hpid,pid,ppid,pgid,ruser,state' },
      signal: this.#signal,
      context: { ...this.#context, notFound: 'CONTAINER_NOT_FOUND' },
    });
    return (Processes ?? [])
      .filter(([, , , , , state]) => state !== 'Z')
      .map(([hostPid, pid, parent, group, user]) => ({
        hostPid: Number(hostPid),
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        user: user ?? '',
      }));
  }

  async #send(name: 'TERM' | 'KILL', processes: readonly ContainerProcess[]): Promise<void> {
    for (const user of new Set(processes.map((process) => process.user))) {
      const pids = processes.filter((process) => process.user === user).map(({ pid }) => String(pid));
      await this.#runQuietly(user, ['/bin/sh', '-c', `kill -${name} "$@"`, 'sh', ...pids]);
    }
  }

  /** Runs a command to its end without a look at its output, which is small. */
  async #runQuietly(user: string, argv: readonly string[]): Promise<void> {
    const options = resolveOpenExecOptions(argv, { user, signal: this.#signal });
    const id = await createExec(this.#client, this.#target.container, options, this.#context);
    const socket = await startExec(this.#client, id, undefined, this.#context, this.#signal);
    const onAbort = (): void => void socket.destroy();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    await new Promise((resolve) => socket.once('close', resolve).resume());
    this.#signal.removeEventListener('abort', onAbort);
  }
}

/** A container that is gone, or has ended, has no processes. One that is paused still has. */
async function hasEnded(client: LibpodClient, target: ExecTarget, error: unknown): Promise<boolean> {
  if (!(error instanceof ContainerError)) return false;
  if (error.code === 'CONTAINER_NOT_FOUND') return true;
  if (error.code !== 'CONTAINER_NOT_RUNNING') return false;
  try {
    const { state } = await inspectContainer(client, target.container, {}, 'exec');
    return state === 'exited' || state === 'created';
  } catch (failure) {
    return failure instanceof ContainerError && failure.code === 'CONTAINER_NOT_FOUND';
  }
}
