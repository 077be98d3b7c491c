import type { CallOptions } from '../abort.js';
import type { ContainerHandle } from '../container/container-manager.js';
import type { ResolvedContainerSpec } from '../container/container-spec.js';
import { ContainerError } from '../errors.js';
import { inspectContainer, removeContainer } from './containers.js';
import { toCreateBody } from './create-body.js';
import type { LibpodClient } from './libpod-client.js';

/**
 * Creates a container, and leaves none behind when that fails or is aborted.
 *
 * @remarks
 * The request is not given the signal: one that was cut off may have made the container all the same. Podman has no
 * idempotency key, so that after a lost answer the container is looked up by its name and its `nonce` label.
 */
export async function createContainer(
  client: LibpodClient,
  spec: ResolvedContainerSpec,
  options: CallOptions,
): Promise<ContainerHandle> {
  options.signal?.throwIfAborted();
  const id = await request(client, spec);
  const handle = new PodmanContainerHandle(client, id, spec.name);
  if (options.signal?.aborted === true) {
    await handle.remove();
    throw options.signal.reason;
  }
  return handle;
}

async function request(client: LibpodClient, spec: ResolvedContainerSpec): Promise<string> {
  try {
    const { Id } = await client.json<{ readonly Id: string }>({
      method: 'POST',
      path: 'containers/create',
      json: toCreateBody(spec),
      context: { operation: 'create', container: spec.name, image: spec.image },
    });
    return Id;
  } catch (error) {
    if (!(error instanceof ContainerError && ['CONNECTION_LOST', 'DEADLINE_EXCEEDED'].includes(error.code)))
      throw error;
    const found = await inspectContainer(client, spec.name, {}, 'create').catch(() => undefined);
    const ours =
      found !== undefined && Object.entries(spec.labels).every(([key, value]) => found.labels[key] === value);
    if (!ours) throw error;
    return found.id;
  }
}

class PodmanContainerHandle implements ContainerHandle {
  readonly id: string;
  readonly name: string;
  readonly #client: LibpodClient;

  constructor(client: LibpodClient, id: string, name: string) {
    this.#client = client;
    this.id = id;
    this.name = name;
  }

  remove(options: CallOptions = {}): Promise<void> {
    return removeContainer(this.#client, this.id, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }
}
