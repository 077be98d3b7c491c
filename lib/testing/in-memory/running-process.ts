import type { TerminalSize } from '../../container/exec.js';
import type { OutputChannel } from '../../container/output-chunk.js';
import type { BoundedQueue } from './bounded-queue.js';
import { exitCodeOf } from './exit-code.js';
import type { FileTree } from './file-tree.js';
import type { InMemoryChild, InMemoryOutput, InMemoryProcess, InMemoryProgram } from './process.js';
import type { UserIds } from './users.js';

/** What a process is started with. */
export interface ProcessStart {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: UserIds;
  readonly files: FileTree;
  readonly stdin: BoundedQueue<Uint8Array> | undefined;
  readonly terminal: () => TerminalSize | undefined;
  /** Takes output, and resolves when there is room for more. */
  readonly write: (channel: OutputChannel, bytes: Uint8Array) => Promise<void>;
}

/** What processes have to do with each other. */
export interface ProcessNeighbours {
  start(start: ProcessStart): RunningProcess;
  find(pid: number): RunningProcess | undefined;
  /** Ends the process when all together use more memory than they may. */
  checkMemory(process: RunningProcess): void;
}

const IGNORED_BY_DEFAULT: ReadonlySet<NodeJS.Signals> = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH']);

/** A process of a container: a program's function, and what the world can do to it. */
export class RunningProcess implements InMemoryProcess, InMemoryChild {
  readonly pid: number;
  readonly startedAt = Date.now();
  readonly ended: Promise<number>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: InMemoryOutput;
  readonly stderr: InMemoryOutput;
  memoryBytes = 0;
  readonly #start: ProcessStart;
  readonly #neighbours: ProcessNeighbours;
  readonly #children: RunningProcess[] = [];
  readonly #traps = new Map<NodeJS.Signals, () => void>();
  readonly #end = new AbortController();
  #settle: (exitCode: number) => void = () => undefined;

  constructor(pid: number, start: ProcessStart, neighbours: ProcessNeighbours) {
    this.pid = pid;
    this.#start = start;
    this.#neighbours = neighbours;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.stdin = { [Symbol.asyncIterator]: () => ({ next: () => this.#read() }) };
    this.stdout = { write: (bytes) => this.#write('stdout', bytes) };
    this.stderr = { write: (bytes) => this.#write('stderr', bytes) };
  }

  get argv(): readonly string[] {
    return this.#start.argv;
  }

  get env(): Readonly<Record<string, string>> {
    return this.#start.env;
  }

  get workdir(): string {
    return this.#start.workdir;
  }

  get uid(): number {
    return this.#start.user.uid;
  }

  get gid(): number {
    return this.#start.user.gid;
  }

  get files(): FileTree {
    return this.#start.files;
  }

  get terminal(): TerminalSize | undefined {
    return this.#start.terminal();
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Runs the program, but not before the caller has gone on. */
  run(program: InMemoryProgram): void {
    void Promise.resolve()
      .then(() => program(this))
      .catch(async (error: unknown) => {
        if (!this.signal.aborted) await this.stderr.write(`${this.argv[0]!}: ${String(error)}\n`);
        return 1;
      })
      .then(
        (exitCode) => {
          this.#finish(exitCode & 0xff);
        },
        () => {
          this.#finish(1);
        },
      );
  }

  trap(signalName: NodeJS.Signals, handler: () => void): void {
    this.#traps.set(signalName, handler);
  }

  kill(signalName: NodeJS.Signals): void {
    if (this.signal.aborted) return;
    const handler = signalName === 'SIGKILL' ? undefined : this.#traps.get(signalName);
    if (handler !== undefined) handler();
    else if (!IGNORED_BY_DEFAULT.has(signalName)) this.#finish(exitCodeOf(signalName)!);
  }

  useMemory(bytes: number): void {
    this.memoryBytes = bytes;
    this.#neighbours.checkMemory(this);
  }

  spawn(argv: readonly string[]): InMemoryChild {
    const child = this.#neighbours.start({ ...this.#start, argv, stdin: undefined });
    this.#children.push(child);
    return child;
  }

  find(pid: number): InMemoryChild | undefined {
    return this.#neighbours.find(pid);
  }

  /** This process and all that it, or one that it started, has started. */
  family(): readonly RunningProcess[] {
    return [this, ...this.#children.flatMap((child) => child.family())];
  }

  #finish(exitCode: number): void {
    if (this.signal.aborted) return;
    this.#end.abort(new Error(`process ${this.pid} has ended with ${exitCode}`));
    this.#start.stdin?.drop();
    this.#settle(exitCode);
  }

  async #read(): Promise<IteratorResult<Uint8Array>> {
    const value = await this.#start.stdin?.next();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async #write(channel: OutputChannel, bytes: string | Uint8Array): Promise<void> {
    this.signal.throwIfAborted();
    if (bytes.length === 0) return;
    await this.#start.write(channel, typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.from(bytes));
    this.signal.throwIfAborted();
  }
}
