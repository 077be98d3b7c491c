import type { Duplex } from 'node:stream';
import type { CallOptions } from '../abort.js';
import type { ExecEnding, ExecInput, ExecSession, TerminalSize } from '../container/exec.js';
import type { OutputChunk } from '../container/output-chunk.js';
import { assertTerminalSize, type ResolvedOpenExecOptions } from '../container/resolve-exec-options.js';
import { ContainerError } from '../errors.js';
import { notStarted, readExitCode, signalOf } from './exec-ending.js';
import { HijackedInput } from './exec-input.js';
import { killExec } from './exec-kill.js';
import {
  asTerminalOutput,
  isInputComplaint,
  isStartFailure,
  readConnection,
  ServiceLineFilter,
  type ConnectionState,
} from './exec-output.js';
import { resizeExec } from './exec-wire.js';
import { demultiplex } from './frame-demultiplexer.js';
import type { LibpodClient } from './libpod-client.js';

/** How long output may still come after everything in the session was ended. */
const DRAIN_MS = 1000;

/** For errors. */
export interface ExecContext {
  readonly operation: 'exec';
  readonly container: string;
}

/** An exec session over a connection of its own. */
export class PodmanExecSession implements ExecSession {
  readonly id: string;
  readonly stdin: ExecInput | undefined;
  readonly output: AsyncIterable<OutputChunk>;
  readonly ending: Promise<ExecEnding>;

  readonly #client: LibpodClient;
  readonly #socket: Duplex;
  readonly #options: ResolvedOpenExecOptions;
  readonly #context: ExecContext;
  readonly #startedAt = Date.now();
  readonly #bytes = { stdout: 0, stderr: 0 };
  readonly #timer: NodeJS.Timeout | undefined;
  #resolveEnding!: (ending: Promise<ExecEnding>) => void;
  #concluding: Promise<ExecEnding> | undefined;
  #killing: Promise<boolean> | undefined;
  #outcome: ExecEnding['outcome'] = 'exited';
  #read = false;

  constructor(
    client: LibpodClient,
    id: string,
    socket: Duplex,
    options: ResolvedOpenExecOptions,
    context: ExecContext,
  ) {
    this.id = id;
    this.#client = client;
    this.#socket = socket;
    this.#options = options;
    this.#context = context;
    this.stdin = options.stdin ? new HijackedInput(socket) : undefined;
    this.output = { [Symbol.asyncIterator]: () => this.#readOutput() };
    this.ending = new Promise((resolve) => {
      this.#resolveEnding = resolve;
    });
    // Who reads the output alone has the same failure from there.
    this.ending.catch(() => undefined);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    client.closing.addEventListener('abort', this.#onClosing, { once: true });
    client.hold(this.ending);
    if (options.timeoutMs > 0)
      this.#timer = setTimeout(() => void this.#kill('timed-out'), options.timeoutMs);
  }

  async resize(size: TerminalSize, options: CallOptions = {}): Promise<void> {
    assertTerminalSize('size', size);
    if (this.#options.terminal === undefined) {
      throw new ContainerError('NOT_SUPPORTED', 'resize: the command has no terminal', this.#context);
    }
    await resizeExec(this.#client, this.id, size, options.signal, this.#context);
  }

  async close(): Promise<void> {
    if (this.#concluding === undefined) {
      await this.#kill('aborted');
      this.#abandon();
    }
    await this.ending.catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #onAbort = (): void => {
    void this.#kill('aborted');
  };

  readonly #onClosing = (): void => {
    void this.close();
  };

  /** Ends the command, once: what asks first decides the outcome. Tells whether nothing of it is left. */
  #kill(outcome: ExecEnding['outcome']): Promise<boolean> {
    if (this.#killing === undefined) {
      this.#outcome = outcome;
      this.#release();
      const { killGraceMs: graceMs } = this.#options;
      this.#killing = killExec(this.#client, { container: this.#context.container, id: this.id, graceMs });
      void this.#killing.then(() => {
        if (this.#concluding !== undefined) return;
        // What escaped would hold the connection open, and a reader that is stuck the end back.
        const timer = setTimeout(() => {
          this.#abandon();
        }, DRAIN_MS);
        const clear = (): void => {
          clearTimeout(timer);
        };
        this.ending.then(clear, clear);
      });
    }
    return this.#killing;
  }

  /** Ends without the rest of the output. */
  #abandon(): void {
    this.#socket.destroy();
    this.#conclude(false, '').catch(() => undefined);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#client.closing.removeEventListener('abort', this.#onClosing);
  }

  async *#readOutput(): AsyncGenerator<OutputChunk, void> {
    if (this.#read)
      throw new ContainerError('CLOSED', 'exec: the output can be read only once', this.#context);
    this.#read = true;
    const connection = { broken: false };
    const lines = new ServiceLineFilter(this.#options.terminal !== undefined);
    let left = true;
    try {
      const cut = yield* this.#chunks(connection, lines);
      const heldText = lines.heldText;
      const inputRefused = this.#options.stdin && isInputComplaint(heldText);
      const rest = inputRefused ? [] : [...lines.release()];
      for (const chunk of rest) this.#count(chunk);
      left = false;
      // Rejects when what was held back says that the command never started; else it was the command's own.
      await this.#conclude(!cut && !connection.broken && !inputRefused, heldText);
      yield* rest;
    } finally {
      // A `break`, or an error of the stream itself: nobody will read on, so the command must not wait for that.
      if (left) await this.close();
      this.#socket.destroy();
    }
  }

  /** The output to its end; gives whether it was cut. A cut stream does not say how the command ended. */
  async *#chunks(
    connection: ConnectionState,
    lines: ServiceLineFilter,
  ): AsyncGenerator<OutputChunk, boolean> {
    const bytes = readConnection(this.#socket, connection);
    const chunks =
      this.#options.terminal === undefined ? demultiplex(bytes, this.#context) : asTerminalOutput(bytes);
    try {
      for await (const chunk of lines.filter(chunks)) {
        this.#count(chunk);
        yield chunk;
      }
      return false;
    } catch (error) {
      const lost = error instanceof ContainerError && error.code === 'CONNECTION_LOST';
      if (!lost && this.#killing === undefined) throw error;
      return true;
    }
  }

  #count(chunk: OutputChunk): void {
    this.#bytes[chunk.channel] += chunk.bytes.length;
  }

  /** Finds out how the command ended, once. */
  #conclude(complete: boolean, heldText: string): Promise<ExecEnding> {
    if (this.#concluding === undefined) {
      this.#concluding = this.#findEnding(complete, heldText);
      this.#resolveEnding(this.#concluding);
    }
    return this.#concluding;
  }

  async #findEnding(complete: boolean, heldText: string): Promise<ExecEnding> {
    let exitCode: number | null = null;
    try {
      exitCode = await readExitCode(this.#client, this.id, this.#context);
    } catch (error) {
      if (this.#killing === undefined) {
        // Nobody hears it any more, and its end cannot be told: it must not go on unseen.
        await this.#kill('exited');
        throw error;
      }
    }
    const reaped = this.#killing === undefined ? true : await this.#killing;
    this.#release();
    // It is the service's line only if it is all there is: commands print whatever they like.
    const alone = this.#bytes.stdout + this.#bytes.stderr === heldText.length;
    if (this.#killing === undefined && alone && exitCode !== null && isStartFailure(heldText, exitCode)) {
      throw notStarted(this.#options.argv, heldText, exitCode, this.#context);
    }
    return {
      outcome: this.#outcome,
      exitCode,
      signal: exitCode === null ? null : signalOf(exitCode),
      complete,
      reaped,
      startedAt: this.#startedAt,
      endedAt: Date.now(),
      stdoutBytes: this.#bytes.stdout,
      stderrBytes: this.#bytes.stderr,
    };
  }
}
