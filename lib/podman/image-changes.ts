import { ContainerError, InvalidArgumentError } from '../errors.js';

/**
 * An image's label as a change, for versions that take changes as they are: one label an instruction, its key up to the
 * first `=`, one pair of quotes stripped from around either; there is no escaping, and none is needed, whatever is
 * between them (containers/common, libimage/import.go, ImageConfigFromChanges).
 */
export function toLabelChange(key: string, value: string): string {
  return `LABEL "${key}"="${value}"`;
}

/** Settles as the call does, but blames the change that the service's words are about. */
export async function checkChanges<T>(changes: readonly string[], call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const message = error instanceof ContainerError ? (error.runtimeMessage ?? '') : '';
    const refused = changes.find((change) =>
      [
        `change ${JSON.stringify(change)}`,
        `instruction ${JSON.stringify(change)}`,
        `change set ${change}`,
      ].some((blame) => message.includes(blame)),
    );
    if (refused === undefined) throw error;
    throw new InvalidArgumentError('changes', refused, `must be instructions that Podman takes (${message})`);
  }
}
