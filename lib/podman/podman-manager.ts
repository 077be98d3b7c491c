import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import type { CallOptions } from '../abort.js';
import { untilAborted } from '../abort.js';
import { assertNonEmpty, assertTimeoutMs } from '../container/assert.js';
import type {
  ContainerHandle,
  ContainerManager,
  ContainerReference,
  ListOptions,
  LogsOptions,
  RunOptions,
  RunResult,
} from '../container/container-manager.js';
import type { ContainerSpec } from '../container/container-spec.js';
import type { CopyEntry, CopyFromOptions, CopyFromResult } from '../container/copy.js';
import type {
  ContainerDescription,
  ContainerEvent,
  ContainerStats,
  ContainerSummary,
  RuntimeDescription,
  WaitResult,
} from '../container/description.js';
import type { ExecOptions, ExecResult, ExecSession, OpenExecOptions } from '../container/exec.js';
import { execToEnd } from '../container/exec-to-end.js';
import type {
  CommitOptions,
  EnsureImageOptions,
  ImageDescription,
  ImportImageOptions,
} from '../container/image.js';
import type { OutputChunk } from '../container/output-chunk.js';
import { OWNER_LABEL_PREFIX, toOwnerLabels } from '../container/owner-labels.js';
import { reapOrphans } from '../container/reap-orphans.js';
import { resolveContainerSpec } from '../container/resolve-container-spec.js';
import { resolveOpenExecOptions } from '../container/resolve-exec-options.js';
import { runContainer } from '../container/run.js';
import { InvalidArgumentError } from '../errors.js';
import * as containers from './containers.js';
import { copyFrom } from './copy-from.js';
import { copyTo } from './copy-to.js';
import { createContainer } from './create-container.js';
import { containerEvents } from './events.js';
import { openExecSession, type PodmanExecSession } from './exec-session.js';
import * as images from './images.js';
import { LibpodClient } from './libpod-client.js';
import { containerLogs } from './logs.js';
import { negotiate } from './negotiate.js';
import { resolvePodmanManagerOptions, type PodmanManagerOptions } from './podman-manager-options.js';
import { readFile } from './read-file.js';
import { containerStats } from './stats.js';

const DEFAULT_STOP_GRACE_MS = 10_000;
const DEFAULT_STATS_INTERVAL_MS = 1000;

/**
 * Containers of a Podman service, over its REST socket.
 *
 * @remarks
 * Podman 4.0 and later; run against 4.3.1 and 5.4.2. The constructor does nothing but check its options: the first call
 * asks the service which version it is. Streams have a connection each and never hold up other calls.
 * @example
 * See `examples/exec.ts`.
 * @public
 */
export class PodmanManager implements ContainerManager {
  readonly #client: LibpodClient;
  readonly #options: ReturnType<typeof resolvePodmanManagerOptions>;
  readonly #sessions = new Set<PodmanExecSession>();
  readonly #nonce = randomUUID();
  #runtime: Promise<RuntimeDescription> | undefined;
  #creations = 0;

  constructor(options: PodmanManagerOptions) {
    this.#options = resolvePodmanManagerOptions(options);
    this.#client = new LibpodClient(this.#options.address, this.#options);
  }

  ping(options: CallOptions = {}): Promise<RuntimeDescription> {
    return negotiate(this.#client, 'ping', options.signal);
  }

  async ensureImage(reference: string, options: EnsureImageOptions = {}): Promise<ImageDescription> {
    return images.ensureImage(await this.#ready('ensureImage', options), reference, options);
  }

  async inspectImage(reference: string, options: CallOptions = {}): Promise<ImageDescription> {
    return images.inspectImage(await this.#ready('inspectImage', options), reference, options);
  }

  async importImage(
    reference: string,
    archive: AsyncIterable<Uint8Array>,
    options: ImportImageOptions = {},
  ): Promise<ImageDescription> {
    return images.importImage(await this.#ready('importImage', options), reference, archive, options);
  }

  async loadImages(
    archive: AsyncIterable<Uint8Array>,
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    return images.loadImages(await this.#ready('loadImages', options), archive, options);
  }

  async removeImage(reference: string, options: CallOptions = {}): Promise<void> {
    return images.removeImage(await this.#ready('removeImage', options), reference, options);
  }

  async create(spec: ContainerSpec, options: CallOptions = {}): Promise<ContainerHandle> {
    const resolved = resolveContainerSpec(spec);
    const client = await this.#ready('create', options);
    this.#creations += 1;
    const labels = {
      ...resolved.labels,
      ...toOwnerLabels(this.#options.owner()),
      [`${OWNER_LABEL_PREFIX}.nonce`]: `${this.#nonce}-${this.#creations}`,
    };
    return createContainer(client, { ...resolved, labels }, options);
  }

  async start(container: ContainerReference, options: CallOptions = {}): Promise<void> {
    const id = toId(container);
    return containers.startContainer(await this.#ready('start', options), id, options);
  }

  exec(
    container: ContainerReference,
    argv: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> {
    return execToEnd(this, container, argv, options);
  }

  async openExec(
    container: ContainerReference,
    argv: readonly string[],
    options: OpenExecOptions = {},
  ): Promise<ExecSession> {
    const id = toId(container);
    const resolved = resolveOpenExecOptions(argv, options);
    const session = await openExecSession(await this.#ready('exec', options), id, resolved);
    this.#sessions.add(session);
    const forget = (): void => void this.#sessions.delete(session);
    session.ending.then(forget, forget);
    return session;
  }

  async stop(
    container: ContainerReference,
    options: CallOptions & { readonly graceMs?: number } = {},
  ): Promise<void> {
    const id = toId(container);
    const graceMs = options.graceMs ?? DEFAULT_STOP_GRACE_MS;
    assertTimeoutMs('graceMs', graceMs);
    return containers.stopContainer(await this.#ready('stop', options), id, graceMs, options);
  }

  async kill(
    container: ContainerReference,
    signalName: NodeJS.Signals = 'SIGKILL',
    options: CallOptions = {},
  ): Promise<void> {
    const id = toId(container);
    if (!(signalName in constants.signals)) {
      throw new InvalidArgumentError('signalName', signalName, 'must be the name of a signal, as in SIGTERM');
    }
    return containers.killContainer(await this.#ready('kill', options), id, signalName, options);
  }

  async wait(container: ContainerReference, options: CallOptions = {}): Promise<WaitResult> {
    const id = toId(container);
    return containers.waitForContainer(await this.#ready('wait', options), id, options);
  }

  async remove(container: ContainerReference, options: CallOptions = {}): Promise<void> {
    const id = toId(container);
    return containers.removeContainer(await this.#ready('remove', options), id, options);
  }

  async copyTo(
    container: ContainerReference,
    entries: readonly CopyEntry[],
    options: CallOptions = {},
  ): Promise<void> {
    const id = toId(container);
    return copyTo(await this.#ready('copyTo', options), id, entries, options);
  }

  async copyFrom(
    container: ContainerReference,
    path: string,
    targetFolder: string,
    options: CopyFromOptions = {},
  ): Promise<CopyFromResult> {
    const id = toId(container);
    return copyFrom(await this.#ready('copyFrom', options), id, path, targetFolder, options);
  }

  async *readFile(
    container: ContainerReference,
    path: string,
    options: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void> {
    const id = toId(container);
    yield* readFile(await this.#ready('readFile', options), id, path, options);
  }

  async *logs(container: ContainerReference, options: LogsOptions = {}): AsyncGenerator<OutputChunk, void> {
    const id = toId(container);
    yield* containerLogs(await this.#ready('logs', options), id, options);
  }

  async *stats(
    container: ContainerReference,
    options: CallOptions & { readonly intervalMs?: number } = {},
  ): AsyncGenerator<ContainerStats, void> {
    const id = toId(container);
    const intervalMs = options.intervalMs ?? DEFAULT_STATS_INTERVAL_MS;
    yield* containerStats(await this.#ready('stats', options), id, { ...options, intervalMs });
  }

  async *events(
    options: CallOptions & { readonly labels?: Readonly<Record<string, string>>; readonly since?: Date } = {},
  ): AsyncGenerator<ContainerEvent, void> {
    yield* containerEvents(await this.#ready('events', options), options);
  }

  async inspect(container: ContainerReference, options: CallOptions = {}): Promise<ContainerDescription> {
    const id = toId(container);
    return containers.inspectContainer(await this.#ready('inspect', options), id, options);
  }

  async list(options: ListOptions = {}): Promise<readonly ContainerSummary[]> {
    return containers.listContainers(await this.#ready('list', options), options);
  }

  async prune(options: ListOptions): Promise<readonly string[]> {
    if (Object.keys(options.labels ?? {}).length === 0) {
      throw new InvalidArgumentError(
        'labels',
        options.labels,
        'must hold at least one label: prune removes what it finds',
      );
    }
    const found = await this.list(options);
    for (const { id } of found) await this.remove(id, { signal: options.signal });
    return found.map(({ id }) => id);
  }

  async commit(container: ContainerReference, options: CommitOptions = {}): Promise<ImageDescription> {
    const id = toId(container);
    return images.commitContainer(await this.#ready('commit', options), id, options);
  }

  async disconnectNetwork(
    container: ContainerReference,
    options: CallOptions & { readonly network?: string } = {},
  ): Promise<void> {
    const id = toId(container);
    const client = await this.#ready('disconnectNetwork', options);
    return containers.disconnectNetwork(client, id, options.network, options);
  }

  run(spec: ContainerSpec, options: RunOptions = {}): Promise<RunResult> {
    return runContainer(this, spec, options);
  }

  reapOrphans(options: CallOptions = {}): Promise<readonly string[]> {
    return reapOrphans(this, options);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
    await this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The client, once the service is known to be one that can be used. A failure is asked for again by the next call. */
  async #ready(operation: string, options: CallOptions): Promise<LibpodClient> {
    options.signal?.throwIfAborted();
    this.#client.closed.throwIfAborted();
    this.#runtime ??= negotiate(this.#client, operation, undefined).catch((error: unknown) => {
      this.#runtime = undefined;
      throw error;
    });
    await untilAborted(this.#runtime, options.signal);
    return this.#client;
  }
}

function toId(container: ContainerReference): string {
  const id = typeof container === 'string' ? container : container.id;
  assertNonEmpty('container', id);
  return id;
}
