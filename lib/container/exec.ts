import type { CallOptions } from '../abort.js';
import type { OutputChunk, OutputSink } from './output-chunk.js';

/**
 * Rows and columns of a terminal.
 *
 * @public
 */
export interface TerminalSize {
  /** Lines. */
  readonly rows: number;
  /** Characters in a line. */
  readonly columns: number;
}

/**
 * How a command runs in a container.
 *
 * @public
 */
export interface OpenExecOptions extends CallOptions {
  /** Added to the container's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Absolute path in the container. @defaultValue the container's */
  readonly workdir?: string | undefined;
  /** `name`, `uid` or `uid:gid`. @defaultValue the container's */
  readonly user?: string | undefined;
  /** Whether the command gets an input. Without it, reading ends at once. @defaultValue `false` */
  readonly stdin?: boolean | undefined;
  /** Gives the command a terminal of this size; its output is then all on `stdout`, with `\r\n`. @defaultValue none */
  readonly terminal?: TerminalSize | undefined;
  /** How long the command may run; then it is ended and the outcome is `timed-out`. @defaultValue no limit */
  readonly timeoutMs?: number | undefined;
  /** Between SIGTERM and SIGKILL when the command is ended. @defaultValue 2000 */
  readonly killGraceMs?: number | undefined;
}

/**
 * How a command runs in a container, and what is done with its input and output.
 *
 * @public
 */
export interface ExecOptions extends Omit<OpenExecOptions, 'stdin'> {
  /** The command's input; it is closed after it. @defaultValue none: reading ends at once */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Gets the output as it comes, and holds it up while it is busy. @defaultValue none */
  readonly output?: OutputSink | undefined;
  /** How much of each channel the result keeps, from the beginning. @defaultValue 1 MiB */
  readonly captureBytes?: number | undefined;
}

/**
 * How a command ended.
 *
 * @public
 */
export interface ExecEnding {
  /**
   * `exited`: by itself, or by somebody else's signal. `timed-out`, `aborted`: podroot ended it, for its time limit, or
   * because the signal aborted or the session was closed.
   */
  readonly outcome: 'exited' | 'timed-out' | 'aborted';
  /** `null` when podroot ended it before the runtime had a code. */
  readonly exitCode: number | null;
  /**
   * The signal that `exitCode` stands for (128 and its number), as in `SIGKILL`. Runtimes report no more than this
   * number, so a command that exits with 137 by itself looks the same.
   */
  readonly signal: NodeJS.Signals | null;
  /** Whether the whole output came through: `false` when the stream was cut, though the command ended properly. */
  readonly complete: boolean;
  /** Whether, after podroot ended it, none of the command's processes was left. `true` where nothing had to be ended. */
  readonly reaped: boolean;
  /** When it started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When its end was known, in milliseconds since 1970. */
  readonly endedAt: number;
  /** Bytes that came on stdout. */
  readonly stdoutBytes: number;
  /** Bytes that came on stderr. */
  readonly stderrBytes: number;
}

/**
 * How a command ended, with its output.
 *
 * @public
 */
export interface ExecResult extends ExecEnding {
  /** The beginning of its output, up to `captureBytes`. */
  readonly stdout: Buffer;
  /** The beginning of its error output, up to `captureBytes`. */
  readonly stderr: Buffer;
  /** Whether `stdout` or `stderr` is less than what came. */
  readonly captureTruncated: boolean;
}

/**
 * The input of a running command.
 *
 * @public
 */
export interface ExecInput {
  /** Resolves when the bytes are handed on. Writing to a command that reads no more is not an error; they are dropped. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Closes the input alone: the command reads its end, its output goes on. */
  end(): Promise<void>;
}

/**
 * A running command. Its output must be read, to the end or until a `break`, or it will wait for a reader for ever.
 *
 * @public
 */
export interface ExecSession extends AsyncDisposable {
  /** The runtime's id of this exec session. */
  readonly id: string;
  /** What it reads; `undefined` unless asked for. */
  readonly stdin: ExecInput | undefined;
  /** Its output, in order, once. A `break` out of it ends the command, as {@link ExecSession.close} does. */
  readonly output: AsyncIterable<OutputChunk>;
  /**
   * How it ended. Comes when the output was read to its end. Rejects with `CONNECTION_LOST` when the end cannot be
   * known, `EXEC_NOT_STARTED` when the runtime could not start it.
   */
  readonly ending: Promise<ExecEnding>;
  /** Tells the terminal its size. Rejects with `NOT_SUPPORTED` without a terminal. */
  resize(size: TerminalSize, options?: CallOptions): Promise<void>;
  /** Ends the command and all it started if it still runs, and waits for that. Safe to call again. */
  close(): Promise<void>;
}
