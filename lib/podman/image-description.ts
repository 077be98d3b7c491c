import type { CallOptions } from '../abort.js';
import { assertNonEmpty } from '../container/assert.js';
import type { ImageDescription } from '../container/image.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';
import type { ErrorContext } from './wire-error.js';

/** https://docs.podman.io/en/latest/_static/api.html#tag/images/operation/ImageInspectLibpod */
export interface WireImage {
  readonly Id: string;
  readonly Digest?: string | null;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Size: number;
  readonly Architecture: string;
  readonly Os: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Created?: string | null;
  readonly Config?: { readonly Env?: readonly string[] | null } | null;
  readonly RootFS?: { readonly Layers?: readonly string[] | null } | null;
}

export function imageContext(operation: string, image: string): ErrorContext & { readonly image: string } {
  return { operation, image, notFound: 'IMAGE_NOT_FOUND' };
}

/** Describes an image in local storage. */
export async function inspectImage(
  client: LibpodClient,
  reference: string,
  options: CallOptions,
  operation = 'inspectImage',
): Promise<ImageDescription> {
  return toImageDescription(await readImage(client, reference, options, operation));
}

/** An image in local storage, as the service tells it. */
export function readImage(
  client: LibpodClient,
  reference: string,
  options: CallOptions,
  operation: string,
): Promise<WireImage> {
  assertNonEmpty('reference', reference);
  return client.json<WireImage>({
    method: 'GET',
    path: libpodPath`images/${reference}/json`,
    signal: options.signal,
    context: imageContext(operation, reference),
  });
}

export function toImageDescription(wire: WireImage): ImageDescription {
  const tags = wire.RepoTags ?? [];
  const created = Date.parse(wire.Created ?? '');
  return {
    id: toImageId(wire.Id),
    digest: wire.Digest === null || wire.Digest === '' ? undefined : wire.Digest,
    // One that was pulled by its digest has no other name.
    references: tags.length > 0 ? tags : (wire.RepoDigests ?? []),
    sizeBytes: wire.Size,
    architecture: wire.Architecture,
    os: wire.Os,
    labels: wire.Labels ?? {},
    env: Object.fromEntries((wire.Config?.Env ?? []).map(splitEnvironment)),
    // Go's zero time stands for none; 1970 is what reproducible images say.
    createdAt: Number.isNaN(created) || created < 0 ? undefined : created,
  };
}

/** Some endpoints write `sha256:` in front, others do not. */
export function toImageId(id: string): string {
  return id.replace(/^sha256:/, '');
}

function splitEnvironment(entry: string): [string, string] {
  const at = entry.indexOf('=');
  return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}
