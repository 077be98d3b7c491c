import { randomUUID } from 'node:crypto';
import { untilAborted, type CallOptions } from '../abort.js';
import { assertNonEmpty, assertSignalName, assertTimeoutMs } from '../container/assert.js';
import {
  toContainerId,
  type ContainerManager,
  type ContainerReference,
} from '../container/container-manager.js';
import type { ContainerEvent, RuntimeDescription } from '../container/description.js';
import { execToEnd } from '../container/exec-to-end.js';
import { OWNER_LABEL_PREFIX, toOwnerLabels } from '../container/owner-labels.js';
import { pruneContainers } from '../container/prune.js';
import { reapOrphans } from '../container/reap-orphans.js';
import { resolveContainerSpec } from '../container/resolve-container-spec.js';
import { resolveOpenExecOptions } from '../container/resolve-exec-options.js';
import { runContainer } from '../container/run.js';
import type { OwnerIdentity } from '../owner.js';
import { holdContents } from './archive-content.js';
import * as containers from './containers.js';
import { copyFrom } from './copy-from.js';
import { copyTo } from './copy-to.js';
import { createContainer } from './create-container.js';
import { containerEvents } from './events.js';
import * as images from './images.js';
import { LibpodClient } from './libpod-client.js';
import { containerLogs } from './logs.js';
import { negotiate } from './negotiate.js';
import { openExecSession } from './open-exec-session.js';
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
  readonly #owner: () => OwnerIdentity;
  #runtime: Promise<RuntimeDescription> | undefined;

  constructor(options: PodmanManagerOptions) {
    const resolved = resolvePodmanManagerOptions(options);
    this.#owner = resolved.owner;
    this.#client = new LibpodClient(resolved.address, resolved);
  }

  /** {@inheritDoc ContainerManager.ping} */
  readonly ping: ContainerManager['ping'] = (options = {}) => negotiate(this.#client, 'ping', options.signal);

  /** {@inheritDoc ContainerManager.ensureImage} */
  readonly ensureImage: ContainerManager['ensureImage'] = async (reference, options = {}) =>
    images.ensureImage(await this.#ready('ensureImage', options), reference, options);

  /** {@inheritDoc ContainerManager.inspectImage} */
  readonly inspectImage: ContainerManager['inspectImage'] = async (reference, options = {}) =>
    images.inspectImage(await this.#ready('inspectImage', options), reference, options);

  /** {@inheritDoc ContainerManager.importImage} */
  readonly importImage: ContainerManager['importImage'] = async (reference, archive, options = {}) =>
    images.importImage(await this.#ready('importImage', options), reference, archive, options);

  /** {@inheritDoc ContainerManager.loadImages} */
  readonly loadImages: ContainerManager['loadImages'] = async (archive, options = {}) =>
    images.loadImages(await this.#ready('loadImages', options), archive, options);

  /** {@inheritDoc ContainerManager.removeImage} */
  readonly removeImage: ContainerManager['removeImage'] = async (reference, options = {}) =>
    images.removeImage(await this.#ready('removeImage', options), reference, options);

  /** {@inheritDoc ContainerManager.create} */
  readonly create: ContainerManager['create'] = async (spec, options = {}) => {
    const resolved = resolveContainerSpec(spec);
    const client = await this.#ready('create', options);
    const owner = { ...toOwnerLabels(this.#owner()), [`${OWNER_LABEL_PREFIX}.nonce`]: randomUUID() };
    return createContainer(client, { ...resolved, labels: { ...resolved.labels, ...owner } }, options);
  };

  /** {@inheritDoc ContainerManager.start} */
  readonly start: ContainerManager['start'] = (container, options = {}) =>
    this.#on('start', container, options, (client, id) => containers.startContainer(client, id, options));

  /** {@inheritDoc ContainerManager.exec} */
  readonly exec: ContainerManager['exec'] = (container, argv, options = {}) =>
    execToEnd(this, container, argv, options);

  /** {@inheritDoc ContainerManager.openExec} */
  readonly openExec: ContainerManager['openExec'] = (container, argv, options = {}) =>
    this.#on('exec', container, options, (client, id) =>
      openExecSession(client, id, resolveOpenExecOptions(argv, options)),
    );

  /** {@inheritDoc ContainerManager.stop} */
  readonly stop: ContainerManager['stop'] = (container, options = {}) =>
    this.#on('stop', container, options, (client, id) => {
      const { graceMs = DEFAULT_STOP_GRACE_MS } = options;
      assertTimeoutMs('graceMs', graceMs);
      return containers.stopContainer(client, id, graceMs, options);
    });

  /** {@inheritDoc ContainerManager.kill} */
  readonly kill: ContainerManager['kill'] = (container, signalName = 'SIGKILL', options = {}) =>
    this.#on('kill', container, options, (client, id) => {
      assertSignalName('signalName', signalName);
      return containers.killContainer(client, id, signalName, options);
    });

  /** {@inheritDoc ContainerManager.wait} */
  readonly wait: ContainerManager['wait'] = (container, options = {}) =>
    this.#on('wait', container, options, (client, id) => containers.waitForContainer(client, id, options));

  /** {@inheritDoc ContainerManager.remove} */
  readonly remove: ContainerManager['remove'] = (container, options = {}) =>
    this.#on('remove', container, options, (client, id) => containers.removeContainer(client, id, options));

  /** {@inheritDoc ContainerManager.copyTo} */
  readonly copyTo: ContainerManager['copyTo'] = (container, entries, options = {}) =>
    holdContents(entries, () =>
      this.#on('copyTo', container, options, (client, id) => copyTo(client, id, entries, options)),
    );

  /** {@inheritDoc ContainerManager.copyFrom} */
  readonly copyFrom: ContainerManager['copyFrom'] = (container, path, targetFolder, options = {}) =>
    this.#on('copyFrom', container, options, (client, id) =>
      copyFrom(client, id, path, targetFolder, options),
    );

  /** {@inheritDoc ContainerManager.readFile} */
  readonly readFile: ContainerManager['readFile'] = (container, path, options = {}) =>
    this.#each('readFile', container, options, (client, id) => readFile(client, id, path, options));

  /** {@inheritDoc ContainerManager.logs} */
  readonly logs: ContainerManager['logs'] = (container, options = {}) =>
    this.#each('logs', container, options, (client, id) => containerLogs(client, id, options));

  /** {@inheritDoc ContainerManager.stats} */
  readonly stats: ContainerManager['stats'] = (container, options = {}) =>
    this.#each('stats', container, options, (client, id) => {
      const { intervalMs = DEFAULT_STATS_INTERVAL_MS } = options;
      return containerStats(client, id, { ...options, intervalMs });
    });

  /** {@inheritDoc ContainerManager.events} */
  async *events(
    options: Parameters<ContainerManager['events']>[0] = {},
  ): AsyncGenerator<ContainerEvent, void> {
    yield* containerEvents(await this.#ready('events', options), options);
  }

  /** {@inheritDoc ContainerManager.inspect} */
  readonly inspect: ContainerManager['inspect'] = (container, options = {}) =>
    this.#on('inspect', container, options, (client, id) => containers.inspectContainer(client, id, options));

  /** {@inheritDoc ContainerManager.list} */
  readonly list: ContainerManager['list'] = async (options = {}) =>
    containers.listContainers(await this.#ready('list', options), options);

  /** {@inheritDoc ContainerManager.prune} */
  readonly prune: ContainerManager['prune'] = (options) => pruneContainers(this, options);

  /** {@inheritDoc ContainerManager.commit} */
  readonly commit: ContainerManager['commit'] = (container, options = {}) =>
    this.#on('commit', container, options, (client, id) => images.commitContainer(client, id, options));

  /** {@inheritDoc ContainerManager.disconnectNetwork} */
  readonly disconnectNetwork: ContainerManager['disconnectNetwork'] = (container, options = {}) =>
    this.#on('disconnectNetwork', container, options, (client, id) =>
      containers.disconnectNetwork(client, id, options.network, options),
    );

  /** {@inheritDoc ContainerManager.run} */
  readonly run: ContainerManager['run'] = (spec, options = {}) => runContainer(this, spec, options);

  /** {@inheritDoc ContainerManager.reapOrphans} */
  readonly reapOrphans: ContainerManager['reapOrphans'] = (options = {}) => reapOrphans(this, options);

  /** {@inheritDoc ContainerManager.close} */
  readonly close: ContainerManager['close'] = () => this.#client.close();

  /** {@inheritDoc ContainerManager.close} */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #on<T>(
    operation: string,
    container: ContainerReference,
    options: CallOptions,
    work: (client: LibpodClient, id: string) => Promise<T>,
  ): Promise<T> {
    const id = toContainerId(container);
    assertNonEmpty('container', id);
    return work(await this.#ready(operation, options), id);
  }

  async *#each<T>(
    operation: string,
    container: ContainerReference,
    options: CallOptions,
    work: (client: LibpodClient, id: string) => AsyncIterable<T>,
  ): AsyncGenerator<T, void> {
    const id = toContainerId(container);
    assertNonEmpty('container', id);
    yield* work(await this.#ready(operation, options), id);
  }

  /** The client, once the service is known to be one that can be used. A failure is asked for again by the next call. */
  async #ready(operation: string, options: CallOptions): Promise<LibpodClient> {
    options.signal?.throwIfAborted();
    this.#client.closing.throwIfAborted();
    this.#runtime ??= negotiate(this.#client, operation, undefined).catch((error: unknown) => {
      this.#runtime = undefined;
      throw error;
    });
    await untilAborted(this.#runtime, options.signal);
    return this.#client;
  }
}
