import { assertNonEmpty } from '../../container/assert.js';
import type { EnsureImageOptions } from '../../container/image.js';
import { ContainerError, type PodrootErrorCode } from '../../errors.js';
import { createInMemoryImage, type InMemoryImage, type InMemoryImageOptions } from './image.js';

/** The images of the in-memory runtime, and of the registry it pulls from. */
export class ImageStore {
  readonly #registry: Readonly<Record<string, InMemoryImageOptions>>;
  #images: InMemoryImage[];

  constructor(
    images: Readonly<Record<string, InMemoryImageOptions>>,
    registry: Readonly<Record<string, InMemoryImageOptions>>,
  ) {
    this.#registry = registry;
    this.#images = Object.entries(images).map(([reference, image]) => createInMemoryImage(reference, image));
  }

  /** The image with this reference or id. */
  get(reference: string, operation: string): InMemoryImage {
    assertNonEmpty('reference', reference);
    const image = this.#find(reference);
    if (image === undefined)
      throw imageRefusal('IMAGE_NOT_FOUND', operation, reference, 'it is not in storage');
    return image;
  }

  /** Adds an image; its references name it from now on, and no other. */
  add(image: InMemoryImage): void {
    for (const reference of image.references) this.#untag(reference);
    this.#images.push(image);
  }

  /** Has the image as the policy says. */
  ensure(reference: string, { policy = 'missing', onProgress }: EnsureImageOptions): InMemoryImage {
    assertNonEmpty('reference', reference);
    const local = this.#find(reference);
    if (policy === 'never' || (policy === 'missing' && local !== undefined))
      return this.get(reference, 'ensureImage');
    const remote = Object.hasOwn(this.#registry, reference) ? this.#registry[reference] : undefined;
    if (remote === undefined) {
      if (policy === 'newer' && local !== undefined) return local;
      throw imageRefusal('IMAGE_PULL_FAILED', 'ensureImage', reference, 'the registry does not have it');
    }
    onProgress?.({ reference, attempt: 1, text: `Trying to pull ${reference}` });
    const image = createInMemoryImage(reference, remote);
    this.add(image);
    return image;
  }

  load(): never {
    throw new ContainerError('NOT_SUPPORTED', 'the in-memory runtime cannot read image archives', {
      operation: 'loadImages',
    });
  }

  /** Removes a reference, and the image with its last one. */
  remove(reference: string, inUse: (image: InMemoryImage) => boolean): void {
    assertNonEmpty('reference', reference);
    const image = this.#find(reference);
    if (image === undefined) return;
    if (image.references.length > 1 && image.references.includes(reference)) {
      this.#untag(reference);
      return;
    }
    if (inUse(image)) throw imageRefusal('IMAGE_IN_USE', 'removeImage', reference, 'containers use it');
    this.#images = this.#images.filter(({ id }) => id !== image.id);
  }

  #find(reference: string): InMemoryImage | undefined {
    return this.#images.find(({ id, references }) => id === reference || references.includes(reference));
  }

  #untag(reference: string): void {
    this.#images = this.#images.map((image) => ({
      ...image,
      references: image.references.filter((other) => other !== reference),
    }));
  }
}

export function imageRefusal(
  code: PodrootErrorCode,
  operation: string,
  image: string,
  reason: string,
): ContainerError {
  return new ContainerError(code, `${operation} ${image} failed: ${reason}`, {
    operation,
    image,
    runtimeMessage: reason,
  });
}
