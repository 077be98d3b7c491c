/**
 * A repository as it is in a plan, for records and for people: without passwords. The package manager reads the plan's files.
 *
 * @public
 */
export interface PlanRepository {
  readonly id: string;
  readonly name: string;
  /** With all variables filled in, and `***` for a user within. */
  readonly baseUrls: readonly string[];
  readonly mirrorList: string | null;
  readonly metalink: string | null;
  /** The folder of the runtime's machine that is mounted. */
  readonly hostFolder: string | null;
  readonly kojiRepoId: number | null;
  readonly kojiTag: string | null;
  readonly priority: number | null;
  readonly cost: number | null;
  readonly gpgCheck: boolean;
  readonly repoGpgCheck: boolean;
  /** URLs, as the package manager reads them. */
  readonly gpgKeys: readonly string[];
  readonly moduleHotfixes: boolean;
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  /** The proxy of its own: an empty text where it is to have none. */
  readonly proxy: string | null;
  readonly metadataExpire: string | null;
  readonly sslVerify: boolean;
  readonly skipIfUnavailable: boolean;
  /** Whether its file holds a user or a password. */
  readonly hasCredentials: boolean;
  /** Checksum or revision of its `repomd.xml`, where the source of facts knew it. */
  readonly revision: string | null;
  readonly options: Readonly<Record<string, string>>;
}
