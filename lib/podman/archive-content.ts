import type { Pack } from 'tar-stream';
import type { CopyEntry, CopyFile } from '../container/copy.js';
import type { ArchiveHeader } from './archive-header.js';

type Content = AsyncIterable<Uint8Array>;
type Sink = ReturnType<Pack['entry']>;

/** Writes an entry that has no content, or has it in memory. */
export function packBytes(pack: Pack, header: ArchiveHeader, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = openEntry(pack, header, resolve, reject);
    if (header.type !== 'file') return;
    if (bytes.length > 0) sink.write(bytes);
    sink.end(null);
  });
}

/**
 * Writes a file that comes as a stream, held up while the archive's reader is busy. The stream must give as many bytes
 * as the header says.
 *
 * @param toMismatch - makes the error for anything else
 */
export async function packStream(
  pack: Pack,
  header: ArchiveHeader,
  content: Content,
  toMismatch: (problem: string) => Error,
): Promise<void> {
  const { size } = header;
  const iterator = content[Symbol.asyncIterator]();
  const entry = openInterruptibleEntry(pack, header);
  let received = 0;
  try {
    while (true) {
      const result = await entry.unlessEnded(() => iterator.next());
      if (result.done === true) break;
      const chunk: unknown = result.value;
      if (!(chunk instanceof Uint8Array)) throw toMismatch('gave something that is not bytes');
      received += chunk.length;
      if (received > size) throw toMismatch(`gave more than the ${size} bytes it was to have`);
      if (chunk.length > 0) await entry.unlessEnded(() => entry.write(chunk));
    }
  } catch (error) {
    closeContent(content, iterator);
    throw error;
  }
  if (received < size) throw toMismatch(`gave ${received} bytes, but was to have ${size}`);
  await entry.end();
}

/** Ends a stream of the caller's that will not be read, or not further. It is not waited for, as it may be stuck. */
export function closeContent(content: Content, iterator?: AsyncIterator<Uint8Array>): void {
  const { destroy } = content as { readonly destroy?: unknown };
  if (typeof destroy === 'function') {
    destroy.call(content);
    return;
  }
  (async () => iterator?.return?.() ?? content[Symbol.asyncIterator]().return?.())().catch(() => undefined);
}

/**
 * Sees to the streams among what is to be copied while something is done with it: they are closed afterwards, and one
 * that fails before it is its turn does not end the process; its reader gets the error then.
 */
export async function holdContents<T>(entries: readonly CopyEntry[], act: () => Promise<T>): Promise<T> {
  const streams = findStreams(entries);
  for (const stream of streams) {
    const { on } = stream as { readonly on?: unknown };
    if (typeof on === 'function') on.call(stream, 'error', () => undefined);
  }
  try {
    return await act();
  } finally {
    for (const stream of streams) closeContent(stream);
  }
}

/** As nothing has been validated yet, anything may be there. */
function findStreams(entries: unknown): readonly Content[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown) => {
    const content = (entry as Partial<CopyFile> | null | undefined)?.content;
    return typeof content === 'object' && Symbol.asyncIterator in content ? [content] : [];
  });
}

function openEntry(
  pack: Pack,
  header: ArchiveHeader,
  resolve: () => void,
  reject: (error: Error) => void,
): Sink {
  const sink = pack.entry(header, (error) => {
    if (error) reject(error);
    else resolve();
  });
  sink.on('error', () => undefined);
  return sink;
}

/**
 * An entry whose waits end when the archive is destroyed. One hook is moved along, because a race against one promise
 * for every chunk would keep something of each until the end.
 */
function openInterruptibleEntry(pack: Pack, header: ArchiveHeader) {
  let sink: Sink | undefined;
  let ended: { readonly error: Error } | undefined;
  let interrupt: ((error: Error) => void) | undefined;
  const written = new Promise<void>((resolve, reject) => {
    sink = openEntry(pack, header, resolve, reject);
  });
  written.catch((error: unknown) => {
    ended = { error: error as Error };
    interrupt?.(ended.error);
  });
  return {
    unlessEnded<T>(start: () => Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended.error);
          return;
        }
        interrupt = reject;
        start().then(resolve, reject);
      });
    },
    write: (chunk: Uint8Array): Promise<void> =>
      new Promise((resolve) => {
        if (sink?.write(chunk) !== false) resolve();
        else sink.once('drain', resolve);
      }),
    end(): Promise<void> {
      sink?.end(null);
      return written;
    },
  };
}
