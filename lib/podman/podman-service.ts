import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallOptions } from '../abort.js';
import { delay, linkSignals } from '../abort.js';
import { assertAbsolutePath, assertNonEmpty, assertTimeoutMs } from '../container/assert.js';
import { ContainerError, InvalidArgumentError } from '../errors.js';
import { parsePodmanAddress } from './address.js';
import { LibpodClient } from './libpod-client.js';
import { negotiate } from './negotiate.js';
import { ServiceProcess } from './service-process.js';

/** sockaddr_un's sun_path, with its final NUL. */
const LONGEST_SOCKET_PATH = 107;
const POLL_MS = 25;
const DEFAULT_START_TIMEOUT_MS = 30_000;

/**
 * How a Podman service of one's own runs. Absolute paths all.
 *
 * @public
 */
export interface PodmanServiceOptions extends CallOptions {
  /** The executable. @defaultValue `podman`, found by the environment's PATH */
  readonly executable?: string | undefined;
  /** Where images and containers are kept. @defaultValue Podman's own */
  readonly root?: string | undefined;
  /** Where the state of running containers is kept. @defaultValue Podman's own */
  readonly runroot?: string | undefined;
  /** A containers.conf that replaces the machine's. @defaultValue none */
  readonly containersConf?: string | undefined;
  /** The socket; at most 107 bytes, and not in use. @defaultValue one in a temporary folder, removed at the end */
  readonly socketPath?: string | undefined;
  /** The service's environment. @defaultValue this process's */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Limit for the service to answer. @defaultValue 30 000 */
  readonly startTimeoutMs?: number | undefined;
}

/**
 * A Podman service that runs as a child of this process.
 *
 * @public
 */
export interface PodmanService extends AsyncDisposable {
  /** `unix://…`, for `PodmanManager`. */
  readonly address: string;
  /** Of the service. */
  readonly pid: number;
  /** Ends the service and removes its socket. Its containers go on: remove them before. Safe to call again. */
  stop(): Promise<void>;
}

/**
 * Starts `podman system service` as a child and waits until it answers.
 *
 * @remarks
 * It is given no idle limit (`--time=0`), because pooled connections outlive Podman's default of 5 s. Aborting ends it.
 * @throws `RUNTIME_UNAVAILABLE` when it cannot be started, with its own words; `DEADLINE_EXCEEDED` when it does not answer
 * in time; {@link InvalidArgumentError} for options
 * @public
 */
export async function startPodmanService(options: PodmanServiceOptions = {}): Promise<PodmanService> {
  for (const name of ['root', 'runroot', 'containersConf', 'socketPath'] as const) {
    if (options[name] !== undefined) assertAbsolutePath(name, options[name]);
  }
  if (options.executable !== undefined) assertNonEmpty('executable', options.executable);
  if (options.startTimeoutMs !== undefined) assertTimeoutMs('startTimeoutMs', options.startTimeoutMs);
  options.signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'podroot-'));
  const socketPath = options.socketPath ?? join(folder, 'podman.sock');
  let made = false;
  let child: ServiceProcess | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      await child?.end();
      await rm(folder, { recursive: true, force: true });
      if (made) await rm(socketPath, { force: true });
    })());
  try {
    await assertFree(socketPath);
    made = true;
    child = new ServiceProcess(
      options.executable ?? 'podman',
      toArgv(options, socketPath),
      toEnv(options),
      folder,
    );
    await answered(child, socketPath, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `unix://${socketPath}`, pid: child.pid, stop, [Symbol.asyncDispose]: stop };
}

/** Podman takes a socket away from a service that listens on it, in silence. */
async function assertFree(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH) {
    const requirement = `must be at most ${LONGEST_SOCKET_PATH} bytes long`;
    throw new InvalidArgumentError('socketPath', socketPath, requirement);
  }
  const inUse = await new Promise<boolean>((resolve) => {
    const socket = connect(socketPath);
    socket.once('error', () => {
      resolve(false);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
  if (inUse) throw new InvalidArgumentError('socketPath', socketPath, 'must not be in use');
}

function toArgv(options: PodmanServiceOptions, socketPath: string): string[] {
  const argv = ['system', 'service', '--time=0', `unix://${socketPath}`];
  if (options.runroot !== undefined) argv.unshift('--runroot', options.runroot);
  if (options.root !== undefined) argv.unshift('--root', options.root);
  return argv;
}

function toEnv(options: PodmanServiceOptions): NodeJS.ProcessEnv {
  const conf = options.containersConf === undefined ? {} : { CONTAINERS_CONF: options.containersConf };
  return { ...(options.env ?? process.env), ...conf };
}

async function answered(
  child: ServiceProcess,
  socketPath: string,
  options: PodmanServiceOptions,
): Promise<void> {
  const operation = 'startPodmanService';
  const link = linkSignals([options.signal], options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS, operation);
  const client = new LibpodClient(parsePodmanAddress('socketPath', `unix://${socketPath}`), {
    requestTimeoutMs: 5000,
    retries: 0,
  });
  try {
    while (child.failure === undefined) {
      try {
        await negotiate(client, operation, link.signal);
        return;
      } catch (error) {
        link.signal.throwIfAborted();
        if (!isNotThereYet(error)) throw error;
      }
      await delay(POLL_MS, link.signal);
    }
    // The last of its words may come after its end.
    await delay(POLL_MS, link.signal);
    throw new ContainerError('RUNTIME_UNAVAILABLE', `podman system service did not start: ${child.failure}`, {
      operation,
      runtimeMessage: child.failure,
    });
  } finally {
    link.release();
    await client.close();
  }
}

function isNotThereYet(error: unknown): boolean {
  return error instanceof ContainerError && ['RUNTIME_UNAVAILABLE', 'CONNECTION_LOST'].includes(error.code);
}
