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
} from './exec-output.js';
import { createExec, resizeExec, startExec } from './exec-wire.js';
import { demultiplex } from './frame-demultiplexer.js';
import type { LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

/** How long output may still come after everything in the session was ended. */
const DRAIN_MS = 1000;

/** Starts a command in a container. Aborting ends it, also when that happens while it is being started. */
export async function openExecSession(
  client: LibpodClient,
  container: string,
  options: ResolvedOpenExecOptions,
): Promise<PodmanExecSession> {
  const context = { operation: 'exec', container };
  options.signal?.throwIfAborted();
  const id = await createExec(client, container, options, context);
  const socket = await startExec(client, id, options.terminal, context);
  const session = new PodmanExecSession(client, id, socket, options, context);
  if (options.signal?.aborted === true) {
    await session.close();
    throw options.signal.reason;
  }
  return session;
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
  readonly #context: ErrorContext & { readonly container: string };
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
    context: ErrorContext & { readonly container: string },
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
    // A reset that comes while nobody reads.
    socket.on('error', () => undefined);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
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
      if (!this.#read) this.#socket.destroy();
      this.#conclude(false, '').catch(() => undefined);
    }
    await this.ending.catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #onAbort = (): void => {
    void this.#kill('aborted');
  };

  /** Ends the command, once: what asks first decides the outcome. Tells whether nothing of it is left. */
  #kill(outcome: ExecEnding['outcome']): Promise<boolean> {
    if (this.#killing === undefined) {
      this.#outcome = outcome;
      this.#release();
      const { user, killGraceMs: graceMs } = this.#options;
      const target = { container: this.#context.container, id: this.id, user, graceMs };
      this.#killing = killExec(this.#client, target).then((reaped) => {
        this.#destroySoon();
        return reaped;
      });
    }
    return this.#killing;
  }

  /** What escaped from being ended would hold the connection open. */
  #destroySoon(): void {
    if (this.#socket.closed) return;
    const timer = setTimeout(() => this.#socket.destroy(), DRAIN_MS);
    this.#socket.once('close', () => {
      clearTimeout(timer);
    });
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  async *#readOutput(): AsyncGenerator<OutputChunk, void> {
    if (this.#read)
      throw new ContainerError('CLOSED', 'exec: the output can be read only once', this.#context);
    this.#read = true;
    const connection = { reset: false };
    const lines = new ServiceLineFilter();
    let left = true;
    try {
      const cut = yield* this.#chunks(connection, lines);
      const heldText = lines.heldText;
      const rest = isInputComplaint(heldText) ? [] : [...lines.release()];
      for (const chunk of rest) this.#count(chunk);
      left = false;
      // Rejects when what was held back says that the command never started; else it was the command's own.
      await this.#conclude(!cut && !connection.reset, heldText);
      yield* rest;
    } finally {
      // A `break`, or an error of the stream itself: nobody will read on, so the command must not wait for that.
      if (left) await this.close();
      this.#socket.destroy();
    }
  }

  /** The output to its end; gives whether it was cut. A cut stream does not say how the command ended. */
  async *#chunks(
    connection: { reset: boolean },
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
    const alone = this.#bytes.stdout === 0 && this.#bytes.stderr === heldText.length;
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
