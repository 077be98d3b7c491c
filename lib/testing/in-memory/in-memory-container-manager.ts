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
import { copyOut, readOut } from './copy-out.js';
import type { FileTree } from './file-tree.js';
import { describeImage } from './image.js';
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

  /** Says that this is the runtime in memory. */
  readonly ping: ContainerManager['ping'] = (options = {}) =>
    this.#gate.call('ping', [options], options, () => ({ name: 'in-memory', version: '1', apiVersion: '1' }));

  /** Describes an image of `images`, or takes one of `registry` as the policy says. */
  readonly ensureImage: ContainerManager['ensureImage'] = (reference, options = {}) =>
    this.#gate.call('ensureImage', [reference, options], options, () =>
      describeImage(this.#runtime.images.ensure(reference, options)),
    );

  /** Describes an image in storage. */
  readonly inspectImage: ContainerManager['inspectImage'] = (reference, options = {}) =>
    this.#gate.call('inspectImage', [reference, options], options, () =>
      describeImage(this.#runtime.images.get(reference, 'inspectImage')),
    );

  /** Makes an image with the few files that all have: nothing unpacks the archive. */
  readonly importImage: ContainerManager['importImage'] = (reference, archive, options = {}) =>
    this.#gate.call('importImage', [reference, archive, options], options, async (signal) =>
      describeImage(await this.#runtime.importImage(reference, archive, options, signal)),
    );

  /** Rejects with `NOT_SUPPORTED`: there is nothing that could read the archive. */
  readonly loadImages: ContainerManager['loadImages'] = (archive, options = {}) =>
    this.#gate.call('loadImages', [archive, options], options, () => this.#runtime.images.load());

  /** Removes a reference, and the image with its last one. */
  readonly removeImage: ContainerManager['removeImage'] = (reference, options = {}) =>
    this.#gate.call('removeImage', [reference, options], options, () => {
      this.#runtime.removeImage(reference);
    });

  /** Creates a container with a file system of its own. */
  readonly create: ContainerManager['create'] = (spec, options = {}) =>
    this.#gate.call('create', [spec, options], options, () => {
      const owner = toOwnerLabels(this.#owner ?? currentOwner());
      const { id, name } = this.#runtime.create(resolveContainerSpec(spec), owner);
      const remove: ContainerManager['close'] = () => this.remove(id);
      return { id, name, remove: (removal = {}) => this.remove(id, removal), [Symbol.asyncDispose]: remove };
    });

  /** Starts the container's main program. */
  readonly start: ContainerManager['start'] = (container, options = {}) =>
    this.#gate.on('start', container, [options], options, (found) => {
      found.start();
    });

  /** Runs a program in a running container, to its end. */
  readonly exec: ContainerManager['exec'] = (container, argv, options = {}) => {
    this.#gate.record('exec', [container, argv, options]);
    return execToEnd({ openExec: this.#openExec }, container, argv, options);
  };

  /** Starts a program in a running container and hands back its streams. */
  readonly openExec: ContainerManager['openExec'] = (container, argv, options = {}) => {
    this.#gate.record('openExec', [container, argv, options]);
    return this.#openExec(container, argv, options);
  };

  /** Ends a container: SIGTERM, and SIGKILL after the grace time. */
  readonly stop: ContainerManager['stop'] = (container, options = {}) =>
    this.#gate.on('stop', container, [options], options, (found) => found.stop(options.graceMs));

  /** Sends a signal to the main process. */
  readonly kill: ContainerManager['kill'] = (container, signalName = 'SIGKILL', options = {}) =>
    this.#gate.on('kill', container, [signalName, options], options, (found) => {
      found.kill(signalName);
    });

  /** Waits for the end of a started container. */
  readonly wait: ContainerManager['wait'] = (container, options = {}) =>
    this.#gate.on('wait', container, [options], options, (found) => found.wait());

  /** Removes a container, running or not. */
  readonly remove: ContainerManager['remove'] = (container, options = {}) =>
    this.#gate.call('remove', [container, options], options, () => this.#runtime.remove(toId(container)));

  /** Puts files, folders and links into a container's tree. */
  readonly copyTo: ContainerManager['copyTo'] = (container, entries, options = {}) =>
    this.#gate
      .on('copyTo', container, [entries, options], options, (found, signal) =>
        copyInto(found.parts.files, found.id, resolveCopyEntries(entries), signal),
      )
      .finally(() => closeContents(entries));

  /** Copies what is in a container's tree into a real folder of this machine. */
  readonly copyFrom: ContainerManager['copyFrom'] = (container, path, targetFolder, options = {}) =>
    this.#gate.on('copyFrom', container, [path, targetFolder, options], options, (found, signal) =>
      copyOut(found.parts.files, found.id, resolveCopyFromOptions(path, targetFolder, options), signal),
    );

  /** A file's content, in one piece. */
  readonly readFile: ContainerManager['readFile'] = (container, path, options = {}) =>
    this.#gate.streamOn('readFile', container, [path, options], options, (found) =>
      readOut(found.parts.files, found.id, path),
    );

  /** What the main process wrote. */
  readonly logs: ContainerManager['logs'] = (container, options = {}) =>
    this.#gate.streamOn('logs', container, [options], options, (found, signal) =>
      found.log.read(options, signal),
    );

  /** A sample at each interval. Of what it uses only time, memory and processes are more than 0. */
  readonly stats: ContainerManager['stats'] = (container, options = {}) =>
    this.#gate.streamOn('stats', container, [options], options, (found, signal) =>
      found.stats(options.intervalMs, signal),
    );

  /** What happens to containers from this call on, or from `since`. */
  readonly events: ContainerManager['events'] = (options = {}) => {
    const { events } = this.#runtime;
    const first = events.numberSince(options.since);
    return this.#gate.stream('events', [options], options, (signal) =>
      events.read(first, options.labels ?? {}, signal),
    );
  };

  /** Describes a container as it is now. */
  readonly inspect: ContainerManager['inspect'] = (container, options = {}) =>
    this.#gate.on('inspect', container, [options], options, (found) => found.describe());

  /** Lists containers, whoever made them. */
  readonly list: ContainerManager['list'] = (options = {}) =>
    this.#gate.call('list', [options], options, () =>
      this.#runtime.list(options).map((found) => found.summary()),
    );

  /** Removes the containers that a list would give. */
  readonly prune: ContainerManager['prune'] = (options) => {
    this.#gate.record('prune', [options]);
    return pruneContainers(this, options);
  };

  /** Makes an image of a container's tree, without what is mounted in it. */
  readonly commit: ContainerManager['commit'] = (container, options = {}) =>
    this.#gate.on('commit', container, [options], options, (found) =>
      describeImage(this.#runtime.commit(found, options)),
    );

  /** Takes a running container off a network, or off all. */
  readonly disconnectNetwork: ContainerManager['disconnectNetwork'] = (container, options = {}) =>
    this.#gate.on('disconnectNetwork', container, [options], options, (found) => {
      this.#runtime.disconnect(found, options.network);
    });

  /** Creates, starts, follows, waits and removes. */
  readonly run: ContainerManager['run'] = (spec, options = {}) => {
    this.#gate.record('run', [spec, options]);
    return runContainer(this, spec, options);
  };

  /** Removes the containers whose owner has died. */
  readonly reapOrphans: ContainerManager['reapOrphans'] = (options = {}) => {
    this.#gate.record('reapOrphans', [options]);
    return reapOrphans(this, options);
  };

  /** Ends the commands that this manager started; what else runs in containers goes on. */
  async close(): Promise<void> {
    this.#gate.close();
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  /** The same as {@link InMemoryContainerManager.close}. */
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
