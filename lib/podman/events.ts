import { delay, type CallOptions } from '../abort.js';
import { assertTextRecord } from '../container/assert.js';
import type { ContainerEvent } from '../container/description.js';
import { ContainerError, InvalidArgumentError } from '../errors.js';
import { toContainerEvent } from './event-wire.js';
import type { LibpodClient } from './libpod-client.js';
import { parseNdjson } from './ndjson.js';
import { RecentEvents } from './recent-events.js';
import { isNeverSent, isTransient } from './wire-error.js';
import { toNanoseconds, toWireTime } from './wire-time.js';

const OPERATION = 'events';
const CONTEXT = { operation: OPERATION };
/** Connections in a row that brought nothing new, with a pause that doubles after each: 13 s in all. */
const MOST_FAILURES = 7;
const LEAST_PAUSE_MS = 100;
/** A connection that lasted this long has not failed, even if nothing happened. */
const LASTING_MS = 10_000;
/** Clocks this near count as one; the service tells its time in whole seconds. */
const SAME_CLOCK_MS = 2000;

export interface ContainerEventsOptions extends CallOptions {
  /** All of them, with these values. @defaultValue any */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** @defaultValue the first `next()` */
  readonly since?: Date | undefined;
}

/**
 * What happens to containers from now on, or from `since`, until a `break`, which ends the request.
 *
 * @remarks
 * The request is opened by the first `next()`, which need not be awaited: events from that moment on are asked for by
 * their time, and come however long connecting takes. A connection that breaks is made again from a little before the
 * last event, and what came twice is given once (podman#8751: there is no cursor to resume from).
 * @throws `CONNECTION_LOST` or `RUNTIME_UNAVAILABLE` when connecting again did not help
 */
export async function* containerEvents(
  client: LibpodClient,
  options: ContainerEventsOptions,
): AsyncGenerator<ContainerEvent, void, undefined> {
  const { labels = {}, since, signal } = options;
  assertTextRecord('labels', labels);
  if (since !== undefined && Number.isNaN(since.getTime())) {
    throw new InvalidArgumentError('since', String(since), 'must be a valid date');
  }
  const wanted = Object.entries(labels);
  const filters = JSON.stringify({
    type: ['container'],
    label: wanted.map(([key, value]) => `${key}=${value}`),
  });
  const from = since === undefined ? await serviceTime(client, Date.now(), signal) : toNanoseconds(since);
  // The service gives what came after that time; an event of the very time counts too.
  const recent = new RecentEvents(from - 1n);
  for (let failures = 0; ; failures += 1) {
    const opened = performance.now();
    try {
      const query = { stream: true, filters, since: toWireTime(recent.resumeFrom) };
      const { body } = await client.stream({
        method: 'GET',
        path: 'events',
        query,
        signal,
        context: CONTEXT,
      });
      for await (const line of parseNdjson(body, CONTEXT)) {
        const event = toContainerEvent(line, CONTEXT);
        if (event === undefined || !recent.add(event, line.text)) continue;
        failures = 0;
        // The service takes one label of several for enough.
        if (wanted.every(([key, value]) => event.labels[key] === value)) yield event;
      }
      // It never ends by itself.
      throw new ContainerError('CONNECTION_LOST', 'events: Podman ended the stream', CONTEXT);
    } catch (error) {
      if (performance.now() - opened > LASTING_MS) failures = 0;
      if (failures >= MOST_FAILURES || !(isNeverSent(error) || isTransient(error))) throw error;
    }
    await delay(LEAST_PAUSE_MS * 2 ** failures, signal);
  }
}

/** A time of this machine as the service's clock shows it, which may be another machine's. */
async function serviceTime(
  client: LibpodClient,
  time: number,
  signal: AbortSignal | undefined,
): Promise<bigint> {
  const { headers } = await client.call({ method: 'GET', path: '_ping', signal, context: CONTEXT });
  const theirs = Date.parse(String(headers['date']));
  const ahead = theirs - Date.now();
  if (Number.isNaN(ahead) || Math.abs(ahead) < SAME_CLOCK_MS) return toNanoseconds(new Date(time));
  return toNanoseconds(new Date(time + ahead));
}
