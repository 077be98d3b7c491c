import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, pack, type Pack } from 'tar-stream';
import type { Readable, Writable } from 'node:stream';

/** Files up to this size are read and written in one go. */
const SMALL_BYTES = 256 * 1024;

/** A file or folder as a tar archive. */
export function packPath(from: string, name: string): Pack {
  const archive = pack();
  add(archive, from, name).then(
    () => {
      archive.finalize();
    },
    (error: unknown) => {
      archive.destroy(error as Error);
    },
  );
  return archive;
}

async function add(archive: Pack, from: string, name: string): Promise<void> {
  const found = await stat(from);
  const { mode, mtime, size } = found;
  if (found.isDirectory()) {
    archive.entry({ name, mode, mtime, type: 'directory' });
    for (const child of await readdir(from)) await add(archive, join(from, child), `${name}/${child}`);
  } else if (size <= SMALL_BYTES) {
    archive.entry({ name, mode, mtime, size }, await readFile(from));
  } else {
    const source = createReadStream(from, { highWaterMark: SMALL_BYTES });
    const entry: unknown = archive.entry({ name, mode, mtime, size });
    await pipeline(source, entry as Writable);
  }
}

/** Writes an archive's files and folders below a folder, trusting all that it says. */
export async function unpackTo(archive: Readable, folder: string): Promise<void> {
  const entries = archive.pipe(extract());
  for await (const entry of entries) {
    const { name, size, mode, mtime, type } = entry.header;
    const path = join(folder, name);
    if (type === 'directory') {
      await mkdir(path, { recursive: true, mode });
    } else if (size <= SMALL_BYTES) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      await writeFile(path, Buffer.concat(chunks), { mode });
    } else {
      await pipeline(entry as AsyncIterable<Buffer>, createWriteStream(path, { mode }));
    }
    if (type !== 'directory') await utimes(path, mtime, mtime);
    entry.resume();
  }
}
