import { delay, type CallOptions } from '../abort.js';
import type { ListOptions } from '../container/container-manager.js';
import type { ContainerDescription, ContainerSummary, WaitResult } from '../container/description.js';
import { ContainerError } from '../errors.js';
import { toDescription, toSummary, type WireInspect, type WireListEntry } from './container-description.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

const CALL_SLACK_MS = 30_000;
/** Until the service is asked again about a container that it said had ended, when it had not. */
const WAIT_AGAIN_MS = 250;

export function contextOf(
  operation: string,
  container: string,
): ErrorContext & { readonly container: string } {
  return { operation, container, notFound: 'CONTAINER_NOT_FOUND' };
}

/** A second start of an exited container would run it again, which nobody who builds wants. */
export async function startContainer(
  client: LibpodClient,
  container: string,
  options: CallOptions,
): Promise<void> {
  const context = contextOf('start', container);
  const { state } = await inspectContainer(client, container, options, 'start');
  if (state === 'running') return;
  if (state !== 'created') {
    throw new ContainerError(
      'CONTAINER_NOT_RUNNING',
      `start ${container}: it is ${state} and is not started again`,
      context,
    );
  }
  try {
    await client.call({
      method: 'POST',
      path: libpodPath`containers/${container}/start`,
      signal: options.signal,
      context,
    });
  } catch (error) {
    if (!(error instanceof ContainerError && error.code === 'CONNECTION_LOST')) throw error;
    // Not sent again: it may have run to its end already, and would run twice. Whether it has can be seen.
    const { state: after } = await inspectContainer(client, container, options, 'start');
    if (after === 'created') throw error;
  }
}

/** The call lasts as long as the grace time. */
export async function stopContainer(
  client: LibpodClient,
  container: string,
  graceMs: number,
  options: CallOptions,
): Promise<void> {
  await client.call({
    method: 'POST',
    path: libpodPath`containers/${container}/stop`,
    query: { timeout: Math.ceil(graceMs / 1000) },
    idempotent: true,
    timeoutMs: graceMs + CALL_SLACK_MS,
    signal: options.signal,
    context: contextOf('stop', container),
  });
}

export async function killContainer(
  client: LibpodClient,
  container: string,
  signalName: NodeJS.Signals,
  options: CallOptions,
): Promise<void> {
  await client.call({
    method: 'POST',
    path: libpodPath`containers/${container}/kill`,
    query: { signal: signalName },
    signal: options.signal,
    context: contextOf('kill', container),
  });
}

/**
 * Waits by the full id and then looks.
 *
 * @remarks
 * An answer of 0 is no proof of an end: a container that never started answers 0 at once, and 5.4.2 does so for
 * conditions it does not know.
 */
export async function waitForContainer(
  client: LibpodClient,
  container: string,
  options: CallOptions,
): Promise<WaitResult> {
  const context = contextOf('wait', container);
  const before = await inspectContainer(client, container, options, 'wait');
  if (before.state === 'created') {
    throw new ContainerError('CONTAINER_NOT_RUNNING', `wait ${container}: it was never started`, context);
  }
  for (;;) {
    await client.call({
      method: 'POST',
      path: libpodPath`containers/${before.id}/wait`,
      query: { condition: ['stopped', 'exited'] },
      idempotent: true,
      timeoutMs: 0,
      signal: options.signal,
      context,
    });
    const { exitCode, oomKilled } = await inspectContainer(client, before.id, options, 'wait');
    if (exitCode !== null) {
      // Its `timeout` ran out: the service stores -1.
      const timedOut = exitCode < 0;
      return { exitCode: timedOut ? null : exitCode, timedOut, oomKilled };
    }
    await delay(WAIT_AGAIN_MS, options.signal);
  }
}

/** What the service does not know is gone already. An answer of 200 can hold an error for the container. */
export async function removeContainer(
  client: LibpodClient,
  container: string,
  options: CallOptions,
): Promise<void> {
  const context = contextOf('remove', container);
  try {
    const removed = await client.json<readonly { readonly Err?: unknown }[] | null>({
      method: 'DELETE',
      path: libpodPath`containers/${container}`,
      query: { force: true, timeout: 0, volumes: true, ignore: true },
      idempotent: true,
      signal: options.signal,
      context,
    });
    const failed = removed?.find((entry) => typeof entry.Err === 'string' && entry.Err !== '');
    if (failed === undefined) return;
    const runtimeMessage = String(failed.Err);
    throw new ContainerError('RUNTIME_ERROR', `remove ${container} failed: ${runtimeMessage}`, {
      ...context,
      runtimeMessage,
    });
  } catch (error) {
    if (!(error instanceof ContainerError && error.code === 'CONTAINER_NOT_FOUND')) throw error;
  }
}

export async function inspectContainer(
  client: LibpodClient,
  container: string,
  options: CallOptions,
  operation = 'inspect',
): Promise<ContainerDescription> {
  const wire = await client.json<WireInspect>({
    method: 'GET',
    path: libpodPath`containers/${container}/json`,
    signal: options.signal,
    context: contextOf(operation, container),
  });
  return toDescription(wire);
}

export async function listContainers(
  client: LibpodClient,
  options: ListOptions,
): Promise<readonly ContainerSummary[]> {
  const label = Object.entries(options.labels ?? {}).map(([key, value]) =>
    value === null ? key : `${key}=${value}`,
  );
  const wire = await client.json<readonly WireListEntry[] | null>({
    method: 'GET',
    path: 'containers/json',
    query: { all: true, filters: label.length === 0 ? undefined : JSON.stringify({ label }) },
    signal: options.signal,
    context: { operation: 'list' },
  });
  const containers = (wire ?? []).map(toSummary);
  // By us, not by the service, which refuses the names of states that its version does not have.
  return options.states === undefined
    ? containers
    : containers.filter(({ state }) => options.states?.includes(state));
}

export async function disconnectNetwork(
  client: LibpodClient,
  container: string,
  network: string | undefined,
  options: CallOptions,
): Promise<void> {
  const operation = 'disconnectNetwork';
  const networks =
    network === undefined
      ? (await inspectContainer(client, container, options, operation)).networks
      : [network];
  for (const name of networks) {
    await client.call({
      method: 'POST',
      path: libpodPath`networks/${name}/disconnect`,
      json: { Container: container, Force: false },
      signal: options.signal,
      context: { ...contextOf(operation, container), notFound: 'NETWORK_NOT_FOUND' },
    });
  }
}
