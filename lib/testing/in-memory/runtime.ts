import { assertNonEmpty } from '../../container/assert.js';
import type { ListOptions } from '../../container/container-manager.js';
import type { ResolvedContainerSpec } from '../../container/container-spec.js';
import type { CommitOptions, ImportImageOptions } from '../../container/image.js';
import { InMemoryContainer } from './container.js';
import { EventFeed } from './event-feed.js';
import { FileTree } from './file-tree.js';
import { applyImageChanges } from './image-changes.js';
import {
  createInMemoryImage,
  newImageIdentity,
  type InMemoryImage,
  type InMemoryImageOptions,
} from './image.js';
import { ImageStore, imageRefusal } from './image-store.js';
import type { InMemoryProgram } from './process.js';
import { BUILT_IN_PROGRAMS } from './programs.js';
import { refusal } from './refusal.js';

/**
 * What there is in the in-memory runtime.
 *
 * @public
 */
export interface InMemoryRuntimeOptions {
  /** Images in storage, by reference. @defaultValue none */
  readonly images?: Readonly<Record<string, InMemoryImageOptions>> | undefined;
  /** Images that can be pulled, by reference. @defaultValue none */
  readonly registry?: Readonly<Record<string, InMemoryImageOptions>> | undefined;
  /**
   * Programs by the name, or path, of their executable. Every container has them all, with `true`, `false`, `echo`, `cat`,
   * `sleep`, `pwd` and `printenv`.
   * @defaultValue none besides those
   */
  readonly programs?: Readonly<Record<string, InMemoryProgram>> | undefined;
  /** Networks besides `default`. @defaultValue none */
  readonly networks?: readonly string[] | undefined;
}

const DEFAULT_NETWORK = 'default';

/** Images, containers, volumes and networks: what several managers can share. */
export class InMemoryRuntime {
  readonly images: ImageStore;
  readonly events = new EventFeed();
  readonly #programs: Readonly<Record<string, InMemoryProgram>>;
  readonly #networks: ReadonlySet<string>;
  readonly #containers = new Map<string, InMemoryContainer>();
  readonly #volumes = new Map<string, FileTree>();

  constructor(options: InMemoryRuntimeOptions) {
    this.images = new ImageStore(options.images ?? {}, options.registry ?? {});
    this.#programs = { ...BUILT_IN_PROGRAMS, ...options.programs };
    this.#networks = new Set([DEFAULT_NETWORK, ...(options.networks ?? [])]);
  }

  create(spec: ResolvedContainerSpec, ownerLabels: Readonly<Record<string, string>>): InMemoryContainer {
    const image = this.images.get(spec.image, 'create');
    if (this.#find(spec.name) !== undefined)
      throw refusal('NAME_IN_USE', 'create', spec.name, 'it has this name');
    const container = new InMemoryContainer({
      spec,
      image,
      labels: { ...image.labels, ...spec.labels, ...ownerLabels },
      files: this.#rootOf(spec, image),
      networks: this.#networksOf(spec),
      programs: this.#programs,
      onEvent: (subject, action, exitCode) => {
        this.#report(subject, action, exitCode);
      },
    });
    this.#containers.set(container.id, container);
    this.#report(container, 'create', undefined);
    return container;
  }

  get(container: string, operation: string): InMemoryContainer {
    const found = this.#find(container);
    if (found === undefined)
      throw refusal('CONTAINER_NOT_FOUND', operation, container, 'there is no such container');
    return found;
  }

  async remove(container: string): Promise<void> {
    const found = this.#find(container);
    if (found === undefined) return;
    await found.destroy();
    if (this.#containers.delete(found.id)) this.#report(found, 'remove', undefined);
  }

  list({ labels = {}, states }: ListOptions): readonly InMemoryContainer[] {
    return [...this.#containers.values()].filter((container) => {
      const summary = container.summary();
      return (
        (states?.includes(summary.state) ?? true) &&
        Object.entries(labels).every(([key, value]) =>
          value === null ? Object.hasOwn(summary.labels, key) : summary.labels[key] === value,
        )
      );
    });
  }

  /** There is nothing that could unpack the archive: the image has the few files that all have. */
  async importImage(
    reference: string,
    archive: AsyncIterable<Uint8Array>,
    { changes = [], platform }: ImportImageOptions,
    signal: AbortSignal,
  ): Promise<InMemoryImage> {
    assertNonEmpty('reference', reference);
    let bytes = 0;
    for await (const chunk of archive) {
      signal.throwIfAborted();
      bytes += chunk.length;
    }
    if (bytes === 0) throw imageRefusal('IMAGE_INVALID', 'importImage', reference, 'the archive is empty');
    const image = createInMemoryImage(reference, { architecture: platform?.architecture });
    const changed = applyImageChanges(image, changes);
    this.images.add(changed);
    return changed;
  }

  commit(container: InMemoryContainer, { reference, labels, changes = [] }: CommitOptions): InMemoryImage {
    const { files, image, spec } = container.parts;
    const committed: InMemoryImage = {
      ...image,
      ...newImageIdentity(),
      references: reference === undefined ? [] : [reference],
      files: files.clone(spec.mounts.map(({ target }) => target)),
      labels: { ...image.labels, ...labels },
    };
    const changed = applyImageChanges(committed, changes);
    this.images.add(changed);
    return changed;
  }

  removeImage(reference: string): void {
    this.images.remove(reference, (image) => this.list({}).some(({ parts }) => parts.image.id === image.id));
  }

  disconnect(container: InMemoryContainer, network: string | undefined): void {
    container.assertRunning('disconnectNetwork');
    if (network === undefined) {
      container.networks.clear();
    } else if (!container.networks.delete(network)) {
      throw refusal(
        'NETWORK_NOT_FOUND',
        'disconnectNetwork',
        container.id,
        `it is not connected to ${network}`,
      );
    }
  }

  #find(container: string): InMemoryContainer | undefined {
    return (
      this.#containers.get(container) ?? [...this.#containers.values()].find(({ name }) => name === container)
    );
  }

  /** Bind mounts come out as empty folders: nothing of this machine is shown in a container that does not exist. */
  #rootOf(spec: ResolvedContainerSpec, image: InMemoryImage): FileTree {
    const files = image.files.clone();
    for (const mount of spec.mounts) {
      let volume = mount.type === 'volume' ? this.#volumes.get(mount.source) : undefined;
      volume ??= new FileTree();
      if (mount.type === 'volume') this.#volumes.set(mount.source, volume);
      files.put(mount.target, volume.lookup('/')!);
    }
    const workdir = spec.workdir ?? image.workdir;
    if (files.resolve(workdir) === undefined) files.makeDirectory(workdir);
    return files;
  }

  #networksOf({ network, name }: ResolvedContainerSpec): readonly string[] {
    if (network === 'none') return [];
    const wanted = network === 'default' ? DEFAULT_NETWORK : network.name;
    if (!this.#networks.has(wanted))
      throw refusal('NETWORK_NOT_FOUND', 'create', name, `there is no network ${wanted}`);
    return [wanted];
  }

  #report(container: InMemoryContainer, action: string, exitCode: number | undefined): void {
    const { id, name, image, labels } = container.summary();
    this.events.add({ action, containerId: id, name, image, labels, exitCode });
  }
}
