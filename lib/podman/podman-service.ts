import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallOptions } from '../abort.js';
import { delay, linkSignals } from '../abort.js';
import { assertAbsolutePath, assertTimeoutMs } from '../container/assert.js';
import { ContainerError, InvalidArgumentError } from '../errors.js';
import { parsePodmanAddress } from './address.js';
import { LibpodClient } from './libpod-client.js';
import { negotiate } from './negotiate.js';

/** sockaddr_un's sun_path, with its final NUL. */
const LONGEST_SOCKET_PATH = 107;
const POLL_MS = 25;
const MOST_ERROR_TEXT = 4000;

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
  /** The socket; at most 107 bytes. @defaultValue one in a temporary folder, removed at the end */
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
  if (options.startTimeoutMs !== undefined) assertTimeoutMs('startTimeoutMs', options.startTimeoutMs);
  options.signal?.throwIfAborted();
  const folder = options.socketPath === undefined ? await mkdtemp(join(tmpdir(), 'podroot-')) : undefined;
  const socketPath = options.socketPath ?? join(folder ?? '', 'podman.sock');
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH) {
    throw new InvalidArgumentError(
      'socketPath',
      socketPath,
      `must be at most ${LONGEST_SOCKET_PATH} bytes long`,
    );
  }
  const child = spawnService(options, socketPath);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= end(child.process, folder ?? socketPath));
  try {
    await answered(child, socketPath, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `unix://${socketPath}`, pid: child.process.pid ?? 0, stop, [Symbol.asyncDispose]: stop };
}

interface ServiceChild {
  readonly process: ChildProcess;
  /** Why it is not running; `undefined` while it is. */
  readonly failure: () => string | undefined;
}

function spawnService(options: PodmanServiceOptions, socketPath: string): ServiceChild {
  const argv = ['system', 'service', '--time=0', `unix://${socketPath}`];
  if (options.runroot !== undefined) argv.unshift('--runroot', options.runroot);
  if (options.root !== undefined) argv.unshift('--root', options.root);
  const child = spawn(options.executable ?? 'podman', argv, {
    env: {
      ...(options.env ?? process.env),
      ...(options.containersConf === undefined ? {} : { CONTAINERS_CONF: options.containersConf }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: a Ctrl-C meant for this process must not take the service away while containers are removed.
    detached: true,
  });
  let text = '';
  let failure: string | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-MOST_ERROR_TEXT);
  });
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure = `it ended with ${signal ?? `exit code ${code ?? 'unknown'}`}${text === '' ? '' : `: ${text.trim()}`}`;
  });
  return { process: child, failure: () => failure };
}

async function answered(
  child: ServiceChild,
  socketPath: string,
  options: PodmanServiceOptions,
): Promise<void> {
  const operation = 'startPodmanService';
  const link = linkSignals([options.signal], options.startTimeoutMs ?? 30_000, operation);
  const client = new LibpodClient(parsePodmanAddress('socketPath', `unix://${socketPath}`), {
    requestTimeoutMs: 5000,
    retries: 0,
  });
  try {
    for (;;) {
      const failure = child.failure();
      if (failure !== undefined) {
        throw new ContainerError('RUNTIME_UNAVAILABLE', `podman system service did not start: ${failure}`, {
          operation,
          runtimeMessage: failure,
        });
      }
      try {
        await negotiate(client, operation, link.signal);
        return;
      } catch (error) {
        link.signal.throwIfAborted();
        if (!(
          error instanceof ContainerError && ['RUNTIME_UNAVAILABLE', 'CONNECTION_LOST'].includes(error.code)
        )) {
          throw error;
        }
      }
      await delay(POLL_MS, link.signal);
    }
  } finally {
    link.release();
    await client.close();
  }
}

async function end(child: ChildProcess, leftover: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    // Podman waits for requests in flight before it ends.
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
  }
  child.stderr?.destroy();
  await rm(leftover, { recursive: true, force: true });
}
