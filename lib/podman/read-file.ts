import { PassThrough } from 'node:stream';
import type { CallOptions } from '../abort.js';
import { linkSignals } from '../abort.js';
import { resolveContainerPath } from '../container/resolve-copy-entries.js';
import { toArchiveError, unpackArchive, write, type UnpackRequest } from './archive-unpack.js';
import type { LibpodClient } from './libpod-client.js';

/** A regular file's content: see `ContainerManager.readFile`. The request is made when reading begins. */
export async function* readFile(
  client: LibpodClient,
  container: string,
  path: string,
  options: CallOptions,
): AsyncIterable<Uint8Array> {
  const normal = resolveContainerPath('path', path);
  options.signal?.throwIfAborted();
  const left = new AbortController();
  const link = linkSignals([options.signal, left.signal], 0, 'readFile');
  const request: UnpackRequest = { operation: 'readFile', container, path: normal, signal: link.signal };
  const output = new PassThrough();
  let failure: { readonly error: unknown } | undefined;
  let entries = 0;
  const unpacking = unpackArchive(client, request, async (header, content) => {
    entries += 1;
    if (header.type !== 'file' || entries > 1)
      throw toArchiveError(request, 'COPY_FAILED', 'is not that of a regular file');
    for await (const chunk of content as AsyncIterable<Uint8Array>) await write(output, chunk);
  }).then(
    () => output.end(),
    (error: unknown) => {
      failure = { error };
      output.destroy();
    },
  );
  try {
    for await (const chunk of output as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw failure === undefined ? error : failure.error;
  } finally {
    left.abort(new Error('the reader left'));
    output.destroy();
    link.release();
    await unpacking;
  }
}
