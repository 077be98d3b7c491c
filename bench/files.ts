import { createHash } from 'node:crypto';
import { mkdir, open, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const MIB = 1024 * 1024;
export const LARGE_BYTES = 256 * MIB;
export const TREE_FILES = 1000;
const FILES_PER_FOLDER = 50;
/** Whole seconds, which every archive keeps. */
const MODIFIED = new Date('2024-02-29T12:00:00Z');

/** What large contents are made of, over and over: a mebibyte that does not compress and is the same in every run. */
export const PATTERN = makeBytes('podroot', MIB);

export async function makeLargeFile(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, 'w', 0o640);
  for (let written = 0; written < sizeBytes; written += PATTERN.length)
    await file.write(PATTERN, 0, Math.min(PATTERN.length, sizeBytes - written));
  await file.close();
  await utimes(path, MODIFIED, MODIFIED);
}

/** A thousand files of 200 bytes to 8 KiB in 20 folders, as a source tree has them. */
export async function makeTree(folder: string): Promise<void> {
  for (let index = 0; index < TREE_FILES; index += 1) {
    const path = join(folder, `folder-${Math.floor(index / FILES_PER_FOLDER)}`, `file-${index}`);
    await mkdir(dirname(path), { recursive: true });
    const offset = index * 997;
    const length = 200 + ((index * 7919) % 7993);
    await writeFile(path, PATTERN.subarray(offset % (MIB / 2), (offset % (MIB / 2)) + length), {
      mode: index % 10 === 0 ? 0o755 : 0o644,
    });
    await utimes(path, MODIFIED, MODIFIED);
  }
}

/** Compares what comes with the pattern, at the price of a comparison of memory. */
export class PatternCheck {
  readonly #doubled = Buffer.concat([PATTERN, PATTERN]);
  bytes = 0;
  same = true;

  take(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.length; offset += PATTERN.length) {
      const part = chunk.subarray(offset, offset + PATTERN.length);
      const at = this.bytes % PATTERN.length;
      if (this.#doubled.compare(part, 0, part.length, at, at + part.length) !== 0) this.same = false;
      this.bytes += part.length;
    }
  }
}

function makeBytes(seed: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let made = 0; made < length; made += 32) {
    blocks.push(createHash('sha256').update(`${seed} ${made}`).digest());
  }
  return Buffer.concat(blocks, length);
}
