import type { CallOptions } from '../abort.js';
import { ContainerError } from '../errors.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';

/** What the header of https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerArchiveLibpod says. */
export interface ArchivePathStat {
  /** Bytes; that of the link itself for a link. */
  readonly size?: number;
  /** Whether it is a folder, or a link to one. */
  readonly isDir?: boolean;
}

/** Looks at a path in a container; `undefined` when it is not there, or is a link that leads nowhere. */
export async function statPath(
  client: LibpodClient,
  container: string,
  path: string,
  operation: string,
  options: CallOptions,
): Promise<ArchivePathStat | undefined> {
  try {
    const { headers } = await client.call({
      method: 'HEAD',
      path: libpodPath`containers/${container}/archive`,
      query: { path },
      signal: options.signal,
      context: { operation, container },
    });
    const header = headers['x-docker-container-path-stat'];
    return JSON.parse(Buffer.from(String(header), 'base64').toString()) as ArchivePathStat;
  } catch (error) {
    // An answer to HEAD has no text, so that its status is all there is.
    if (error instanceof ContainerError && error.status === 404) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new ContainerError(
      'PROTOCOL_ERROR',
      `${operation} ${container}: Podman's answer about ${path} is not readable`,
      {
        operation,
        container,
        cause: error,
      },
    );
  }
}
