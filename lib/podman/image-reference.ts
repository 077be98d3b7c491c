import { assertNonEmpty } from '../container/assert.js';
import { InvalidArgumentError } from '../errors.js';

/** A name for a new image. */
export interface ImageName {
  /** With its registry: `localhost:5000/team/image`. */
  readonly repository: string;
  readonly tag: string;
}

/** https://github.com/distribution/reference: parts of lower-case letters and digits, with single separators inside. */
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REGISTRY = String.raw`(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9.-]+)(?::\d+)?`;
const REPOSITORY = new RegExp(`^(?:${REGISTRY}/)?${PART}(?:/${PART})*$`);
const TAG = /^\w[\w.-]{0,127}$/;
const DEFAULT_TAG = 'latest';

/**
 * Takes apart the name of an image to be made. A colon in front of the last slash is a registry's port, not a tag's.
 *
 * @throws {@link InvalidArgumentError} for anything else, a digest in particular: an image is not named before it exists
 */
export function parseImageName(field: string, reference: string): ImageName {
  assertNonEmpty(field, reference);
  if (reference.includes('@')) throw new InvalidArgumentError(field, reference, 'must not hold a digest');
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  const repository = colon === -1 ? reference : reference.slice(0, colon);
  const tag = colon === -1 ? DEFAULT_TAG : reference.slice(colon + 1);
  if (!REPOSITORY.test(repository) || !TAG.test(tag)) {
    throw new InvalidArgumentError(
      field,
      reference,
      'must be an image name as in "registry:5000/name:tag", in lower case',
    );
  }
  return { repository, tag };
}
