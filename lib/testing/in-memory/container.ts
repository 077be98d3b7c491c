import { randomBytes } from 'node:crypto';
import { delay, linkSignals } from '../../abort.js';
import { assertSignalName, assertTimeoutMs } from '../../container/assert.js';
import type { ResolvedContainerSpec } from '../../container/container-spec.js';
import type {
  ContainerDescription,
  ContainerState,
  ContainerStats,
  ContainerSummary,
  WaitResult,
} from '../../container/description.js';
import type { ResolvedOpenExecOptions } from '../../container/resolve-exec-options.js';
import { InMemoryExecSession, type SessionEnds } from './exec-session.js';
import type { FileTree } from './file-tree.js';
import type { InMemoryImage } from './image.js';
import { OutputLog } from './output-log.js';
import type { InMemoryProgram } from './process.js';
import { ProcessTable } from './process-table.js';
import { refusal } from './refusal.js';
import type { RunningProcess } from './running-process.js';
import { findUser } from './users.js';

const DEFAULT_STOP_GRACE_MS = 10_000;
const DEFAULT_STATS_INTERVAL_MS = 1000;

/** What a container of the in-memory runtime is made of. */
export interface InMemoryContainerParts {
  readonly spec: ResolvedContainerSpec;
  readonly image: InMemoryImage;
  readonly labels: Readonly<Record<string, string>>;
  readonly files: FileTree;
  readonly networks: readonly string[];
  readonly programs: Readonly<Record<string, InMemoryProgram>>;
  /** Told what happens to it. */
  readonly onEvent: (container: InMemoryContainer, action: string, exitCode?: number) => void;
}

/** A container of the in-memory runtime. */
export class InMemoryContainer {
  readonly id = randomBytes(32).toString('hex');
  readonly createdAt = Date.now();
  readonly parts: InMemoryContainerParts;
  readonly log = new OutputLog();
  readonly networks: Set<string>;
  readonly #processes: ProcessTable;
  readonly #ended = new AbortController();
  #main: RunningProcess | undefined;
  #state: ContainerState = 'created';
  #startedAt: number | undefined;
  #finishedAt: number | undefined;
  #exitCode: number | null = null;
  #timedOut = false;

  constructor(parts: InMemoryContainerParts) {
    this.parts = parts;
    this.networks = new Set(parts.networks);
    this.#processes = new ProcessTable(parts.programs, parts.spec.resources.memoryBytes);
  }

  get name(): string {
    return this.parts.spec.name;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  start(): void {
    if (this.running) return;
    if (this.#state !== 'created') throw this.#notRunning('start');
    const { spec, image } = this.parts;
    const entrypoint = spec.entrypoint ?? image.entrypoint;
    const command = spec.command ?? (spec.entrypoint === undefined ? image.command : []);
    const main = this.#startProcess('start', [...entrypoint, ...command], spec, {
      stdin: undefined,
      terminal: () => undefined,
      write: (channel, bytes) => {
        this.log.append(channel, bytes);
        return Promise.resolve();
      },
    });
    this.#main = main;
    this.#state = 'running';
    this.#startedAt = Date.now();
    this.parts.onEvent(this, 'start');
    const limit = spec.maxRunMs === undefined ? undefined : setTimeout(this.#overrun, spec.maxRunMs, main);
    void main.ended.then((exitCode) => {
      clearTimeout(limit);
      this.#end(exitCode);
    });
  }

  openExec(options: ResolvedOpenExecOptions): InMemoryExecSession {
    this.assertRunning('exec');
    let process: RunningProcess | undefined;
    const session = new InMemoryExecSession(this.id, options, (ends) => {
      process = this.#startProcess('exec', options.argv, options, ends);
      return process;
    });
    this.parts.onEvent(this, 'exec');
    void process?.ended.then((exitCode) => {
      this.parts.onEvent(this, 'exec_died', exitCode);
    });
    return session;
  }

  kill(signalName: NodeJS.Signals): void {
    assertSignalName('signalName', signalName);
    this.assertRunning('kill');
    this.#main?.kill(signalName);
  }

  async stop(graceMs = DEFAULT_STOP_GRACE_MS): Promise<void> {
    assertTimeoutMs('graceMs', graceMs);
    const main = this.#main;
    if (main === undefined) return;
    main.kill('SIGTERM');
    const timer = setTimeout(() => {
      main.kill('SIGKILL');
    }, graceMs);
    await main.ended;
    clearTimeout(timer);
  }

  async wait(): Promise<WaitResult> {
    if (this.#main === undefined) {
      throw refusal('CONTAINER_NOT_RUNNING', 'wait', this.id, 'it was never started');
    }
    await this.#main.ended;
    return {
      exitCode: this.#timedOut ? null : this.#exitCode,
      timedOut: this.#timedOut,
      oomKilled: this.#processes.oomKilled,
    };
  }

  /** Ends it as its removal does. */
  async destroy(): Promise<void> {
    this.#main?.kill('SIGKILL');
    await this.#main?.ended;
    this.log.end();
  }

  async *stats(intervalMs: number | undefined, signal: AbortSignal): AsyncGenerator<ContainerStats> {
    const interval = intervalMs ?? DEFAULT_STATS_INTERVAL_MS;
    assertTimeoutMs('intervalMs', interval);
    const link = linkSignals([signal, this.#ended.signal], undefined, 'stats');
    try {
      while (this.running) {
        yield this.#sample();
        await delay(interval, link.signal).catch(() => undefined);
        signal.throwIfAborted();
      }
    } finally {
      link.release();
    }
  }

  summary(): ContainerSummary {
    const { labels, spec } = this.parts;
    return {
      id: this.id,
      name: this.name,
      image: spec.image,
      state: this.#state,
      labels,
      createdAt: this.createdAt,
    };
  }

  describe(): ContainerDescription {
    const { image, spec } = this.parts;
    return {
      ...this.summary(),
      imageId: image.id,
      imageDigest: image.digest,
      exitCode: this.#exitCode,
      oomKilled: this.#processes.oomKilled,
      error: undefined,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      networks: [...this.networks],
      mountTargets: spec.mounts.map(({ target }) => target),
    };
  }

  assertRunning(operation: string): void {
    if (!this.running) throw this.#notRunning(operation);
  }

  #startProcess(
    operation: string,
    argv: readonly string[],
    how: Pick<ResolvedOpenExecOptions, 'env' | 'user' | 'workdir'>,
    ends: SessionEnds,
  ): RunningProcess {
    const { files, image, spec } = this.parts;
    const [executable] = argv;
    const userName = how.user ?? spec.user ?? image.user;
    const user = findUser(files, userName);
    const workdir = how.workdir ?? spec.workdir ?? image.workdir;
    const refuse = (reason: string): Error => refusal('EXEC_NOT_STARTED', operation, this.id, reason);
    if (executable === undefined) throw refuse('there is no command');
    if (this.#processes.program(executable) === undefined) throw refuse(`no such program: ${executable}`);
    if (user === undefined) throw refuse(`no such user: ${String(userName)}`);
    if (files.resolve(workdir)?.kind !== 'directory') throw refuse(`no such folder: ${workdir}`);
    const env = { ...image.env, ...spec.env, ...how.env };
    return this.#processes.start({ argv, env, user, workdir, files, ...ends });
  }

  readonly #overrun = (main: RunningProcess): void => {
    this.#timedOut = true;
    main.kill('SIGKILL');
  };

  #end(exitCode: number): void {
    this.#state = 'exited';
    this.#exitCode = exitCode;
    this.#finishedAt = Date.now();
    this.#processes.killAll();
    this.log.end();
    this.#ended.abort();
    this.parts.onEvent(this, 'died', exitCode);
  }

  #sample(): ContainerStats {
    return {
      time: Date.now(),
      cpuNanoseconds: this.#processes.processorMs * 1e6,
      memoryBytes: this.#processes.memoryBytes,
      memoryLimitBytes: this.parts.spec.resources.memoryBytes,
      pids: this.#processes.count,
      networkReceivedBytes: 0,
      networkSentBytes: 0,
      blockReadBytes: 0,
      blockWrittenBytes: 0,
    };
  }

  #notRunning(operation: string): Error {
    return refusal('CONTAINER_NOT_RUNNING', operation, this.id, `it is ${this.#state}`);
  }
}
