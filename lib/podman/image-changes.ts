import { assertNonEmpty } from '../container/assert.js';
import { ContainerError, InvalidArgumentError } from '../errors.js';

/**
 * An image's label as a change. Podman takes one label an instruction, its key up to the first `=`, and strips one pair of
 * quotes around either; there is no escaping, and none is needed, whatever is between them
 * (containers/common, libimage/import.go, ImageConfigFromChanges).
 *
 * @throws {@link InvalidArgumentError} for a key with `=` in it, which no quoting helps
 */
export function toLabelChange(field: string, key: string, value: string): string {
  assertNonEmpty(`${field} key`, key);
  if (key.includes('=')) throw new InvalidArgumentError(`${field} key`, key, 'must not contain "="');
  return `LABEL "${key}"="${value}"`;
}

/** Settles as the call does, but blames the changes where the service does. */
export async function checkChanges<T>(changes: readonly string[], call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const message = error instanceof ContainerError ? (error.runtimeMessage ?? '') : '';
    const refused = changes.find((change) => message.includes(`invalid change ${JSON.stringify(change)}`));
    if (refused === undefined) throw error;
    const reason = message.slice(message.lastIndexOf(' - ') + 3);
    throw new InvalidArgumentError('changes', refused, `must be instructions that Podman takes (${reason})`);
  }
}
