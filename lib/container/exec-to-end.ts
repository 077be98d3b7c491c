import { untilAborted } from '../abort.js';
import { ContainerError } from '../errors.js';
import { toContainerId, type ContainerManager, type ContainerReference } from './container-manager.js';
import type { ExecInput, ExecOptions, ExecResult } from './exec.js';
import { Capture } from './capture.js';
import { assertExecInput, resolveCaptureBytes } from './resolve-exec-options.js';

/**
 * `exec` in terms of `openExec`, the same for every manager: feeds the input, drains the output, and waits.
 *
 * @throws the signal's reason when it aborted, what the sink or the input threw, and what `openExec` rejects with
 */
export async function execToEnd(
  manager: Pick<ContainerManager, 'openExec'>,
  container: ContainerReference,
  argv: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { stdin, output } = options;
  assertExecInput(stdin);
  const limit = resolveCaptureBytes(options);
  const stdout = new Capture(limit);
  const stderr = new Capture(limit);
  await using session = await manager.openExec(container, argv, { ...options, stdin: stdin !== undefined });
  let ended = false;
  const endedEarly = new AbortController();
  session.ending.then(
    ({ outcome }) => {
      if (outcome !== 'exited') endedEarly.abort();
    },
    () => undefined,
  );
  let inputFailure: { readonly error: unknown } | undefined;
  if (session.stdin !== undefined && stdin !== undefined) {
    // Not awaited: a command may end without reading all of an input that never ends. A failing input ends the
    // command, which would otherwise wait for the rest of it.
    feed(session.stdin, stdin, () => ended).catch((error: unknown) => {
      inputFailure = { error };
      return session.close();
    });
  }
  for await (const chunk of session.output) {
    (chunk.channel === 'stdout' ? stdout : stderr).add(chunk.bytes);
    const held = output?.(chunk);
    if (held !== undefined) await settled(held, endedEarly.signal);
  }
  const ending = await session.ending;
  ended = true;
  if (inputFailure !== undefined) throw inputFailure.error;
  if (ending.outcome === 'aborted') {
    options.signal?.throwIfAborted();
    // Nobody else can have closed this session.
    throw new ContainerError('CLOSED', 'exec: the container manager was closed', {
      operation: 'exec',
      container: toContainerId(container),
    });
  }
  return {
    ...ending,
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    captureTruncated: stdout.truncated || stderr.truncated,
  };
}

/** Waits for a sink, but not for one that is stuck once the command was ended. */
async function settled(held: Promise<void>, ended: AbortSignal): Promise<void> {
  try {
    await untilAborted(held, ended);
  } catch (error) {
    if (!ended.aborted) throw error;
  }
}

async function feed(
  input: ExecInput,
  stdin: NonNullable<ExecOptions['stdin']>,
  ended: () => boolean,
): Promise<void> {
  if (typeof stdin === 'string' || stdin instanceof Uint8Array) {
    await input.write(stdin);
  } else {
    for await (const bytes of stdin) {
      if (ended()) break;
      await input.write(bytes);
    }
  }
  await input.end();
}
