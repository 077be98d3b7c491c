import fs, { type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as tarFs from 'tar-fs';
import type { Pack } from 'tar-stream';
import type { ResolvedCopyFromHost } from '../container/resolve-copy-entries.js';
import { toArchiveHeader } from './archive-header.js';
import type { PackItem } from './archive-plan.js';
import type { PackThrottle } from './archive-throttle.js';
import { createHostFileStream } from './host-file.js';

/** Makes the error for a path of this machine that cannot be copied. */
export type HostFailure = (path: string, problem: string, cause?: unknown) => Error;

type HostItem = PackItem & { readonly entry: ResolvedCopyFromHost };
type Callback<T> = (error: Error | null, value?: T) => void;

const PERMISSIONS = 0o7777;

/** Writes a file, or a folder with all in it, of this machine. Only what is read at the moment is in memory. */
export async function packHostTree(
  pack: Pack,
  item: HostItem,
  throttle: PackThrottle,
  toFailure: HostFailure,
): Promise<void> {
  const { entry, without, withTop } = item;
  // tar-fs asks its filter about neither the top nor what it is given by name.
  const names = withTop ? undefined : await listNames(entry.from, without, toFailure);
  await new Promise<void>((resolve, reject) => {
    const onError = (error: unknown): void => {
      reject(toFailure(entry.from, 'could not be read', error));
    };
    const onClose = (): void => {
      reject(toFailure(entry.from, 'was not copied to its end'));
    };
    if (pack.destroying) {
      onClose();
      return;
    }
    pack.once('error', onError).once('close', onClose);
    // The types of tar-fs know less than it does.
    const options: object = {
      pack,
      finalize: false,
      finish: (): void => {
        pack.off('error', onError).off('close', onClose);
        resolve();
      },
      fs: readingFs(pack, throttle, toFailure),
      sort: true,
      // Masking is for what is made for this user, not for what is sent.
      umask: 0,
      entries: names,
      ignore: (path: string): boolean => without.includes(path),
      map: (header: tarFs.Headers) => toHostHeader(item, header),
      mapStream: (path: string, { size }: { size: number }) => createHostFileStream(path, size, toFailure),
    };
    tarFs.pack(entry.from, options);
  });
}

async function listNames(
  from: string,
  without: readonly string[],
  toFailure: HostFailure,
): Promise<string[]> {
  const names = await readdir(from).catch((error: unknown) => {
    throw toFailure(from, 'could not be read', error);
  });
  return names.filter((name) => !without.includes(join(from, name))).sort();
}

/** The header with the container's names and owners; `header.name` is relative to the top, which is `.`. */
function toHostHeader({ entry, name }: HostItem, header: tarFs.Headers) {
  const type = header.type as 'file' | 'directory' | 'symlink';
  return toArchiveHeader({
    name: join(name, header.name),
    type,
    mode: (type === 'file' ? entry.mode : undefined) ?? header.mode & PERMISSIONS,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime ?? header.mtime,
    size: header.size,
  });
}

/**
 * The calls that tar-fs makes, at the reader's pace, and without its two traps: it takes a name that has vanished for
 * the end of the tree, and writes to an archive that was destroyed while the call ran, which throws where nobody can
 * catch it.
 */
function readingFs(pack: Pack, throttle: PackThrottle, toFailure: HostFailure) {
  const unlessDestroyed =
    <T>(callback: Callback<T>): Callback<T> =>
    (error, value) => {
      if (!pack.destroying) callback(error, value);
    };
  return {
    lstat(path: string, callback: Callback<Stats>) {
      const done = unlessDestroyed(callback);
      void throttle.ready().then(() => {
        fs.lstat(path, (error, stats) => {
          if (error?.code !== 'ENOENT') done(error, stats);
          else done(toFailure(path, 'vanished, or its name is not valid UTF-8', error));
        });
      });
    },
    readdir(path: string, callback: Callback<string[]>) {
      fs.readdir(path, unlessDestroyed(callback));
    },
    readlink(path: string, callback: Callback<string>) {
      const done = unlessDestroyed(callback);
      fs.readlink(path, { encoding: 'buffer' }, (error, bytes) => {
        const text = (bytes as Buffer | undefined)?.toString();
        if (error || Buffer.from(text ?? '').equals(bytes)) done(error, text);
        else done(toFailure(path, 'is a link whose target is not valid UTF-8'));
      });
    },
    // The size is known only where the stream is mapped, so that it is made there.
    createReadStream: (path: string) => path,
  };
}
