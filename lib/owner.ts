import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Which process owns a container: what a later process needs to tell whether it still lives.
 *
 * @public
 */
export interface OwnerIdentity {
  /** Distinguishes owners; one per process unless the host names its own. */
  readonly id: string;
  /** The machine, its boot and the process id namespace: only within these does `pid` mean anything. */
  readonly host: string;
  /** The process. */
  readonly pid: number;
  /** When the process started, in the kernel's clock ticks since boot, so that a reused pid is not taken for it. */
  readonly started: string;
}

const UNKNOWN = 'unknown';
let own: OwnerIdentity | undefined;

/**
 * The identity of this process, read from /proc once, at the first call.
 *
 * @public
 */
export function currentOwner(): OwnerIdentity {
  own ??= {
    id: randomUUID(),
    host: currentHost(),
    pid: process.pid,
    started: startOf(process.pid) ?? UNKNOWN,
  };
  return own;
}

/**
 * Whether an owner is dead for certain. Owners on other machines or in other process id namespaces cannot be judged
 * from here and count as living.
 */
export function isOwnerDead(owner: OwnerIdentity): boolean {
  const [machine, boot, namespace] = owner.host.split('/');
  const [ownMachine, ownBoot, ownNamespace] = currentHost().split('/');
  if (machine !== ownMachine) return false;
  // Everything that ran before this machine's last boot is gone, whatever its namespace was.
  if (boot !== ownBoot) return boot !== UNKNOWN && ownBoot !== UNKNOWN;
  if (namespace !== ownNamespace) return false;
  if (!exists(owner.pid)) return true;
  const started = startOf(owner.pid);
  return started !== undefined && owner.started !== UNKNOWN && started !== owner.started;
}

function currentHost(): string {
  // The host name alone would take two machines called "localhost" that share a remote runtime for one.
  const machine = `${hostname()}:${readText('/etc/machine-id') ?? UNKNOWN}`;
  const boot = readText('/proc/sys/kernel/random/boot_id') ?? UNKNOWN;
  return `${machine}/${boot}/${pidNamespace()}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return UNKNOWN;
  }
}

/** Field 22 of proc(5)'s stat; the command before it may hold spaces and parentheses. A zombie counts as ended. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM says that it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
