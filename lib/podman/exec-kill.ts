import { delay } from '../abort.js';
import { resolveOpenExecOptions } from '../container/resolve-exec-options.js';
import { ContainerError } from '../errors.js';
import { createExec, inspectExec, startExec, type WireExec } from './exec-wire.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';

const POLL_MS = 50;
const CALL_TIMEOUT_MS = 10_000;
/** Rounds of SIGKILL, for what forks while it is being killed. */
const KILL_ROUNDS = 10;
const START_POLLS = 20;

/** What is to be ended. */
export interface ExecTarget {
  readonly container: string;
  readonly id: string;
  /** Who it runs as; the signals are sent by the same. */
  readonly user: string | undefined;
  readonly graceMs: number;
}

interface Process {
  readonly hostPid: number;
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

const CONTEXT = { operation: 'exec' };

/**
 * Ends what runs in an exec session with everything it started: SIGTERM, and SIGKILL after the grace time.
 *
 * @remarks
 * Podman has no call for it. `exec/{id}/remove` with force (4.8 and later) signals the first process alone and never
 * sends SIGKILL before 5.8; destroying the connection ends nothing (podman#19486). So the processes are found by
 * `containers/{id}/top`, which knows host and container ids, and signalled from a second exec session as the same user,
 * who needs no capability for that. Processes are known by parent and by process group: one that left both before this
 * began is not found.
 * @returns whether nothing of it is left
 */
export async function killExec(client: LibpodClient, target: ExecTarget): Promise<boolean> {
  try {
    const first = await findFirst(client, target);
    if (first === undefined) return true;
    const family = new Family(first);
    if (family.update(await listProcesses(client, target.container)).length === 0) return true;
    await sendSignal(client, target, 'TERM', family.members);
    const deadline = performance.now() + target.graceMs;
    while (performance.now() < deadline) {
      await delay(POLL_MS);
      if (family.update(await listProcesses(client, target.container)).length === 0) return true;
    }
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      // What another user's setuid program became can only be signalled by root.
      const user = round < KILL_ROUNDS / 2 ? target.user : '0:0';
      await sendSignal(client, { ...target, user }, 'KILL', family.members);
      await delay(POLL_MS);
      if (family.update(await listProcesses(client, target.container)).length === 0) return true;
    }
    return false;
  } catch (error) {
    // A container that is gone, or has ended, has no processes.
    return (
      error instanceof ContainerError && ['CONTAINER_NOT_FOUND', 'CONTAINER_NOT_RUNNING'].includes(error.code)
    );
  }
}

/** The service's id of the first process; `undefined` when it has ended. It may not have one yet. */
async function findFirst(client: LibpodClient, target: ExecTarget): Promise<number | undefined> {
  for (let poll = 0; poll < START_POLLS; poll += 1) {
    const exec: WireExec = await inspectExec(client, target.id, {
      ...CONTEXT,
      notFound: 'CONTAINER_NOT_RUNNING',
    });
    if (exec.Running && exec.Pid > 0) return exec.Pid;
    if (!exec.Running && exec.CanRemove) return undefined;
    await delay(POLL_MS);
  }
  return undefined;
}

/** The first process of a session, and what descends from it or shares a process group with one that does. */
class Family {
  members: readonly number[] = [];
  readonly #firstHostPid: number;
  readonly #groups = new Set<number>();

  constructor(firstHostPid: number) {
    this.#firstHostPid = firstHostPid;
  }

  /** Those of the family that still live. Ones found before stay in it when their parent has died. */
  update(processes: readonly Process[]): readonly number[] {
    const family = new Set(this.members);
    let grown: boolean;
    do {
      grown = false;
      for (const { hostPid, pid, parent, group } of processes) {
        const related =
          hostPid === this.#firstHostPid || family.has(pid) || family.has(parent) || this.#groups.has(group);
        // Process 1 is the container's own.
        if (!related || pid === 1) continue;
        if (!family.has(pid) || !this.#groups.has(group)) grown = true;
        family.add(pid);
        if (group > 1) this.#groups.add(group);
      }
    } while (grown);
    const living = new Set(processes.map((process) => process.pid));
    this.members = [...family].filter((pid) => living.has(pid));
    return this.members;
  }
}

/** https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerTopLibpod, descriptors of podman-top(1). */
async function listProcesses(client: LibpodClient, container: string): Promise<readonly Process[]> {
  const { Processes } = await client.json<{ readonly Processes: readonly (readonly string[])[] | null }>({
    method: 'GET',
    path: libpodPath`containers/${container}/top`,
    query: { ps_args: 'hpid,pid,ppid,pgid,state' },
    timeoutMs: CALL_TIMEOUT_MS,
    context: { ...CONTEXT, container, notFound: 'CONTAINER_NOT_FOUND' },
  });
  return (Processes ?? [])
    .filter((row) => row[4] !== 'Z')
    .map((row) => ({
      hostPid: Number(row[0]),
      pid: Number(row[1]),
      parent: Number(row[2]),
      group: Number(row[3]),
    }));
}

async function sendSignal(
  client: LibpodClient,
  target: ExecTarget,
  name: 'TERM' | 'KILL',
  pids: readonly number[],
): Promise<void> {
  const numbers = pids.map(String);
  const script = `for pid in "$@"; do kill -${name} "$pid"; done`;
  await runQuietly(client, target, ['/bin/sh', '-c', script, 'sh', ...numbers]);
}

/** Runs a command to its end without a look at its output, which is small. */
async function runQuietly(client: LibpodClient, target: ExecTarget, argv: readonly string[]): Promise<void> {
  const context = { ...CONTEXT, container: target.container };
  const id = await createExec(
    client,
    target.container,
    resolveOpenExecOptions(argv, { user: target.user }),
    context,
  );
  const socket = await startExec(client, id, undefined, context);
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const timer = setTimeout(() => socket.destroy(), CALL_TIMEOUT_MS);
  socket.resume();
  await closed;
  clearTimeout(timer);
}
