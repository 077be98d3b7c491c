import { posix } from 'node:path';

/**
 * What every node of a {@link FileTree} has.
 *
 * @public
 */
export interface FileAttributes {
  /** Permission bits. */
  readonly mode: number;
  /** Owner's number. */
  readonly uid: number;
  /** Group's number. */
  readonly gid: number;
  /** When it was last changed. */
  readonly mtime: Date;
}

/**
 * Something in a {@link FileTree}. A `special` one stands for a device, socket or fifo.
 *
 * @public
 */
export type FileNode = FileAttributes &
  (
    | { readonly kind: 'file'; readonly content: Uint8Array }
    | { readonly kind: 'directory'; readonly children: ReadonlyMap<string, FileNode> }
    | { readonly kind: 'symlink'; readonly target: string }
    | { readonly kind: 'special' }
  );

type Directory = FileAttributes & { readonly kind: 'directory'; readonly children: Map<string, FileNode> };

const MOST_LINKS = 40;

/**
 * A small file system in memory: what a container of the in-memory runtime sees as its root.
 *
 * @remarks
 * Permissions are kept, but not enforced. There are no hard links.
 * @public
 */
export class FileTree {
  #root: Directory = directory({});

  /** The node at a path; symbolic links before the last part are followed. */
  lookup(path: string): FileNode | undefined {
    return this.#lookup(path, false);
  }

  /** The node at a path; all symbolic links are followed. */
  resolve(path: string): FileNode | undefined {
    return this.#lookup(path, true);
  }

  /**
   * A file's content.
   *
   * @throws Error when there is no such file
   */
  readFile(path: string): Buffer {
    const node = this.resolve(path);
    if (node?.kind !== 'file') throw new Error(`no such file: ${path}`);
    return Buffer.from(node.content);
  }

  /** Writes a file, and makes its missing parent folders. A file that exists keeps what is not given. */
  writeFile(path: string, content: string | Uint8Array, attributes: Partial<FileAttributes> = {}): void {
    const existing = this.lookup(path);
    const kept =
      existing?.kind === 'file' ? { mode: existing.mode, uid: existing.uid, gid: existing.gid } : {};
    const bytes = typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content);
    this.put(path, { kind: 'file', content: bytes, ...withDefaults({ ...kept, ...attributes }, 0o644) });
  }

  /** Makes a folder and its missing parents. One that exists gets the attributes given. */
  makeDirectory(path: string, attributes: Partial<FileAttributes> = {}): void {
    const found = this.lookup(path);
    const existing = found?.kind === 'directory' ? (found as Directory) : undefined;
    const made = directory({ ...existing, ...attributes }, existing?.children);
    if (posix.resolve('/', path) === '/') this.#root = made;
    else this.put(path, made);
  }

  /** Makes a symbolic link, and its missing parent folders. */
  makeSymlink(path: string, target: string, attributes: Partial<FileAttributes> = {}): void {
    this.put(path, { kind: 'symlink', target, ...withDefaults(attributes, 0o777) });
  }

  /** Puts a node, with all below it, in the place of what is there. A directory's children are shared, not copied. */
  put(path: string, node: FileNode): void {
    const { dir, base } = posix.parse(posix.resolve('/', path));
    this.#folder(dir).children.set(base, node);
  }

  /** Removes what is at a path, with all below it. Nothing there is fine. */
  remove(path: string): void {
    const { dir, base } = posix.parse(posix.resolve('/', path));
    const parent = this.#lookup(dir, true);
    if (parent?.kind === 'directory') (parent as Directory).children.delete(base);
  }

  /** A tree of its own with the same content. Folders at `except` come out empty: what is mounted is not copied. */
  clone(except: readonly string[] = []): FileTree {
    const tree = new FileTree();
    tree.#root = cloneDirectory(this.#root, '', new Set(except));
    return tree;
  }

  /** Bytes of all files. */
  get sizeBytes(): number {
    return sizeOf(this.#root);
  }

  #lookup(path: string, followLast: boolean): FileNode | undefined {
    let node: FileNode | undefined = this.#root;
    let at: string[] = [];
    let rest = posix.resolve('/', path).split('/').filter(Boolean);
    for (let links = 0; rest.length > 0;) {
      if (node.kind !== 'directory') return undefined;
      const name: string = rest[0]!;
      const child: FileNode | undefined = node.children.get(name);
      if (child === undefined) return undefined;
      rest = rest.slice(1);
      if (child.kind === 'symlink' && (rest.length > 0 || followLast)) {
        if ((links += 1) > MOST_LINKS) return undefined;
        rest = posix
          .resolve('/', ...at, child.target, ...rest)
          .split('/')
          .filter(Boolean);
        at = [];
        node = this.#root;
      } else {
        at = [...at, name];
        node = child;
      }
    }
    return node;
  }

  #folder(path: string): Directory {
    const existing = this.#lookup(path, true);
    if (existing?.kind === 'directory') return existing as Directory;
    if (existing !== undefined || this.lookup(path) !== undefined) throw new Error(`not a folder: ${path}`);
    const { dir, base } = posix.parse(path);
    const made = directory({});
    this.#folder(dir).children.set(base, made);
    return made;
  }
}

function directory(
  attributes: Partial<FileAttributes>,
  children: Directory['children'] = new Map(),
): Directory {
  return { kind: 'directory', children, ...withDefaults(attributes, 0o755) };
}

/** Picks them out of what may have more than attributes. */
function withDefaults(given: Partial<FileAttributes>, mode: number): FileAttributes {
  return {
    mode: given.mode ?? mode,
    uid: given.uid ?? 0,
    gid: given.gid ?? 0,
    mtime: given.mtime ?? new Date(),
  };
}

function cloneDirectory(source: Directory, path: string, except: ReadonlySet<string>): Directory {
  const children = new Map<string, FileNode>();
  if (!except.has(path)) {
    for (const [name, node] of source.children) {
      children.set(
        name,
        node.kind === 'directory' ? cloneDirectory(node as Directory, `${path}/${name}`, except) : node,
      );
    }
  }
  return { ...source, children };
}

function sizeOf(node: FileNode): number {
  if (node.kind === 'file') return node.content.length;
  if (node.kind !== 'directory') return 0;
  return [...node.children.values()].reduce((sum, child) => sum + sizeOf(child), 0);
}
