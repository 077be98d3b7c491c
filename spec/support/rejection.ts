import type { ContainerError } from '../../lib/errors.js';

/** What a promise rejects with, which must be an error of ours or of the spec's own. Throws when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<ContainerError> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as ContainerError;
  }
  throw new Error(`it resolved, with ${JSON.stringify(value)}`);
}
