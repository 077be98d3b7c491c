import { constants } from 'node:os';
import { delay } from '../abort.js';
import { ContainerError } from '../errors.js';
import { inspectExec } from './exec-wire.js';
import type { LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

const POLL_MS = 50;
/** How often a session may still count as running after its output ended: the service stores the code before that. */
const MOST_POLLS = 40;

/**
 * The exit code of a session whose output has ended.
 *
 * @remarks
 * Only `CanRemove && !Running` says that there is one: a session that was created and never started has exit code 0 too,
 * and one that is unknown (they go 300 s after their end) has none at all.
 * @throws `CONNECTION_LOST` when it cannot be known
 */
export async function readExitCode(client: LibpodClient, id: string, context: ErrorContext): Promise<number> {
  let cause: unknown;
  try {
    for (let poll = 0; poll < MOST_POLLS; poll += 1) {
      const exec = await inspectExec(client, id, context);
      if (!exec.Running && exec.CanRemove) return exec.ExitCode;
      await delay(POLL_MS);
    }
  } catch (error) {
    if (error instanceof ContainerError && error.code === 'CLOSED') throw error;
    cause = error;
  }
  throw new ContainerError('CONNECTION_LOST', `${context.operation}: how the command ended cannot be known`, {
    ...context,
    cause,
  });
}

/** The error of a command that the runtime could not start, in its own words. */
export function notStarted(
  argv: readonly string[],
  heldText: string,
  exitCode: number,
  context: ErrorContext,
): ContainerError {
  const runtimeMessage = Buffer.from(heldText.split('\n', 1)[0] ?? '', 'latin1')
    .toString()
    .replace(/^Error: /, '')
    .trimEnd()
    .slice(0, 2000);
  return new ContainerError(
    'EXEC_NOT_STARTED',
    `${context.operation}: ${argv[0] ?? ''} could not be started: ${runtimeMessage}`,
    {
      ...context,
      exitCode,
      runtimeMessage,
    },
  );
}

const SIGNALLED = 128;

/** The signal that an exit code stands for. */
export function signalOf(exitCode: number): NodeJS.Signals | null {
  const number = exitCode - SIGNALLED;
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found === undefined ? null : (found[0] as NodeJS.Signals);
}
