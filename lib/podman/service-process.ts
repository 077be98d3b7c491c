import { spawn, type ChildProcess } from 'node:child_process';

const MOST_ERROR_TEXT = 4000;
/** Podman waits for requests in flight before it ends. */
const END_GRACE_MS = 5000;

/** A service as a child of this process. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  #text = '';
  #ended: string | undefined;

  /**
   * @param folder - where it runs; the monitor of a container that runs out of memory leaves a file called `oom` there
   * @throws what `spawn` throws for arguments that no process can have
   */
  constructor(executable: string, argv: readonly string[], env: NodeJS.ProcessEnv, folder: string) {
    this.#child = spawn(executable, argv, {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own: a Ctrl-C meant for this process must not take the service away while containers are removed.
      detached: true,
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#text = (this.#text + chunk.toString()).slice(-MOST_ERROR_TEXT);
    });
    this.#child.once('error', (error) => {
      this.#ended = error.message;
    });
    this.#child.once('exit', (code, signal) => {
      this.#ended = `it ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Why it does not run, with its own words as far as they have come; `undefined` while it runs. */
  get failure(): string | undefined {
    if (this.#ended === undefined || this.#text === '') return this.#ended;
    return `${this.#ended}: ${this.#text.trim()}`;
  }

  /** Ends it. Safe to call when it has ended, or never began. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_GRACE_MS);
      await exited;
      clearTimeout(timer);
    }
    // Containers' monitors inherit it and would hold it open.
    child.stderr?.destroy();
  }
}
