import { pack as createPack, type Pack } from 'tar-stream';
import { ContainerError } from '../errors.js';
import { packBytes, packStream } from './archive-content.js';
import { toArchiveHeader } from './archive-header.js';
import { packHostTree } from './archive-host-tree.js';
import type { PackItem } from './archive-plan.js';
import { createThrottle, type PackThrottle } from './archive-throttle.js';

/** An archive in the making. */
export interface PackedArchive {
  /** Its bytes, made as they are read; to be read once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Whether all entries were made. */
  readonly whole: boolean;
  /** Why it could not be made, once that is so and nobody else had stopped it before. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Stops making it, and closes what it is reading. */
  destroy(): void;
}

const NOTHING = new Uint8Array(0);

/** Makes a tar archive of entries, one after the other. Holds no more than a few pieces of it in memory. */
export function packArchive(container: string, items: readonly PackItem[]): PackedArchive {
  const pack = createPack();
  let destroyed = false;
  let whole = false;
  let failure: { readonly error: unknown } | undefined;
  const throttle = createThrottle(pack);
  pack.on('error', () => undefined);
  const fill = async (): Promise<void> => {
    for (const item of items) await packItem(pack, item, container, throttle);
    whole = true;
    pack.finalize();
  };
  fill().catch((error: unknown) => {
    if (!destroyed) failure = { error };
    pack.destroy(error instanceof Error ? error : new Error('an entry failed', { cause: error }));
  });
  return {
    bytes: readPack(pack, throttle, () => {
      destroyed = true;
    }),
    get whole() {
      return whole;
    },
    get failure() {
      return failure;
    },
    destroy() {
      destroyed = true;
      pack.destroy();
    },
  };
}

/** Tells when the reader goes before the end, which is then no failure of the archive. */
async function* readPack(pack: Pack, throttle: PackThrottle, onLeft: () => void): AsyncGenerator<Uint8Array> {
  const iterator = (pack as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let given = false;
  try {
    while (true) {
      const next = await iterator.next();
      throttle.taken();
      if (next.done === true) return;
      given = true;
      yield next.value;
      given = false;
    }
  } finally {
    if (given) {
      onLeft();
      pack.destroy();
    }
  }
}

async function packItem(
  pack: Pack,
  item: PackItem,
  container: string,
  throttle: PackThrottle,
): Promise<void> {
  const { entry } = item;
  const toFailure = (path: string, problem: string, cause?: unknown): Error => {
    if (cause instanceof ContainerError) return cause;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    return new ContainerError('COPY_FAILED', `copyTo ${container} failed: ${path} ${problem}${reason}`, {
      operation: 'copyTo',
      container,
      cause,
    });
  };
  const { uid, gid } = entry;
  const name = item.name === '' ? '.' : item.name;
  switch (entry.kind) {
    case 'host':
      return packHostTree(pack, { ...item, entry }, throttle, toFailure);
    case 'directory':
      return packBytes(
        pack,
        toArchiveHeader({ name, type: 'directory', uid, gid, mode: entry.mode, mtime: entry.mtime }),
        NOTHING,
      );
    case 'symlink':
      return packBytes(
        pack,
        toArchiveHeader({
          name,
          type: 'symlink',
          uid,
          gid,
          mode: 0o777,
          mtime: entry.mtime,
          linkname: entry.target,
        }),
        NOTHING,
      );
    case 'file': {
      const { mode, mtime, sizeBytes: size, content } = entry;
      const header = toArchiveHeader({ name, type: 'file', uid, gid, mode, mtime, size });
      if (content instanceof Uint8Array) return packBytes(pack, header, content);
      return packStream(pack, header, content, (problem) =>
        toFailure(entry.path, `has a content that ${problem}`),
      );
    }
  }
}
