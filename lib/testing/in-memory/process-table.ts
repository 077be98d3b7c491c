import { basename } from 'node:path';
import { RunningProcess, type ProcessNeighbours, type ProcessStart } from './running-process.js';
import type { InMemoryProgram } from './process.js';

/** The living processes of one container. */
export class ProcessTable implements ProcessNeighbours {
  readonly #programs: Readonly<Record<string, InMemoryProgram>>;
  readonly #memoryLimitBytes: number;
  readonly #living = new Map<number, RunningProcess>();
  #lastPid = 0;
  #processorMs = 0;
  /** Whether the memory limit has ended one of them. */
  oomKilled = false;

  constructor(programs: Readonly<Record<string, InMemoryProgram>>, memoryLimitBytes = Infinity) {
    this.#programs = programs;
    this.#memoryLimitBytes = memoryLimitBytes;
  }

  get count(): number {
    return this.#living.size;
  }

  get memoryBytes(): number {
    return [...this.#living.values()].reduce((sum, process) => sum + process.memoryBytes, 0);
  }

  /** How long its processes have lived, taken together: there is nothing better to tell. */
  get processorMs(): number {
    const now = Date.now();
    return [...this.#living.values()].reduce(
      (sum, process) => sum + now - process.startedAt,
      this.#processorMs,
    );
  }

  /** The program that an executable's name or path stands for. */
  program(executable: string): InMemoryProgram | undefined {
    const name = Object.hasOwn(this.#programs, executable) ? executable : basename(executable);
    return Object.hasOwn(this.#programs, name) ? this.#programs[name] : undefined;
  }

  /** Starts a process of a program that {@link ProcessTable.program} knows. */
  start(start: ProcessStart): RunningProcess {
    const program = this.program(start.argv[0]!);
    if (program === undefined) throw new Error(`no such program: ${start.argv[0]!}`);
    const process = new RunningProcess((this.#lastPid += 1), start, this);
    this.#living.set(process.pid, process);
    void process.ended.then(() => {
      this.#living.delete(process.pid);
      this.#processorMs += Date.now() - process.startedAt;
    });
    process.run(program);
    return process;
  }

  find(pid: number): RunningProcess | undefined {
    return this.#living.get(pid);
  }

  checkMemory(process: RunningProcess): void {
    if (this.memoryBytes <= this.#memoryLimitBytes) return;
    this.oomKilled = true;
    process.kill('SIGKILL');
  }

  /** What the end of a container does to all that still runs in it. */
  killAll(): void {
    for (const process of this.#living.values()) process.kill('SIGKILL');
  }
}
