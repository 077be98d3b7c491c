import { delay, type CallOptions } from '../abort.js';
import { assertWholeNumber } from '../container/assert.js';
import type { ContainerStats } from '../container/description.js';
import { ContainerError } from '../errors.js';
import { toDescription, type WireInspect } from './container-description.js';
import { contextOf } from './containers.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

const OPERATION = 'stats';
const LEAST_INTERVAL_MS = 100;
const MOST_INTERVAL_MS = 24 * 60 * 60 * 1000;
/** Samples in a row that may be missing. */
const MOST_FAILURES = 3;

/** https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainersStatsAllLibpod */
interface WireStats {
  readonly Stats:
    | readonly {
        /** Nanoseconds since 1970; 0 for a container that does not run. */
        readonly SystemNano: number;
        readonly CPUNano: number;
        readonly MemUsage: number;
        readonly PIDs: number;
        readonly NetInput: number;
        readonly NetOutput: number;
        readonly BlockInput: number;
        readonly BlockOutput: number;
      }[]
    | null;
}

/**
 * A sample of what a container uses at each interval, the first at once, until the container ends. A `break` ends it; no
 * request is open between samples.
 *
 * @remarks
 * Podman's own stream of samples knows whole seconds only, and goes on with zeroes when the container has ended, so each
 * sample is asked for. Its memory limit is the machine's memory where there is none; the container's own is taken.
 * @throws `CONTAINER_NOT_FOUND` when there is none, or it was removed meanwhile; `CONTAINER_NOT_RUNNING` when it was never
 * started; `NOT_SUPPORTED` without root and with cgroups v1, where Podman cannot tell
 */
export async function* containerStats(
  client: LibpodClient,
  container: string,
  options: CallOptions & { readonly intervalMs: number },
): AsyncGenerator<ContainerStats, void, undefined> {
  const { intervalMs, signal } = options;
  assertWholeNumber('intervalMs', intervalMs, LEAST_INTERVAL_MS, MOST_INTERVAL_MS);
  const context = contextOf(OPERATION, container);
  const inspected = await inspect(client, container, context, signal);
  const { id, state } = toDescription(inspected);
  if (state === 'created') {
    throw new ContainerError('CONTAINER_NOT_RUNNING', `stats ${container}: it was never started`, context);
  }
  const limit = inspected.HostConfig.Memory;
  const memoryLimitBytes = limit === undefined || limit === 0 ? undefined : limit;
  let failures = 0;
  for (let due = performance.now(); ; due += intervalMs) {
    const sample = await readSample(client, id, context, signal);
    if (sample === undefined) {
      // A container that is unknown, one that has ended and a failed reading look the same in 4.3.1.
      const now = toDescription(await inspect(client, id, context, signal)).state;
      if (now === 'exited' || now === 'removing') return;
      failures = now === 'stopping' ? failures : failures + 1;
      if (failures > MOST_FAILURES) {
        throw new ContainerError(
          'RUNTIME_ERROR',
          `stats ${container}: Podman gives none while it is ${now}`,
          context,
        );
      }
    } else {
      failures = 0;
      yield { ...sample, memoryLimitBytes };
    }
    // A reader that is slow gets the next sample at once, but not all that it was too slow for.
    due = Math.max(due, performance.now() - intervalMs);
    await delay(Math.max(0, due + intervalMs - performance.now()), signal);
  }
}

async function readSample(
  client: LibpodClient,
  id: string,
  context: ErrorContext,
  signal: AbortSignal | undefined,
): Promise<Omit<ContainerStats, 'memoryLimitBytes'> | undefined> {
  const { Stats } = await askForSample(client, id, context, signal);
  const wire = Stats?.[0];
  if (wire === undefined || wire.SystemNano === 0) return undefined;
  return {
    time: Date.now(),
    cpuNanoseconds: wire.CPUNano,
    memoryBytes: wire.MemUsage,
    pids: wire.PIDs,
    networkReceivedBytes: wire.NetInput,
    networkSentBytes: wire.NetOutput,
    blockReadBytes: wire.BlockInput,
    blockWrittenBytes: wire.BlockOutput,
  };
}

async function askForSample(
  client: LibpodClient,
  id: string,
  context: ErrorContext,
  signal: AbortSignal | undefined,
): Promise<WireStats> {
  try {
    return await client.json<WireStats>({
      method: 'GET',
      path: 'containers/stats',
      query: { containers: id, stream: false },
      signal,
      context,
    });
  } catch (error) {
    if (error instanceof ContainerError && error.status === 409 && error.code === 'RUNTIME_ERROR') {
      const { status, runtimeMessage } = error;
      throw new ContainerError('NOT_SUPPORTED', error.message, {
        ...context,
        status,
        runtimeMessage,
        cause: error,
      });
    }
    throw error;
  }
}

function inspect(
  client: LibpodClient,
  container: string,
  context: ErrorContext,
  signal: AbortSignal | undefined,
): Promise<WireInspect> {
  return client.json<WireInspect>({
    method: 'GET',
    path: libpodPath`containers/${container}/json`,
    signal,
    context,
  });
}
