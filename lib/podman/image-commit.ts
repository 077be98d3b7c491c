import { assertBoolean, assertTextList, assertTextRecord } from '../container/assert.js';
import type { CommitOptions, ImageDescription } from '../container/image.js';
import { OWNER_LABEL_PREFIX } from '../container/owner-labels.js';
import { InvalidArgumentError } from '../errors.js';
import { contextOf, inspectContainer } from './containers.js';
import { checkChanges, toLabelChange } from './image-changes.js';
import { inspectImage, toImageId } from './image-description.js';
import { parseImageName } from './image-reference.js';
import type { LibpodClient } from './libpod-client.js';
import { negotiate } from './negotiate.js';
import { quirksOf } from './quirks.js';

/**
 * Makes an image of a container's file system. Aborting does not keep the service from finishing it.
 *
 * @remarks
 * Podman gives the image the container's labels too, and whatever is run of the image gets them from there. Those that
 * name the container's owner are emptied (they cannot be taken away), or what somebody else runs of the image would
 * pass for an orphan of that owner. No comment is sent: images in OCI's format take none, the service answers 500.
 */
export async function commitContainer(
  client: LibpodClient,
  container: string,
  options: CommitOptions,
): Promise<ImageDescription> {
  const { reference, labels = {}, changes = [], pause = true, signal } = options;
  const name = reference === undefined ? undefined : parseImageName('reference', reference);
  assertLabels(labels);
  assertTextList('changes', changes);
  assertBoolean('pause', pause);
  const { commitTakesConfig } = quirksOf((await negotiate(client, 'commit', signal)).version);
  const own = (await inspectContainer(client, container, { signal }, 'commit')).labels;
  const ownerKeys = Object.keys(own).filter((key) => key.startsWith(OWNER_LABEL_PREFIX));
  const all = { ...Object.fromEntries(ownerKeys.map((key) => [key, ''])), ...labels };
  const labelChanges = Object.entries(all).map(([key, value]) => toLabelChange(key, value));
  const { Id } = await checkChanges(
    changes,
    client.json<{ readonly Id: string }>({
      method: 'POST',
      path: 'commit',
      query: {
        container,
        repo: name?.repository,
        tag: name?.tag,
        format: 'oci',
        pause,
        changes: commitTakesConfig ? changes : [...changes, ...labelChanges],
      },
      json: commitTakesConfig ? { Labels: all } : undefined,
      timeoutMs: 0,
      signal,
      context: { ...contextOf('commit', container), image: reference },
    }),
  );
  return inspectImage(client, toImageId(Id), { signal }, 'commit');
}

/** A key with `=` in it cannot be written for all versions. */
function assertLabels(labels: Readonly<Record<string, string>>): void {
  assertTextRecord('labels', labels);
  const key = Object.keys(labels).find((text) => text.includes('='));
  if (key !== undefined) throw new InvalidArgumentError('labels key', key, 'must not contain "="');
}
