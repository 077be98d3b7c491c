import { delay, type CallOptions } from '../abort.js';
import type { ContainerHandle } from '../container/container-manager.js';
import type { ResolvedContainerSpec } from '../container/container-spec.js';
import { ContainerError } from '../errors.js';
import { inspectContainer, removeContainer } from './containers.js';
import { toCreateBody } from './create-body.js';
import { delayAbort, LATE_ANSWER_MS } from './delayed-abort.js';
import type { LibpodClient } from './libpod-client.js';

/** How often, and how far apart, a container is looked for whose creation was not answered: it may still be under way. */
const LOOKUPS = 4;
const LOOKUP_MS = 250;

/**
 * Creates a container, and leaves none behind when that fails or is aborted.
 *
 * @remarks
 * An abort does not cut the request off at once: the container may be made all the same. Podman has no idempotency key,
 * so that after a lost answer the container is looked up by its name and its `nonce` label.
 */
export function createContainer(
  client: LibpodClient,
  spec: ResolvedContainerSpec,
  options: CallOptions,
): Promise<ContainerHandle> {
  return client.undertake('create', options.signal, (signal) => create(client, spec, signal));
}

async function create(
  client: LibpodClient,
  spec: ResolvedContainerSpec,
  signal: AbortSignal,
): Promise<ContainerHandle> {
  signal.throwIfAborted();
  const late = delayAbort(signal, LATE_ANSWER_MS);
  const id = await request(client, spec, late.signal)
    .catch(async (error: unknown) => {
      const found = isUnanswered(error, late.signal) ? await lookUp(client, spec) : undefined;
      if (found !== undefined) return found;
      signal.throwIfAborted();
      throw error;
    })
    .finally(() => {
      late.release();
    });
  const handle = new PodmanContainerHandle(client, id, spec.name);
  if (signal.aborted) {
    // The reason counts, whatever becomes of this; what is left then is an orphan that carries its owner's name.
    await handle.remove().catch(() => undefined);
    throw signal.reason;
  }
  return handle;
}

async function request(
  client: LibpodClient,
  spec: ResolvedContainerSpec,
  signal: AbortSignal,
): Promise<string> {
  const { Id } = await client.json<{ readonly Id: string }>({
    method: 'POST',
    path: 'containers/create',
    json: toCreateBody(spec),
    signal,
    context: { operation: 'create', container: spec.name, image: spec.image },
  });
  return Id;
}

function isUnanswered(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return true;
  return error instanceof ContainerError && ['CONNECTION_LOST', 'DEADLINE_EXCEEDED'].includes(error.code);
}

/** The container that was made without an answer; the labels tell it from another of the same name. */
async function lookUp(client: LibpodClient, spec: ResolvedContainerSpec): Promise<string | undefined> {
  for (let lookup = 0; lookup < LOOKUPS; lookup += 1) {
    if (lookup > 0) await delay(LOOKUP_MS);
    try {
      const { id, labels } = await inspectContainer(client, spec.name, {}, 'create');
      return Object.entries(spec.labels).every(([key, value]) => labels[key] === value) ? id : undefined;
    } catch (error) {
      if (!(error instanceof ContainerError && error.code === 'CONTAINER_NOT_FOUND')) return undefined;
    }
  }
  return undefined;
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
