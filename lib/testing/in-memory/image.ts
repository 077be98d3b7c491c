import { randomBytes } from 'node:crypto';
import { arch } from 'node:os';
import type { ImageDescription } from '../../container/image.js';
import { FileTree } from './file-tree.js';

/**
 * An image for the in-memory runtime: what its containers begin with.
 *
 * @public
 */
export interface InMemoryImageOptions {
  /** Content of regular files, by absolute path. @defaultValue none; /etc/passwd, /root and /tmp are always there */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** Environment of its containers, besides PATH. @defaultValue none */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Text that its containers get too. @defaultValue none */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Arguments of the main process. @defaultValue none */
  readonly command?: readonly string[] | undefined;
  /** The main process's executable. @defaultValue none */
  readonly entrypoint?: readonly string[] | undefined;
  /** `name`, `uid` or `uid:gid`. @defaultValue root */
  readonly user?: string | undefined;
  /** Absolute path. @defaultValue `'/'` */
  readonly workdir?: string | undefined;
  /** As the image format spells it. @defaultValue this machine's */
  readonly architecture?: string | undefined;
}

/** An image in the in-memory runtime's storage. */
export interface InMemoryImage {
  readonly id: string;
  readonly digest: string;
  readonly references: readonly string[];
  readonly files: FileTree;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly entrypoint: readonly string[];
  readonly user: string | undefined;
  readonly workdir: string;
  readonly architecture: string;
  readonly createdAt: number;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };
const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n';
const GROUP = 'root:x:0:\nnobody:x:65534:\n';

/** Makes an image of its options, with the few files that every image has. */
export function createInMemoryImage(reference: string, options: InMemoryImageOptions): InMemoryImage {
  const files = new FileTree();
  files.writeFile('/etc/passwd', PASSWD);
  files.writeFile('/etc/group', GROUP);
  files.makeDirectory('/root', { mode: 0o700 });
  files.makeDirectory('/tmp', { mode: 0o1777 });
  for (const [path, content] of Object.entries(options.files ?? {})) files.writeFile(path, content);
  return {
    ...newImageIdentity(),
    references: [reference],
    files,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...options.env },
    labels: options.labels ?? {},
    command: options.command ?? [],
    entrypoint: options.entrypoint ?? [],
    user: options.user,
    workdir: options.workdir ?? '/',
    architecture: options.architecture ?? ARCHITECTURES[arch()] ?? arch(),
  };
}

/** What tells one image from all others. */
export function newImageIdentity(): Pick<InMemoryImage, 'id' | 'digest' | 'createdAt'> {
  return {
    id: randomBytes(32).toString('hex'),
    digest: `sha256:${randomBytes(32).toString('hex')}`,
    createdAt: Date.now(),
  };
}

export function describeImage(image: InMemoryImage): ImageDescription {
  return {
    id: image.id,
    digest: image.digest,
    references: image.references,
    sizeBytes: image.files.sizeBytes,
    architecture: image.architecture,
    os: 'linux',
    labels: image.labels,
    env: image.env,
    createdAt: image.createdAt,
  };
}
