import type { RuntimeDescription } from '../container/description.js';
import { ContainerError } from '../errors.js';
import type { LibpodClient } from './libpod-client.js';

const LEAST_MAJOR = 4;

/**
 * Asks which service answers, and refuses those that cannot be used.
 *
 * @remarks
 * `_ping` is the one endpoint that never waits for a lock (podman#27949). Only Podman sends `Libpod-API-Version`.
 * @throws `RUNTIME_UNSUPPORTED` for Docker and for Podman before 4.0
 */
export async function negotiate(
  client: LibpodClient,
  operation: string,
  signal: AbortSignal | undefined,
): Promise<RuntimeDescription> {
  const answer = await client
    .call({ method: 'GET', path: '_ping', signal, context: { operation } })
    .catch((error: unknown) => {
      // Docker answers 404 to a path it does not know; a service that fails by itself is another matter.
      if (error instanceof ContainerError && error.status !== undefined && error.status < 500) {
        throw notPodman(operation, error);
      }
      throw error;
    });
  const version = answer.headers['libpod-api-version'];
  if (typeof version !== 'string') throw notPodman(operation, undefined);
  const major = Number(version.split('.', 1)[0]);
  if (!(major >= LEAST_MAJOR)) {
    throw new ContainerError(
      'RUNTIME_UNSUPPORTED',
      `Podman ${version} answers, which is too old: podroot needs ${LEAST_MAJOR}.0 or newer`,
      { operation },
    );
  }
  return { name: 'podman', version, apiVersion: version };
}

function notPodman(operation: string, cause: unknown): ContainerError {
  return new ContainerError(
    'RUNTIME_UNSUPPORTED',
    'what answers is not Podman (it sends no Libpod-API-Version); Docker cannot be used in its place',
    { operation, cause },
  );
}
