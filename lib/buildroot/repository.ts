/**
 * A package repository that a buildroot is filled from. Exactly one of `baseUrls`, `mirrorList`, `metalink`, `hostFolder`
 * and `koji` says where it is.
 *
 * @remarks
 * In URLs `$arch` and `$basearch` stand for the buildroot's architecture as Koji calls it (`i386` for `i686`), `$releasever`,
 * `$releasever_major` and `$releasever_minor` for the release, other names for those in `variables`; `${name}` is the same.
 * All are filled in by the plan; a name without a value is refused. User names and passwords, here or within a URL,
 * are in the plan's files alone, which are then marked `secret`.
 * @public
 */
export interface Repository {
  /** Letters, digits, and `-`, `_`, `.`, `:`; unique in a plan. */
  readonly id: string;
  /** For people. @defaultValue the id */
  readonly name?: string | undefined;
  /** Where it is: several are mirrors, tried in this order. `http:`, `https:`, `ftp:`, or `file:` within the container. */
  readonly baseUrls?: string | readonly string[] | undefined;
  /** URL of a list of mirrors. */
  readonly mirrorList?: string | undefined;
  /** URL of a metalink. */
  readonly metalink?: string | undefined;
  /** A folder of the machine that the runtime runs on, with `repodata` in it: it is mounted read-only into the container. */
  readonly hostFolder?: string | undefined;
  /** A repository that Koji keeps for the build's tag. */
  readonly koji?: KojiRepository | undefined;
  /** From 1, the most wanted, to 99: packages of a better one hide those of others. @defaultValue 99 */
  readonly priority?: number | undefined;
  /** What a package from here costs; the cheapest of equal ones is taken. @defaultValue 1000 */
  readonly cost?: number | undefined;
  /** Keys that packages are signed with: ASCII-armoured text, or URLs (`file:` within the container). @defaultValue none */
  readonly gpgKeys?: readonly string[] | undefined;
  /** Whether packages must be signed. @defaultValue `true` with `gpgKeys`; without, `false` must be said */
  readonly gpgCheck?: boolean | undefined;
  /** Whether the repository's metadata must be signed. @defaultValue `false` */
  readonly repoGpgCheck?: boolean | undefined;
  /** Whether modules do not hide its packages. @defaultValue `false` */
  readonly moduleHotfixes?: boolean | undefined;
  /** Names or patterns of packages that are not taken from here. @defaultValue none */
  readonly exclude?: readonly string[] | undefined;
  /** Names or patterns of the only packages that are taken from here. @defaultValue all */
  readonly include?: readonly string[] | undefined;
  /** Proxy, `null` for none. @defaultValue that of the settings */
  readonly proxy?: Proxy | null | undefined;
  /** Of the repository's server. */
  readonly username?: string | undefined;
  /** Of the repository's server. */
  readonly password?: string | undefined;
  /** After how many seconds metadata are fetched again, `never`, or 0 for every time. @defaultValue 0, as in mock */
  readonly metadataExpireSeconds?: number | 'never' | undefined;
  /** Whether the server's certificate must be valid. @defaultValue `true` */
  readonly sslVerify?: boolean | undefined;
  /** Certificates, as PEM text, that the server's must be signed by. @defaultValue those of the image */
  readonly sslCaCertificates?: string | undefined;
  /** Whether a build goes on without it. @defaultValue `false` */
  readonly skipIfUnavailable?: boolean | undefined;
  /** The checksum or revision of its `repomd.xml`, where known: for the record, and for caches. */
  readonly revision?: string | undefined;
  /** Other options of the package manager, written as they are. @defaultValue none */
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/**
 * A repository that Koji keeps: `<topUrl>/repos/<tag>/<repoId>/<canonical architecture>`.
 *
 * @public
 */
export interface KojiRepository {
  /** The hub's files, without a slash at the end; several are mirrors. */
  readonly topUrls: string | readonly string[];
  readonly repoId: number;
  /** @defaultValue the plan's tag */
  readonly tag?: string | undefined;
}

/**
 * A proxy for the package manager's downloads.
 *
 * @public
 */
export interface Proxy {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}
