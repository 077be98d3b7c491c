import { randomBytes } from 'node:crypto';
import type { ExecEnding, ExecInput, ExecSession, TerminalSize } from '../../container/exec.js';
import type { OutputChannel, OutputChunk } from '../../container/output-chunk.js';
import { assertTerminalSize, type ResolvedOpenExecOptions } from '../../container/resolve-exec-options.js';
import { linkSignals, type CallOptions } from '../../abort.js';
import { BoundedQueue } from './bounded-queue.js';
import { signalOf } from './exit-code.js';
import { refusal } from './refusal.js';
import type { ProcessStart, RunningProcess } from './running-process.js';

/** As much as a pipe holds. */
const QUEUE_BYTES = 64 * 1024;

/** What a session gives to the process that is started for it. */
export type SessionEnds = Pick<ProcessStart, 'stdin' | 'terminal' | 'write'>;

/** A command that runs in a container of the in-memory runtime. */
export class InMemoryExecSession implements ExecSession {
  readonly id = randomBytes(32).toString('hex');
  readonly stdin: ExecInput | undefined;
  readonly output: AsyncIterable<OutputChunk> = { [Symbol.asyncIterator]: () => this.#read() };
  readonly ending: Promise<ExecEnding>;
  readonly #container: string;
  readonly #options: ResolvedOpenExecOptions;
  readonly #process: RunningProcess;
  readonly #chunks = new BoundedQueue<OutputChunk>(QUEUE_BYTES);
  readonly #bytes: Record<OutputChannel, number> = { stdout: 0, stderr: 0 };
  #terminal: TerminalSize | undefined;
  #outcome: ExecEnding['outcome'] = 'exited';
  #termination: Promise<void> | undefined;

  constructor(
    container: string,
    options: ResolvedOpenExecOptions,
    start: (ends: SessionEnds) => RunningProcess,
  ) {
    this.#container = container;
    this.#options = options;
    this.#terminal = options.terminal;
    const input = options.stdin ? new BoundedQueue<Uint8Array>(QUEUE_BYTES) : undefined;
    this.stdin = input === undefined ? undefined : toExecInput(input);
    this.#process = start({
      stdin: input,
      terminal: () => this.#terminal,
      write: (channel, bytes) => this.#write(channel, bytes),
    });
    this.ending = this.#watch();
  }

  resize(size: TerminalSize, options: CallOptions = {}): Promise<void> {
    return Promise.resolve().then(() => {
      options.signal?.throwIfAborted();
      assertTerminalSize('size', size);
      if (this.#terminal === undefined) {
        throw refusal('NOT_SUPPORTED', 'resize', this.#container, 'the command has no terminal');
      }
      this.#terminal = size;
      this.#process.kill('SIGWINCH');
    });
  }

  async close(): Promise<void> {
    await this.#terminate('aborted');
    this.#chunks.drop();
    await this.ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #watch(): Promise<ExecEnding> {
    const { signal, timeoutMs } = this.#options;
    const link = linkSignals([signal], undefined, 'exec');
    const onAbort = (): void => void this.#terminate('aborted');
    const timer =
      timeoutMs === 0 ? undefined : setTimeout(() => void this.#terminate('timed-out'), timeoutMs);
    link.signal.addEventListener('abort', onAbort);
    try {
      return await this.#end();
    } finally {
      clearTimeout(timer);
      link.release();
    }
  }

  async #end(): Promise<ExecEnding> {
    const exitCode = await this.#process.ended;
    await this.#termination;
    const endedAt = Date.now();
    this.#chunks.end();
    // Who has it ended may not read on.
    if (this.#outcome === 'exited') await this.#chunks.drained();
    return {
      outcome: this.#outcome,
      exitCode,
      signal: signalOf(exitCode),
      complete: !this.#chunks.cut,
      reaped: true,
      startedAt: this.#process.startedAt,
      endedAt,
      stdoutBytes: this.#bytes.stdout,
      stderrBytes: this.#bytes.stderr,
    };
  }

  #terminate(outcome: ExecEnding['outcome']): Promise<void> {
    this.#termination ??= this.#endFamily(outcome);
    return this.#termination;
  }

  async #endFamily(outcome: ExecEnding['outcome']): Promise<void> {
    if (this.#process.signal.aborted) return;
    this.#outcome = outcome;
    const signalAll = (signalName: NodeJS.Signals): void => {
      for (const process of this.#process.family()) process.kill(signalName);
    };
    signalAll('SIGTERM');
    const timer = setTimeout(signalAll, this.#options.killGraceMs, 'SIGKILL');
    await Promise.all(this.#process.family().map(({ ended }) => ended));
    clearTimeout(timer);
  }

  async #write(channel: OutputChannel, bytes: Uint8Array): Promise<void> {
    const chunk =
      this.#terminal === undefined
        ? { channel, bytes, time: Date.now() }
        : { channel: 'stdout' as const, bytes: toTerminalLines(bytes), time: Date.now() };
    this.#bytes[chunk.channel] += chunk.bytes.length;
    await this.#chunks.add(chunk, chunk.bytes.length);
  }

  async *#read(): AsyncGenerator<OutputChunk> {
    try {
      for (;;) {
        const chunk = await this.#chunks.next();
        if (chunk === undefined) return;
        yield chunk;
      }
    } finally {
      await this.close();
    }
  }
}

function toExecInput(queue: BoundedQueue<Uint8Array>): ExecInput {
  return {
    write: (bytes) => {
      const copy = typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.from(bytes);
      return queue.add(copy, copy.length);
    },
    end: () => {
      queue.end();
      return Promise.resolve();
    },
  };
}

/** What a terminal's line discipline does. */
function toTerminalLines(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}
