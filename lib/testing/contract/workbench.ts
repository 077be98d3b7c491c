import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  ContainerHandle,
  ContainerManager,
  ContainerReference,
} from '../../container/container-manager.js';
import type { ContainerSpec } from '../../container/container-spec.js';
import type { ExecOptions, ExecResult } from '../../container/exec.js';
import type { OwnerIdentity } from '../../owner.js';
import type { ContractEnvironment } from './contract-environment.js';
import type { ContractPrograms, HoldOptions } from './contract-programs.js';

const LABEL = 'podroot.contract';

/** A command of {@link ContractPrograms.hold} that has said that it runs. */
export interface HeldCommand {
  readonly pids: readonly string[];
  readonly result: Promise<ExecResult>;
}

/** What one case works with, and what sees to it that nothing of it stays. */
export class Workbench {
  readonly environment: ContractEnvironment;
  readonly manager: ContainerManager;
  /** On every container of this case, and on no other. */
  readonly labels: Readonly<Record<string, string>>;
  readonly #peers: ContainerManager[] = [];
  readonly #images: string[] = [];
  readonly #folders: string[] = [];

  private constructor(environment: ContractEnvironment, manager: ContainerManager) {
    this.environment = environment;
    this.manager = manager;
    this.labels = { [LABEL]: randomUUID() };
  }

  /** Runs a case, and fails when it leaves a container. */
  static async use(
    environment: ContractEnvironment,
    body: (bench: Workbench) => Promise<void>,
  ): Promise<void> {
    const bench = new Workbench(environment, await environment.createManager());
    try {
      await body(bench);
      await bench.manager.prune({ labels: bench.labels });
      assert.deepEqual(await bench.manager.list({ labels: bench.labels }), [], 'a container is left');
    } finally {
      await bench.#cleanUp();
    }
  }

  get programs(): ContractPrograms {
    return this.environment.programs;
  }

  /** A spec of a container that does nothing until it is ended. */
  spec(changes: Partial<ContainerSpec> = {}): ContainerSpec {
    const { image, programs } = this.environment;
    return {
      image,
      entrypoint: [],
      command: programs.hold(),
      ...changes,
      labels: { ...changes.labels, ...this.labels },
    };
  }

  create(changes?: Partial<ContainerSpec>): Promise<ContainerHandle> {
    return this.manager.create(this.spec(changes));
  }

  /** A running container. */
  async running(changes?: Partial<ContainerSpec>): Promise<ContainerHandle> {
    const handle = await this.create(changes);
    await this.manager.start(handle);
    return handle;
  }

  /** A container that has run to its end. */
  async ended(changes?: Partial<ContainerSpec>): Promise<ContainerHandle> {
    const handle = await this.running({ command: this.programs.print({}), ...changes });
    await this.manager.wait(handle);
    return handle;
  }

  /** Starts a command that does not end by itself, and waits until it runs. */
  async hold(
    container: ContainerReference,
    how: HoldOptions,
    options: ExecOptions = {},
  ): Promise<HeldCommand> {
    let text = '';
    let say: () => void = () => undefined;
    const said = new Promise<void>((resolve) => {
      say = resolve;
    });
    const result = this.manager.exec(container, this.programs.hold(how), {
      ...options,
      output(chunk) {
        text += Buffer.from(chunk.bytes).toString();
        if (text.includes('\n')) say();
        return options.output?.(chunk);
      },
    });
    await Promise.race([said, result]);
    assert.match(text, /\n/, 'the command ended before it had said that it runs');
    const pids = text.trim().split(' ');
    return { pids, result };
  }

  /** Fails when one of these processes still lives. */
  async assertGone(container: ContainerReference, pids: readonly string[]): Promise<void> {
    for (const pid of pids) {
      const { exitCode } = await this.manager.exec(container, this.programs.isAlive(pid));
      assert.equal(exitCode, 1, `process ${pid} still lives`);
    }
  }

  /** Runs a command that must succeed, and gives what it wrote, without the last newline. */
  async ask(container: ContainerReference, argv: readonly string[], options?: ExecOptions): Promise<string> {
    const { exitCode, stdout, stderr } = await this.manager.exec(container, argv, options);
    assert.equal(exitCode, 0, `${argv.join(' ')}: ${stderr.toString()}`);
    return stdout.toString().replace(/\n$/, '');
  }

  /** Another manager of the same runtime. */
  async peer(options?: { readonly owner: OwnerIdentity }): Promise<ContainerManager> {
    const peer = await this.environment.createManager(options);
    this.#peers.push(peer);
    return peer;
  }

  /** A reference for an image that this case makes; it is removed with it. */
  imageReference(): string {
    const reference = `localhost/podroot-contract:${randomUUID()}`;
    this.#images.push(reference);
    return reference;
  }

  /** A folder of this machine. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'podroot-contract-'));
    this.#folders.push(folder);
    return folder;
  }

  async #cleanUp(): Promise<void> {
    // By a manager of its own: the case may have closed the other.
    const cleaner = await this.environment.createManager();
    await cleaner.prune({ labels: this.labels });
    for (const reference of this.#images) await cleaner.removeImage(reference);
    for (const manager of [cleaner, this.manager, ...this.#peers]) await manager.close();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }
}
