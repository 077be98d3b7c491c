import type { Duplex } from 'node:stream';
import type { TerminalSize } from '../container/exec.js';
import type { ResolvedOpenExecOptions } from '../container/resolve-exec-options.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

/** https://docs.podman.io/en/latest/_static/api.html#tag/exec/operation/ExecInspectLibpod */
export interface WireExec {
  readonly Running: boolean;
  readonly ExitCode: number;
  /** `false` for one that was created and never started, which otherwise looks like success. */
  readonly CanRemove: boolean;
  /** In the process id namespace of the service, not the container's. */
  readonly Pid: number;
}

/**
 * Podman takes its detach keys for detaching without a terminal too, and `""` does not turn them off: two reads of one
 * byte each, 0x10 and 0x11, end the input in silence. No data holds this sequence by chance, one byte a read.
 */
const NEVER_DETACH = 'ctrl-@,ctrl-^,ctrl-_,ctrl-@,ctrl-^,ctrl-_';

/** Makes an exec session and gives its id. */
export async function createExec(
  client: LibpodClient,
  container: string,
  options: ResolvedOpenExecOptions,
  context: ErrorContext,
): Promise<string> {
  const { Id } = await client.json<{ readonly Id: string }>({
    method: 'POST',
    path: libpodPath`containers/${container}/exec`,
    json: {
      Cmd: options.argv,
      AttachStdin: options.stdin,
      AttachStdout: true,
      AttachStderr: true,
      Tty: options.terminal !== undefined,
      Env: Object.entries(options.env).map(([name, value]) => `${name}=${value}`),
      User: options.user ?? '',
      WorkingDir: options.workdir ?? '',
      Privileged: false,
      DetachKeys: NEVER_DETACH,
    },
    signal: options.signal,
    context: { ...context, notFound: 'CONTAINER_NOT_FOUND' },
  });
  return Id;
}

/**
 * Starts an exec session, always attached: one started detached has no exit code before Podman 4.5.1 (podman#18424). A
 * start that the signal cut off may have started all the same.
 */
export function startExec(
  client: LibpodClient,
  id: string,
  terminal: TerminalSize | undefined,
  context: ErrorContext,
  signal: AbortSignal,
): Promise<Duplex> {
  return client.hijack({
    method: 'POST',
    path: libpodPath`exec/${id}/start`,
    json: { Detach: false, Tty: terminal !== undefined, h: terminal?.rows, w: terminal?.columns },
    signal,
    context,
  });
}

export function inspectExec(
  client: LibpodClient,
  id: string,
  context: ErrorContext,
  signal?: AbortSignal,
): Promise<WireExec> {
  return client.json<WireExec>({
    method: 'GET',
    path: libpodPath`exec/${id}/json`,
    timeoutMs: 10_000,
    signal,
    context,
  });
}

export async function resizeExec(
  client: LibpodClient,
  id: string,
  size: TerminalSize,
  signal: AbortSignal | undefined,
  context: ErrorContext,
): Promise<void> {
  await client.call({
    method: 'POST',
    path: libpodPath`exec/${id}/resize`,
    query: { h: size.rows, w: size.columns, running: true },
    idempotent: true,
    signal,
    context,
  });
}
