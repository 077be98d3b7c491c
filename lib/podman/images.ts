import { linkSignals, type CallOptions } from '../abort.js';
import { assertNonEmpty } from '../container/assert.js';
import type { Platform } from '../container/container-spec.js';
import type { EnsureImageOptions, ImageDescription } from '../container/image.js';
import { ContainerError } from '../errors.js';
import { imageContext, inspectImage } from './image-description.js';
import { resolveEnsureImageOptions } from './image-options.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';
import { pullImage } from './pull.js';

export { importImage, loadImages } from './image-archive.js';
export { commitContainer } from './image-commit.js';
export { inspectImage } from './image-description.js';

const OPERATION = 'ensureImage';

/**
 * Has the image in local storage, pulled as the policy says, and describes it.
 *
 * @remarks
 * Whether it is there already is asked here and not left to the pull's own policy, so that with `missing` no registry is
 * needed for it. An image of another platform than the one asked for does not count; Podman itself only warns of that.
 */
export async function ensureImage(
  client: LibpodClient,
  reference: string,
  options: EnsureImageOptions,
): Promise<ImageDescription> {
  const resolved = resolveEnsureImageOptions(reference, options);
  const { policy, platform } = resolved;
  const link = linkSignals([options.signal], resolved.timeoutMs, OPERATION);
  const { signal } = link;
  try {
    if (policy === 'missing' || policy === 'never') {
      const present = await findImage(client, reference, { signal });
      if (present !== undefined && isOfPlatform(present, platform)) return present;
      if (policy === 'never') throw notFound(reference, platform, present);
    }
    const id = await pullImage(client, resolved, signal);
    const pulled = await inspectImage(client, id, { signal }, OPERATION);
    if (isOfPlatform(pulled, platform)) return pulled;
    throw new ContainerError(
      'IMAGE_PULL_FAILED',
      `pulling ${reference} failed: the registry has it for ${platformOf(pulled)}, not for ${describe(platform)}`,
      imageContext(OPERATION, reference),
    );
  } finally {
    link.release();
  }
}

/** Removes an image; one that is gone already is fine. */
export async function removeImage(
  client: LibpodClient,
  reference: string,
  options: CallOptions,
): Promise<void> {
  assertNonEmpty('reference', reference);
  const context = imageContext('removeImage', reference);
  try {
    const { Errors } = await client.json<{ readonly Errors?: readonly string[] | null }>({
      method: 'DELETE',
      path: libpodPath`images/${reference}`,
      idempotent: true,
      signal: options.signal,
      context,
    });
    const runtimeMessage = Errors?.find((text) => text !== '');
    if (runtimeMessage === undefined) return;
    throw new ContainerError('RUNTIME_ERROR', `removeImage ${reference} failed: ${runtimeMessage}`, {
      ...context,
      runtimeMessage,
    });
  } catch (error) {
    if (!(error instanceof ContainerError && error.code === 'IMAGE_NOT_FOUND')) throw error;
  }
}

async function findImage(
  client: LibpodClient,
  reference: string,
  options: CallOptions,
): Promise<ImageDescription | undefined> {
  try {
    return await inspectImage(client, reference, options, OPERATION);
  } catch (error) {
    if (error instanceof ContainerError && error.code === 'IMAGE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The variant is not looked at: images mostly do not name theirs. */
function isOfPlatform(image: ImageDescription, platform: Platform): boolean {
  const { os, architecture } = platform;
  return (
    (os === undefined || os === image.os) &&
    (architecture === undefined || architecture === image.architecture)
  );
}

function platformOf({ os, architecture }: ImageDescription): string {
  return `${os}/${architecture}`;
}

function describe({ os, architecture }: Platform): string {
  return `${os ?? 'any'}/${architecture ?? 'any'}`;
}

function notFound(
  reference: string,
  platform: Platform,
  present: ImageDescription | undefined,
): ContainerError {
  const what =
    present === undefined
      ? 'is not in local storage'
      : `is in local storage for ${platformOf(present)}, not for ${describe(platform)}`;
  return new ContainerError(
    'IMAGE_NOT_FOUND',
    `the image ${reference} ${what}, and the policy is never to pull`,
    imageContext(OPERATION, reference),
  );
}
