import {
  assertAbsolutePath,
  assertNonEmpty,
  assertTimeoutMs,
  assertWholeNumber,
} from '../../container/assert.js';
import {
  toContainerId,
  type ContainerManager,
  type ContainerReference,
} from '../../container/container-manager.js';
import type { ExecSession } from '../../container/exec.js';
import { execToEnd } from '../../container/exec-to-end.js';
import { toOwnerLabels } from '../../container/owner-labels.js';
import { pruneContainers } from '../../container/prune.js';
import { reapOrphans } from '../../container/reap-orphans.js';
import { resolveContainerSpec } from '../../container/resolve-container-spec.js';
import { resolveCopyEntries } from '../../container/resolve-copy-entries.js';
import { resolveCopyFromOptions } from '../../container/resolve-copy-from-options.js';
import { resolveOpenExecOptions } from '../../container/resolve-exec-options.js';
import { runContainer } from '../../container/run.js';
import { currentOwner, type OwnerIdentity } from '../../owner.js';
import { CallGate, toId, type InMemoryCall } from './call-gate.js';
import { closeContents, copyInto } from './copy-into.js';
import { copyOut } from './copy-out.js';
import type { FileTree } from './file-tree.js';
import { describeImage } from './image.js';
import { refusal } from './refusal.js';
import { InMemoryRuntime, type InMemoryRuntimeOptions } from './runtime.js';

/**
 * What an {@link InMemoryContainerManager} begins with.
 *
 * @public
 */
export interface InMemoryContainerManagerOptions extends InMemoryRuntimeOptions {
  /** Whose containers these are. @defaultValue this process */
  readonly owner?: OwnerIdentity | undefined;
  /** A manager whose images and containers are this one's too, as two processes share a runtime. @defaultValue none */
  readonly sharedWith?: InMemoryContainerManager | undefined;
}

const DEFAULT_STOP_GRACE_MS = 10_000;
const DEFAULT_STATS_INTERVAL_MS = 1000;

/**
 * A container runtime in the memory of this process, for tests: programs are functions, files are a tree in memory.
 *
 * @remarks
 * It keeps the contract, as its suite proves, but it isolates nothing: resources other than memory, capabilities,
 * read-only mounts and file permissions are taken and not enforced, and bind mounts are empty folders.
 * @public
 */
export class InMemoryContainerManager implements ContainerManager {
  readonly #runtime: InMemoryRuntime;
  readonly #gate: CallGate;
  readonly #owner: OwnerIdentity | undefined;
  readonly #sessions = new Set<ExecSession>();

  constructor(options: InMemoryContainerManagerOptions = {}) {
    this.#runtime =
      options.sharedWith === undefined ? new InMemoryRuntime(options) : options.sharedWith.#runtime;
    this.#gate = new CallGate(this.#runtime);
    this.#owner = options.owner;
  }

  /** Every call made so far, in order; `run`, `prune` and `reapOrphans` with the calls that they make. */
  get calls(): readonly InMemoryCall[] {
    return this.#gate.calls;
  }

  /** The file system of a container, to prepare it or to look at it. */
  files(container: ContainerReference): FileTree {
    return this.#runtime.get(toContainerId(container), 'files').parts.files;
  }

  readonly ping: ContainerManager['ping'] = (options = {}) =>
    this.#gate.call('ping', [options], options, () => ({ name: 'in-memory', version: '1', apiVersion: '1' }));

  readonly ensureImage: ContainerManager['ensureImage'] = (reference, options = {}) =>
    this.#gate.call('ensureImage', [reference, options], options, () => {
      assertNonEmpty('reference', reference);
      return describeImage(this.#runtime.images.ensure(reference, options));
    });

  readonly inspectImage: ContainerManager['inspectImage'] = (reference, options = {}) =>
    this.#gate.call('inspectImage', [reference, options], options, () => {
      assertNonEmpty('reference', reference);
      return describeImage(this.#runtime.images.get(reference, 'inspectImage'));
    });

  readonly importImage: ContainerManager['importImage'] = (reference, archive, options = {}) =>
    this.#gate.call('importImage', [reference, archive, options], options, async (signal) => {
      assertNonEmpty('reference', reference);
      return describeImage(await this.#runtime.importImage(reference, archive, options, signal));
    });

  /** Rejects with `NOT_SUPPORTED`: there is nothing that could read the archive. */
  readonly loadImages: ContainerManager['loadImages'] = (archive, options = {}) =>
    this.#gate.call('loadImages', [archive, options], options, () => this.#runtime.images.load());

  readonly removeImage: ContainerManager['removeImage'] = (reference, options = {}) =>
    this.#gate.call('removeImage', [reference, options], options, () => {
      assertNonEmpty('reference', reference);
      this.#runtime.removeImage(reference);
    });

  readonly create: ContainerManager['create'] = (spec, options = {}) =>
    this.#gate.call('create', [spec, options], options, () => {
      const owner = toOwnerLabels(this.#owner ?? currentOwner());
      const { id, name } = this.#runtime.create(resolveContainerSpec(spec), owner);
      const remove: ContainerManager['close'] = () => this.remove(id);
      return { id, name, remove: (removal = {}) => this.remove(id, removal), [Symbol.asyncDispose]: remove };
    });

  readonly start: ContainerManager['start'] = (container, options = {}) =>
    this.#gate.on('start', container, [options], options, (found) => {
      found.start();
    });

  readonly exec: ContainerManager['exec'] = (container, argv, options = {}) => {
    this.#gate.record('exec', [container, argv, options]);
    return execToEnd({ openExec: this.#openExec }, container, argv, options);
  };

  readonly openExec: ContainerManager['openExec'] = (container, argv, options = {}) => {
    this.#gate.record('openExec', [container, argv, options]);
    return this.#openExec(container, argv, options);
  };

  readonly stop: ContainerManager['stop'] = (container, options = {}) =>
    this.#gate.on('stop', container, [options], options, (found) => {
      const { graceMs = DEFAULT_STOP_GRACE_MS } = options;
      assertTimeoutMs('graceMs', graceMs);
      return found.stop(graceMs);
    });

  readonly kill: ContainerManager['kill'] = (container, signalName = 'SIGKILL', options = {}) =>
    this.#gate.on('kill', container, [signalName, options], options, (found) => {
      found.kill(signalName);
    });

  readonly wait: ContainerManager['wait'] = (container, options = {}) =>
    this.#gate.on('wait', container, [options], options, (found) => found.wait());

  readonly remove: ContainerManager['remove'] = (container, options = {}) =>
    this.#gate.call('remove', [container, options], options, () => this.#runtime.remove(toId(container)));

  readonly copyTo: ContainerManager['copyTo'] = (container, entries, options = {}) =>
    this.#gate
      .on('copyTo', container, [entries, options], options, (found, signal) =>
        copyInto(found.parts.files, found.id, resolveCopyEntries(entries), signal),
      )
      .finally(() => closeContents(entries));

  readonly copyFrom: ContainerManager['copyFrom'] = (container, path, targetFolder, options = {}) =>
    this.#gate.on('copyFrom', container, [path, targetFolder, options], options, (found, signal) =>
      copyOut(found.parts.files, found.id, resolveCopyFromOptions(path, targetFolder, options), signal),
    );

  readonly readFile: ContainerManager['readFile'] = (container, path, options = {}) =>
    this.#gate.streamOn('readFile', container, [path, options], options, async function* (found) {
      assertAbsolutePath('path', path);
      const node = found.parts.files.resolve(path);
      if (node === undefined) throw refusal('PATH_NOT_FOUND', 'readFile', found.id, `there is no ${path}`);
      if (node.kind !== 'file')
        throw refusal('COPY_FAILED', 'readFile', found.id, `${path} is no regular file`);
      yield await Promise.resolve(node.content);
    });

  readonly logs: ContainerManager['logs'] = (container, options = {}) =>
    this.#gate.streamOn('logs', container, [options], options, (found, signal) => {
      const { follow = false, since, tail } = options;
      if (tail !== undefined) assertWholeNumber('tail', tail, 0, Number.MAX_SAFE_INTEGER);
      return found.log.read({ follow, since: since?.getTime() ?? 0, tail: tail ?? Infinity }, signal);
    });

  readonly stats: ContainerManager['stats'] = (container, options = {}) =>
    this.#gate.streamOn('stats', container, [options], options, (found, signal) => {
      const { intervalMs = DEFAULT_STATS_INTERVAL_MS } = options;
      assertTimeoutMs('intervalMs', intervalMs);
      return found.stats(intervalMs, signal);
    });

  readonly events: ContainerManager['events'] = (options = {}) => {
    const { labels = {}, since } = options;
    return this.#gate.stream('events', [options], options, (signal) =>
      this.#runtime.events.read({ labels, since }, signal),
    );
  };

  readonly inspect: ContainerManager['inspect'] = (container, options = {}) =>
    this.#gate.on('inspect', container, [options], options, (found) => found.describe());

  readonly list: ContainerManager['list'] = (options = {}) =>
    this.#gate.call('list', [options], options, () =>
      this.#runtime.list(options).map((found) => found.summary()),
    );

  readonly prune: ContainerManager['prune'] = (options) => {
    this.#gate.record('prune', [options]);
    return pruneContainers(this, options);
  };

  readonly commit: ContainerManager['commit'] = (container, options = {}) =>
    this.#gate.on('commit', container, [options], options, (found) =>
      describeImage(this.#runtime.commit(found, options)),
    );

  readonly disconnectNetwork: ContainerManager['disconnectNetwork'] = (container, options = {}) =>
    this.#gate.on('disconnectNetwork', container, [options], options, (found) => {
      this.#runtime.disconnect(found, options.network);
    });

  readonly run: ContainerManager['run'] = (spec, options = {}) => {
    this.#gate.record('run', [spec, options]);
    return runContainer(this, spec, options);
  };

  readonly reapOrphans: ContainerManager['reapOrphans'] = (options = {}) => {
    this.#gate.record('reapOrphans', [options]);
    return reapOrphans(this, options);
  };

  /** Ends the commands that this manager started; what else runs in containers goes on. */
  async close(): Promise<void> {
    this.#gate.close();
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #openExec: ContainerManager['openExec'] = async (container, argv, options = {}) => {
    const resolved = resolveOpenExecOptions(argv, options);
    options.signal?.throwIfAborted();
    this.#gate.closing.throwIfAborted();
    const found = this.#runtime.get(toId(container), 'exec');
    const session = found.openExec(resolved);
    this.#sessions.add(session);
    void session.ending.then(() => this.#sessions.delete(session));
    return Promise.resolve(session);
  };
}
