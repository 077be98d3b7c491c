import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PodmanManager } from 'podroot';

/** A line for each file of a tree, in order: path below the top, permissions, time in seconds, SHA-256. */
export type Manifest = readonly string[];

/** What is at a path of this machine. */
export async function listHere(top: string): Promise<Manifest> {
  const found = await lstat(top);
  const names = found.isDirectory()
    ? await readdir(top, { recursive: true, withFileTypes: true })
    : undefined;
  const paths = names?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines: string[] = [];
  for (const path of paths ?? [top]) {
    const { mode, mtimeMs } = await lstat(path);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
    lines.push(toLine(relative(top, path), (mode & 0o7777).toString(8), mtimeMs / 1000, hash.digest('hex')));
  }
  return lines.sort();
}

const LIST = 'find "$1" -type f -exec stat -c "%a %Y %n" {} + && find "$1" -type f -exec sha256sum {} +';

/** What is at a path of a container, looked at by a command in it. */
export async function listInContainer(
  manager: PodmanManager,
  container: string,
  top: string,
): Promise<Manifest> {
  const { exitCode, stdout, stderr } = await manager.exec(container, ['sh', '-c', LIST, 'list', top]);
  if (exitCode !== 0) throw new Error(`${top} cannot be listed: ${stderr.toString()}`);
  const attributes = new Map<string, readonly [mode: string, seconds: number]>();
  const lines: string[] = [];
  for (const line of stdout.toString().trim().split('\n')) {
    const [, mode, seconds, path] = /^(\d+) (\d+) (.*)$/.exec(line) ?? [];
    if (mode !== undefined && path !== undefined) {
      attributes.set(path, [mode, Number(seconds)]);
    } else {
      const [sum = '', name = ''] = line.split('  ');
      const [itsMode = '', itsSeconds = 0] = attributes.get(name) ?? [];
      lines.push(toLine(relative(top, name), itsMode, itsSeconds, sum));
    }
  }
  return lines.sort();
}

function toLine(path: string, mode: string, seconds: number, sha256: string): string {
  return `${path} ${mode} ${seconds} ${sha256}`;
}
