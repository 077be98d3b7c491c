import type { CallOptions } from '../abort.js';
import { assertTextList } from '../container/assert.js';
import type { ImageDescription, ImportImageOptions } from '../container/image.js';
import { ContainerError } from '../errors.js';
import { checkChanges } from './image-changes.js';
import { imageContext, readImage, toImageDescription, toImageId } from './image-description.js';
import { assertPlatform } from './image-options.js';
import { parseImageName } from './image-reference.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

/** The layer of an image whose archive never arrived: SHA-256 of no bytes. */
const EMPTY_LAYER = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** How Go's readers and containers/image speak of a bad archive; a full disk, for one, reads otherwise. */
const UNUSABLE =
  /payload does not match|invalid tar header|unexpected EOF|missed writing|gzip: |zstd: |xz: |bzip2 /;

/** Makes an image of a root file system in a tar archive (also compressed) and names it. */
export async function importImage(
  client: LibpodClient,
  reference: string,
  archive: AsyncIterable<Uint8Array>,
  options: ImportImageOptions,
): Promise<ImageDescription> {
  const { repository, tag } = parseImageName('reference', reference);
  const { platform = {}, changes = [], signal } = options;
  assertPlatform('platform', platform);
  assertTextList('changes', changes);
  const context = imageContext('importImage', reference);
  const imported = await upload(archive, context, (tar) =>
    checkChanges(
      changes,
      client.json<{ readonly Id: string }>({
        method: 'POST',
        path: 'images/import',
        query: {
          reference: `${repository}:${tag}`,
          changes,
          OS: platform.os,
          Architecture: platform.architecture,
          Variant: platform.variant,
        },
        tar,
        timeoutMs: 0,
        signal,
        context,
      }),
    ),
  );
  const id = toImageId(imported.Id);
  const image = await readImage(client, id, { signal }, 'importImage');
  if (image.RootFS?.Layers?.includes(EMPTY_LAYER) !== true) return toImageDescription(image);
  await client.call({ method: 'DELETE', path: libpodPath`images/${id}`, idempotent: true, signal, context });
  throw invalid(context, 'none of the archive arrived');
}

/** Takes the images of a docker or OCI archive into storage and gives their references. */
export async function loadImages(
  client: LibpodClient,
  archive: AsyncIterable<Uint8Array>,
  options: CallOptions,
): Promise<readonly string[]> {
  const context: ErrorContext = { operation: 'loadImages' };
  const { Names } = await upload(archive, context, (tar) =>
    client.json<{ readonly Names: readonly string[] | null }>({
      method: 'POST',
      path: 'images/load',
      tar,
      timeoutMs: 0,
      signal: options.signal,
      context,
    }),
  );
  return Names ?? [];
}

/** Sends an archive, of which the service would take the emptiest for an image. */
async function upload<T>(
  archive: AsyncIterable<Uint8Array>,
  context: ErrorContext,
  send: (tar: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const source = archive[Symbol.asyncIterator]();
  try {
    let first = await source.next();
    while (first.done !== true && first.value.length === 0) first = await source.next();
    if (first.done === true) throw invalid(context, 'the archive is empty');
    return await send(continued(first.value, source));
  } catch (error) {
    if (error instanceof ContainerError && UNUSABLE.test(error.runtimeMessage ?? '')) {
      throw invalid(context, error.runtimeMessage ?? '', error);
    }
    throw error;
  } finally {
    // Also where the request never came to read it: an archive may be an open file.
    await source.return?.();
  }
}

async function* continued(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function invalid(context: ErrorContext, runtimeMessage: string, cause?: ContainerError): ContainerError {
  const what = `${context.operation}${context.image === undefined ? '' : ` ${context.image}`}`;
  return new ContainerError('IMAGE_INVALID', `${what}: not a usable archive: ${runtimeMessage}`, {
    ...context,
    status: cause?.status,
    runtimeMessage,
    cause,
  });
}
