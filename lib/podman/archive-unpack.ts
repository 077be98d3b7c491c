import { extract as createExtract, type ExtractEvents, type Header } from 'tar-stream';
import { linkSignals } from '../abort.js';
import { ContainerError, type PodrootErrorCode } from '../errors.js';
import { isAmbiguous, readPathStat, toPattern } from './archive-stat.js';
import { libpodPath, type LibpodClient } from './libpod-client.js';

/** A header as it was read. */
export interface UnpackedHeader extends Omit<Header, 'type' | 'linkname' | 'pax'> {
  /** `null` for a type that tar-stream does not know. */
  readonly type: Header['type'] | null;
  readonly linkname: string | null;
  readonly pax: Readonly<Record<string, string>> | null;
  /** Where in the archive the content begins. */
  readonly byteOffset: number;
}

/** An entry's content, a stream. */
export type EntryContent = ExtractEvents['entry'][1];

/** Takes an entry, and reads its content to the end or fails. The next one comes when it is done. */
export type EntryHandler = (header: UnpackedHeader, content: EntryContent) => Promise<void>;

/** What is copied out, for the request and for errors. */
export interface UnpackRequest {
  readonly operation: 'copyFrom' | 'readFile';
  readonly container: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

const BLOCK_BYTES = 512;
const END_BYTES = 2 * BLOCK_BYTES;
/** Most bytes of headers or padding between two contents; long names and attributes are at most 4 MiB each. */
const MOST_OVERHEAD_BYTES = 32 * 1024 * 1024;

/**
 * Asks for the archive of a path and gives its entries to a handler, one after the other.
 *
 * Podman logs what goes wrong after its answer began, and ends the answer as if nothing had happened: an archive counts
 * as whole only with its end marker and at least one entry.
 */
export async function unpackArchive(
  client: LibpodClient,
  request: UnpackRequest,
  handle: EntryHandler,
): Promise<void> {
  const { operation, container, path } = request;
  const pattern = toPattern(path);
  if (pattern === undefined) {
    throw toArchiveError(
      request,
      'NOT_SUPPORTED',
      'cannot be asked for, as Podman does not take "*" in a path',
    );
  }
  const ending = new AbortController();
  const link = linkSignals([request.signal, ending.signal], 0, operation);
  try {
    const { headers, body } = await client.stream({
      method: 'GET',
      path: libpodPath`containers/${container}/archive`,
      query: { path: pattern },
      signal: link.signal,
      context: { operation, container, otherwise: 'COPY_FAILED' },
    });
    if (isAmbiguous(pattern, readPathStat(headers) ?? {})) {
      throw toArchiveError(
        request,
        'COPY_FAILED',
        'is behind a link to a name that Podman takes for a pattern',
      );
    }
    await readEntries(body, request, handle, () => {
      ending.abort(new Error('the reading was ended'));
    });
  } catch (error) {
    if (!(error instanceof ContainerError) || error.code !== 'PATH_NOT_FOUND') throw error;
    // Podman's own words do not say which path.
    throw new ContainerError(error.code, `${operation} ${container} failed: ${path} does not exist`, {
      operation,
      container,
      status: error.status,
      runtimeMessage: error.runtimeMessage,
      cause: error,
    });
  } finally {
    ending.abort(new Error('the reading was ended'));
    link.release();
  }
}

/** The same for bytes from anywhere. `stop` makes them end, and is called when their end is not waited for. */
export async function readEntries(
  bytes: AsyncIterable<Uint8Array>,
  request: UnpackRequest,
  handle: EntryHandler,
  stop: () => void,
): Promise<void> {
  const extract = createExtract();
  const marker = createEndMarker();
  let failure: { readonly error: unknown } | undefined;
  let handling = Promise.resolve();
  let ended = false;
  const fail = (error: unknown): void => {
    failure ??= { error };
    extract.destroy();
    stop();
  };
  extract.on('entry', (headers, content, next) => {
    const header = headers as unknown as UnpackedHeader;
    content.on('error', () => undefined);
    marker.entry(header);
    handling = handle(header, content).then(() => {
      next();
    }, fail);
  });
  extract.on('error', (cause: Error) => {
    fail(
      toArchiveError(request, ended ? 'COPY_FAILED' : 'PROTOCOL_ERROR', 'came damaged or cut short', cause),
    );
  });
  const closed = new Promise<void>((resolve) =>
    extract.once('close', () => {
      resolve();
    }),
  );
  try {
    for await (const chunk of bytes) {
      marker.read(chunk);
      if (marker.overhead > MOST_OVERHEAD_BYTES) {
        throw toArchiveError(
          request,
          'ARCHIVE_LIMIT',
          `has more than ${MOST_OVERHEAD_BYTES} bytes without an entry`,
        );
      }
      await write(extract, chunk);
      if (extract.destroyed) break;
    }
    ended = true;
    extract.end(null);
    await closed;
  } catch (error) {
    fail(error);
  }
  await handling;
  if (failure !== undefined) throw failure.error;
  if (!marker.whole) throw toArchiveError(request, 'COPY_FAILED', 'came cut short or empty');
}

/** An error about the archive as a whole. */
export function toArchiveError(
  { operation, container, path }: UnpackRequest,
  code: PodrootErrorCode,
  problem: string,
  cause?: unknown,
): ContainerError {
  return new ContainerError(code, `${operation} ${container} failed: the archive of ${path} ${problem}`, {
    operation,
    container,
    cause,
  });
}

/** What Node's streams and tar-stream's have in common. */
interface WritableBytes {
  readonly destroyed: boolean;
  write(chunk: Uint8Array): boolean;
  on(event: 'drain' | 'close', listener: () => void): this;
  off(event: 'drain' | 'close', listener: () => void): this;
}

/** Resolves when the stream takes more, or will take no more. */
export function write(stream: WritableBytes, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.write(chunk)) {
      resolve();
      return;
    }
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

/** Watches for the two blocks of zeros after the last entry, which tar-stream takes or leaves. */
function createEndMarker() {
  let total = 0;
  let zeros = 0;
  let entriesEnd: number | undefined;
  return {
    read(chunk: Uint8Array): void {
      total += chunk.length;
      let trailing = 0;
      while (trailing < Math.min(chunk.length, END_BYTES) && chunk[chunk.length - 1 - trailing] === 0)
        trailing += 1;
      zeros = trailing === chunk.length ? zeros + trailing : trailing;
    },
    entry({ byteOffset, size, type }: UnpackedHeader): void {
      const content = type === 'directory' ? 0 : Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
      entriesEnd = byteOffset + content;
    },
    get overhead(): number {
      return total - (entriesEnd ?? 0);
    },
    get whole(): boolean {
      return entriesEnd !== undefined && Math.min(zeros, total - entriesEnd) >= END_BYTES;
    },
  };
}
