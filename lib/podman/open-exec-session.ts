import type { Duplex } from 'node:stream';
import type { ResolvedOpenExecOptions } from '../container/resolve-exec-options.js';
import { ContainerError } from '../errors.js';
import { delayAbort, LATE_ANSWER_MS } from './delayed-abort.js';
import { killExec } from './exec-kill.js';
import { PodmanExecSession, type ExecContext } from './exec-session.js';
import { createExec, startExec } from './exec-wire.js';
import type { LibpodClient } from './libpod-client.js';

/** Starts a command in a container. Aborting ends it, also when that happens while it is being started. */
export function openExecSession(
  client: LibpodClient,
  container: string,
  options: ResolvedOpenExecOptions,
): Promise<PodmanExecSession> {
  return client.undertake('exec', options.signal, async (signal) => {
    const context: ExecContext = { operation: 'exec', container };
    signal.throwIfAborted();
    const id = await createExec(client, container, { ...options, signal }, context);
    const socket = await start(client, id, options, context, signal);
    const session = new PodmanExecSession(client, id, socket, options, context);
    if (signal.aborted) {
      await session.close();
      throw signal.reason;
    }
    return session;
  });
}

async function start(
  client: LibpodClient,
  id: string,
  options: ResolvedOpenExecOptions,
  context: ExecContext,
  signal: AbortSignal,
): Promise<Duplex> {
  const late = delayAbort(signal, LATE_ANSWER_MS);
  try {
    return await startExec(client, id, options.terminal, context, late.signal);
  } catch (error) {
    const refused = error instanceof ContainerError && (error.status ?? 0) >= 400;
    // Without an answer it may run all the same, and nobody would hear it.
    if (!refused) await killExec(client, { ...context, id, graceMs: options.killGraceMs });
    signal.throwIfAborted();
    throw error;
  } finally {
    late.release();
  }
}
