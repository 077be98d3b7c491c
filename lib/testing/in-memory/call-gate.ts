import { linkSignals, untilAborted, type CallOptions } from '../../abort.js';
import { assertNonEmpty } from '../../container/assert.js';
import {
  toContainerId,
  type ContainerManager,
  type ContainerReference,
} from '../../container/container-manager.js';
import { ContainerError } from '../../errors.js';
import type { InMemoryContainer } from './container.js';
import type { InMemoryRuntime } from './runtime.js';

/**
 * A call that a manager got.
 *
 * @public
 */
export interface InMemoryCall {
  /** The method's name. */
  readonly method: keyof ContainerManager & string;
  /** What it was called with, its options last. */
  readonly arguments: readonly unknown[];
}

type Method = InMemoryCall['method'];

/** What every call of a manager passes: it is written down, and its signal and the manager's end are watched. */
export class CallGate {
  readonly calls: InMemoryCall[] = [];
  readonly #runtime: InMemoryRuntime;
  readonly #closing = new AbortController();

  constructor(runtime: InMemoryRuntime) {
    this.#runtime = runtime;
  }

  /** Aborts with `CLOSED`. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort(
      new ContainerError('CLOSED', 'the container manager is closed', { operation: 'close' }),
    );
  }

  record(method: Method, args: readonly unknown[]): void {
    this.calls.push({ method, arguments: args });
  }

  async call<T>(
    method: Method,
    args: readonly unknown[],
    options: CallOptions,
    body: (signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    this.record(method, args);
    const link = linkSignals([options.signal, this.closing], undefined, method);
    try {
      link.signal.throwIfAborted();
      return await untilAborted(Promise.resolve(body(link.signal)), link.signal);
    } finally {
      link.release();
    }
  }

  /** A call about a container that must exist. */
  on<T>(
    method: Method,
    container: ContainerReference,
    args: readonly unknown[],
    options: CallOptions,
    body: (container: InMemoryContainer, signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    return this.call(method, [container, ...args], options, (signal) =>
      body(this.#find(container, method), signal),
    );
  }

  /** A call that answers with a stream, and fails when that is read. */
  stream<T>(
    method: Method,
    args: readonly unknown[],
    options: CallOptions,
    body: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T, void> {
    this.record(method, args);
    return this.#follow(method, options, body);
  }

  /** A call that answers with a stream about a container that must exist. */
  streamOn<T>(
    method: Method,
    container: ContainerReference,
    args: readonly unknown[],
    options: CallOptions,
    body: (container: InMemoryContainer, signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T, void> {
    return this.stream(method, [container, ...args], options, (signal) =>
      body(this.#find(container, method), signal),
    );
  }

  async *#follow<T>(
    method: Method,
    options: CallOptions,
    body: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T, void> {
    const link = linkSignals([options.signal, this.closing], undefined, method);
    try {
      link.signal.throwIfAborted();
      yield* body(link.signal);
    } finally {
      link.release();
    }
  }

  #find(container: ContainerReference, operation: string): InMemoryContainer {
    return this.#runtime.get(toId(container), operation);
  }
}

/** The id or name in a reference that somebody may have stored and lost. */
export function toId(container: ContainerReference): string {
  const id = toContainerId(container);
  assertNonEmpty('container', id);
  return id;
}
