import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract, pack, type Header } from 'tar-stream';

/** A tar entry: its header, and its content if it has one. */
export type TarEntry = readonly [
  header: Partial<Header> & Pick<Header, 'name'>,
  content?: string | Uint8Array,
];

/** A tar archive of entries, which may be as wrong as they like. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) {
    if (content === undefined) archive.entry({ type: 'file', ...header }, '');
    else archive.entry({ type: 'file', ...header }, Buffer.from(content));
  }
  archive.finalize();
  return readAll(archive as AsyncIterable<Uint8Array>);
}

/** A header alone, with any size, followed by nothing. */
export async function headerOf(header: TarEntry[0]): Promise<Buffer> {
  const archive = pack();
  archive.on('error', () => undefined);
  archive.entry({ type: 'file', ...header });
  for await (const chunk of archive as AsyncIterable<Buffer>) return chunk;
  throw new Error('no header came');
}

/** What is in a tar archive. */
export async function listTar(archive: Uint8Array): Promise<{ header: Header; content: Buffer }[]> {
  const reader = extract();
  const entries: { header: Header; content: Buffer }[] = [];
  reader.end(archive);
  for await (const entry of reader) {
    entries.push({ header: entry.header, content: await readAll(entry as AsyncIterable<Uint8Array>) });
  }
  return entries;
}

export async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const directory = (name: string, mode = 0o755): TarEntry => [{ name, type: 'directory', mode }];
export const file = (name: string, content: string | Uint8Array = name): TarEntry => [{ name }, content];
export const symlink = (name: string, linkname: string): TarEntry => [{ name, type: 'symlink', linkname }];
export const hardLink = (name: string, linkname: string): TarEntry => [{ name, type: 'link', linkname }];

/** Archives of `/t` that no copy may follow; `outside` is an absolute path beside the target folder. */
export function hostileArchives(outside: string): readonly { title: string; entries: readonly TarEntry[] }[] {
  const t = directory('t');
  return [
    { title: 'a first name that leaves', entries: [file('../evil')] },
    { title: 'a first name that is absolute', entries: [file(`${outside}/evil`)] },
    { title: 'a first name of two parts', entries: [file('t/../../evil')] },
    { title: 'a first name of ".."', entries: [directory('..')] },
    { title: 'a name that leaves', entries: [t, file('t/../../evil')] },
    { title: 'a name that stays by way of ".."', entries: [t, file('t/a/../evil')] },
    { title: 'an absolute name', entries: [t, file(`${outside}/evil`)] },
    { title: 'a name beside the root', entries: [t, file('evil')] },
    { title: 'a name that only begins like the root', entries: [t, file('tt/evil')] },
    { title: 'a doubled slash', entries: [t, file('t//evil')] },
    { title: 'the root twice', entries: [t, symlink('t', outside)] },
    { title: 'absolute names under a slash that leave', entries: [directory('/'), file('/../evil')] },
    { title: 'an absolute link', entries: [t, symlink('t/l', outside)] },
    { title: 'an absolute link to inside', entries: [t, symlink('t/l', '/t/a')] },
    { title: 'a link that leaves', entries: [t, symlink('t/l', '../../outside')] },
    { title: 'a root that is a link that leaves', entries: [symlink('t', '../outside')] },
    { title: 'a link that leaves by way of a name', entries: [t, symlink('t/l', 'a/../../../outside')] },
    {
      title: 'a link that leaves by way of another',
      entries: [t, directory('t/d'), symlink('t/d/up', '..'), symlink('t/l', 'd/up/../../outside')],
    },
    {
      title: 'a link that leaves if a name that is not there were a link',
      entries: [t, symlink('t/l', 'a/../b')],
    },
    { title: 'a link by way of a file', entries: [t, file('t/a'), symlink('t/l', 'a/../b')] },
    {
      title: 'a link by way of what becomes a link later',
      entries: [t, directory('t/d'), symlink('t/d/l', 'x/../../..'), symlink('t/d/x', '..')],
    },
    {
      title: 'writing through a link',
      entries: [t, directory('t/d'), symlink('t/l', 'd'), file('t/l/evil')],
    },
    {
      title: 'a folder through a link',
      entries: [t, directory('t/d'), symlink('t/l', 'd'), directory('t/l/e')],
    },
    {
      title: 'a folder over a link',
      entries: [t, directory('t/d'), symlink('t/l', 'd'), directory('t/l', 0o777)],
    },
    { title: 'writing below a file', entries: [t, file('t/f'), file('t/f/evil')] },
    { title: 'an empty link', entries: [t, [{ name: 't/l', type: 'symlink', linkname: ' '.trim() }]] },
    { title: 'a hard link to outside', entries: [t, hardLink('t/h', `${outside}/secret`)] },
    { title: 'a hard link that leaves', entries: [t, hardLink('t/h', 't/../../outside/secret')] },
    { title: 'a hard link beside the root', entries: [t, hardLink('t/h', 'outside/secret')] },
    { title: 'a fifo', entries: [t, [{ name: 't/p', type: 'fifo' }]] },
    {
      title: 'a character device',
      entries: [t, [{ name: 't/c', type: 'character-device', devmajor: 1, devminor: 3 }]],
    },
    { title: 'a block device', entries: [t, [{ name: 't/b', type: 'block-device', devmajor: 8 }]] },
    { title: 'a contiguous file', entries: [t, [{ name: 't/c', type: 'contiguous-file' }, 'x']] },
    { title: 'a sparse file', entries: [t, [{ name: 't/s', pax: { 'GNU.sparse.major': '1' } }, 'x']] },
  ];
}

/** A folder to copy into, with something beside it that must stay as it is. */
export interface Sandbox {
  readonly target: string;
  readonly outside: string;
  /** All that can be seen of `outside`. */
  look(): string;
  remove(): void;
}

export function makeSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
  const outside = join(folder, 'outside');
  mkdirSync(join(outside, 'folder'), { recursive: true });
  writeFileSync(join(outside, 'secret'), 'secret');
  symlinkSync('secret', join(outside, 'link'));
  chmodSync(join(outside, 'folder'), 0o711);
  return {
    target: join(folder, 'target'),
    outside,
    look: () => describeTree(folder, (path) => !path.startsWith(join(folder, 'target'))),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Names, modes, times, links and contents of a tree, to compare. */
export function describeTree(folder: string, wanted: (path: string) => boolean = () => true): string {
  const lines: string[] = [];
  const visit = (path: string): void => {
    if (!wanted(path)) return;
    const stats = lstatSync(path);
    const head = `${path.slice(folder.length)} ${stats.mode.toString(8)} ${stats.nlink}`;
    if (stats.isDirectory()) {
      lines.push(head.replace(/ \d+$/, ''));
      for (const name of readdirSync(path).sort()) visit(join(path, name));
    } else if (stats.isSymbolicLink()) lines.push(`${head} -> ${readlinkSync(path)}`);
    else lines.push(`${head} ${stats.mtimeMs} ${readFileSync(path, 'latin1')}`);
  };
  visit(folder);
  return lines.join('\n');
}
