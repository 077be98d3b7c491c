import { delay, type CallOptions } from '../abort.js';
import { assertBoolean, assertWholeNumber } from '../container/assert.js';
import type { LogsOptions } from '../container/container-manager.js';
import type { ContainerState } from '../container/description.js';
import type { OutputChunk } from '../container/output-chunk.js';
import { InvalidArgumentError } from '../errors.js';
import { contextOf, inspectContainer } from './containers.js';
import { demultiplex } from './frame-demultiplexer.js';
import type { LibpodClient } from './libpod-client.js';
import { LogBell } from './log-bell.js';
import { LogCursor } from './log-cursor.js';
import { toLogRequest } from './log-request.js';
import { findTail } from './log-tail.js';
import { isNeverSent, isTransient } from './wire-error.js';
import { toNanoseconds, toWireTime } from './wire-time.js';

const OPERATION = 'logs';
const START_POLL_MS = 250;
/** Between two reads of a log that grows. */
const LEAST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** Without a sound from the service, how long until the log is looked at all the same, and how many times a read's time. */
const SILENCE_MS = 10_000;
const SILENCE_READS = 10;
/** Failed reads in a row, with a pause that doubles after each. */
const MOST_FAILURES = 6;

/** States in which nothing is written any more, or not yet. */
const AT_REST: ReadonlySet<ContainerState> = new Set(['created', 'exited', 'removing']);

/**
 * What a container's main process wrote, every byte once. A `break` ends the request.
 *
 * @remarks
 * Podman's own following loses lines in the middle: the reader that it is built on (nxadm/tail) throws a coin for each
 * line once the container has ended, and skips to the end when it meets a line half written. Measured with 4.3.1 and 5.4.2
 * (podman#21914). Only `follow=false` gives a log whole. So the log is read that way, again and again from its beginning,
 * and what was given before is passed over; following tells no more than when it is worth it. The price is the service's
 * time (10 µs a line and read), and that a line comes up to some tenths of a second late, more where the log is long:
 * reading takes no more than a third of the time. A connection that breaks is made again, several times.
 *
 * With `follow`, a container that has not started yet is waited for.
 * @throws `CONTAINER_NOT_FOUND`; `CONNECTION_LOST` or `RUNTIME_UNAVAILABLE` when connecting again did not help;
 * `PROTOCOL_ERROR` when the log was rotated meanwhile
 */
export async function* containerLogs(
  client: LibpodClient,
  container: string,
  options: LogsOptions,
): AsyncGenerator<OutputChunk, void, undefined> {
  const log = new Log(client, container, options);
  yield* options.follow === true ? log.follow() : log.read();
}

class Log {
  readonly #client: LibpodClient;
  readonly #container: string;
  readonly #since: string | undefined;
  readonly #tail: number | undefined;
  readonly #call: CallOptions;
  readonly #context: ReturnType<typeof contextOf>;

  constructor(client: LibpodClient, container: string, options: LogsOptions) {
    const { follow, since, tail, signal } = options;
    if (follow !== undefined) assertBoolean('follow', follow);
    if (tail !== undefined) assertWholeNumber('tail', tail, 0, 2 ** 31 - 1);
    if (since !== undefined && Number.isNaN(since.getTime())) {
      throw new InvalidArgumentError('since', String(since), 'must be a valid date');
    }
    this.#client = client;
    this.#container = container;
    // The service gives what came after that time; a line of the very time counts too.
    this.#since = since === undefined ? undefined : toWireTime(toNanoseconds(since) - 1n);
    this.#tail = tail;
    this.#call = { signal };
    this.#context = contextOf(OPERATION, container);
  }

  async *read(): AsyncGenerator<OutputChunk, void, undefined> {
    const complete = AT_REST.has(await this.#state());
    const cursor = await this.#cursor();
    yield* cursor.advance(this.#whole(), complete);
    if (cursor.holding) yield* cursor.advance(this.#whole(), false);
  }

  async *follow(): AsyncGenerator<OutputChunk, void, undefined> {
    while ((await this.#state()) === 'created') await delay(START_POLL_MS, this.#call.signal);
    const cursor = await this.#cursor();
    const bell = new LogBell(this.#client, this.#container, this.#context);
    let failures = 0;
    try {
      for (;;) {
        bell.arm();
        const begun = performance.now();
        try {
          // Asked first: what had ended by then has written all that it ever will.
          const complete = AT_REST.has(await this.#state());
          yield* cursor.advance(this.#whole(), complete);
          if (complete) return;
          failures = 0;
        } catch (error) {
          failures += 1;
          if (failures > MOST_FAILURES || !(isNeverSent(error) || isTransient(error))) throw error;
          await delay(LEAST_PAUSE_MS * 2 ** failures, this.#call.signal);
          continue;
        }
        const tookMs = performance.now() - begun;
        await delay(Math.min(Math.max(LEAST_PAUSE_MS, 2 * tookMs), LONGEST_PAUSE_MS), this.#call.signal);
        if (!cursor.holding) await bell.rung(Math.max(SILENCE_MS, SILENCE_READS * tookMs), this.#call.signal);
      }
    } finally {
      bell.close();
    }
  }

  async #state(): Promise<ContainerState> {
    const { state } = await inspectContainer(this.#client, this.#container, this.#call, OPERATION);
    return state;
  }

  async #cursor(): Promise<LogCursor> {
    const start = this.#tail === undefined ? undefined : await findTail(this.#whole(), this.#tail);
    return new LogCursor(start, this.#context);
  }

  /** The log from its beginning, as it is now. */
  async *#whole(): AsyncGenerator<OutputChunk, void, undefined> {
    const request = toLogRequest(this.#container, { since: this.#since }, this.#context);
    const { body } = await this.#client.stream({ ...request, ...this.#call });
    yield* demultiplex(body, this.#context);
  }
}
