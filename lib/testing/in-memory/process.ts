import type { TerminalSize } from '../../container/exec.js';
import type { FileTree } from './file-tree.js';

/**
 * Where a program of the in-memory runtime writes.
 *
 * @public
 */
export interface InMemoryOutput {
  /** Resolves when the reader has kept up, and rejects once the process has ended: await it. */
  write(bytes: string | Uint8Array): Promise<void>;
}

/**
 * What a program of the in-memory runtime sees of itself and its container.
 *
 * @public
 */
export interface InMemoryProcess {
  /** Unique in its container. */
  readonly pid: number;
  /** Its command line, with its own name. */
  readonly argv: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path in the container. */
  readonly workdir: string;
  /** Its user's number. */
  readonly uid: number;
  /** Its group's number. */
  readonly gid: number;
  /** Its input, to the end; empty without one. A `break` leaves the rest to be read. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Where its output goes. */
  readonly stdout: InMemoryOutput;
  /** Where its error output goes. */
  readonly stderr: InMemoryOutput;
  /** The size of its terminal now; `undefined` without one. */
  readonly terminal: TerminalSize | undefined;
  /** The container's file system. */
  readonly files: FileTree;
  /** Aborts when a signal, or the end of the container, has ended the process. Long waits should watch it. */
  readonly signal: AbortSignal;
  /** Handles a signal instead of being ended by it. SIGKILL cannot be handled. */
  trap(signalName: NodeJS.Signals, handler: () => void): void;
  /** Sends this process a signal, as somebody in the container would. */
  kill(signalName: NodeJS.Signals): void;
  /** Says how much memory it uses. More than the container's limit ends it, as running out of memory does. */
  useMemory(bytes: number): void;
  /** Starts another program, which writes where this one writes and does not end with it. */
  spawn(argv: readonly string[]): InMemoryChild;
  /** The process of this container with that number, if it lives. */
  find(pid: number): InMemoryChild | undefined;
}

/**
 * Another process of the same container.
 *
 * @public
 */
export interface InMemoryChild {
  /** Unique in its container. */
  readonly pid: number;
  /** Its command line, with its own name. */
  readonly argv: readonly string[];
  /** Its exit code, once it has ended: 128 and the number of the signal that ended it. */
  readonly ended: Promise<number>;
  /** Sends it a signal. */
  kill(signalName: NodeJS.Signals): void;
}

/**
 * A program of the in-memory runtime: gives its exit code. One that throws writes the error to its stderr and ends
 * with 1.
 *
 * @public
 */
export type InMemoryProgram = (process: InMemoryProcess) => number | Promise<number>;
