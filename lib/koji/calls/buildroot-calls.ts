import type { CallOptions } from '../../abort.js';
import type { KojiSession } from '../koji-session.js';
import type { XmlRpcStruct } from '../xmlrpc-value.js';
import { list, nullable, number, readReply, struct, text } from './reply-reader.js';

/**
 * The states of a buildroot by their names at the hub; it never goes back in them.
 *
 * @public
 */
export const BUILDROOT_STATES = { INIT: 0, WAITING: 1, BUILDING: 2, EXPIRED: 3 } as const;

/**
 * A buildroot as a hub knows it.
 *
 * @public
 */
export interface KojiBuildroot {
  /** Its number, counted over all tags. */
  readonly id: number;
  /** One of {@link BUILDROOT_STATES}. */
  readonly state: number;
  /** The host that made it. */
  readonly hostId: number | null;
  /** The task it was made for. */
  readonly taskId: number | null;
  /** The repository it was made of. */
  readonly repoId: number | null;
  /** The tag of that repository. */
  readonly tagName: string | null;
  /** Canonical. */
  readonly arch: string | null;
}

/**
 * A package in a buildroot, as the hub records it.
 *
 * @public
 */
export interface KojiBuildrootPackage {
  /** RPMTAG_NAME. */
  readonly name: string;
  /** RPMTAG_VERSION. */
  readonly version: string;
  /** RPMTAG_RELEASE. */
  readonly release: string;
  /** RPMTAG_EPOCH; `null` where there is none, which is not 0. */
  readonly epoch: number | null;
  /** RPMTAG_ARCH. */
  readonly arch: string;
  /** The installed size in bytes: RPMTAG_SIZE. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly buildtime: number;
  /** RPMTAG_SIGMD5 in hexadecimal digits. */
  readonly payloadhash: string;
  /** The hub's id of it, where the repository's rpmlist says it. */
  readonly id?: number | undefined;
  /** For a package of an external repository: the repository as {@link KojiExternalRepo} came from the hub. */
  readonly externalRepo?: XmlRpcStruct | undefined;
  /** For a package of an external repository: its id. */
  readonly location?: number | undefined;
}

const buildroots = list(
  struct<KojiBuildroot>({
    id: number,
    state: number,
    hostId: nullable(number),
    taskId: nullable(number),
    repoId: nullable(number),
    tagName: nullable(text),
    arch: nullable(text),
  }),
);

/**
 * The records of buildroots.
 *
 * @public
 */
export class KojiBuildrootCalls {
  readonly #session: KojiSession;

  constructor(session: KojiSession) {
    this.#session = session;
  }

  /** The buildroots of a host that have not expired. */
  async listLive(hostId: number, options: CallOptions = {}): Promise<readonly KojiBuildroot[]> {
    const keywords = { hostID: hostId, state: [0, 1, 2] };
    return readReply(
      'listBuildroots',
      await this.#session.call('listBuildroots', [], keywords, options),
      buildroots,
    );
  }

  /** Registers a buildroot, in state INIT. `arch` is canonical: i386 for i686. */
  async newBuildRoot(
    repoId: number,
    arch: string,
    taskId: number,
    options: CallOptions = {},
  ): Promise<number> {
    const found = await this.#session.call('host.newBuildRoot', [repoId, arch], { task_id: taskId }, options);
    return readReply('host.newBuildRoot', found, number);
  }

  /** Sets a buildroot's state. Expiring one that has expired is no error. */
  async setState(
    buildrootId: number,
    state: keyof typeof BUILDROOT_STATES,
    options: CallOptions = {},
  ): Promise<void> {
    await this.#session.call('host.setBuildRootState', [buildrootId, state], {}, options);
  }

  /** Records what a buildroot was made of; only in state INIT. */
  async setList(
    buildrootId: number,
    packages: readonly KojiBuildrootPackage[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#session.call(
      'host.setBuildRootList',
      [buildrootId, packages.map(toPackageStruct)],
      {},
      options,
    );
  }

  /** Records what the build added; only in state BUILDING, after a failed build as well. */
  async updateList(
    buildrootId: number,
    packages: readonly KojiBuildrootPackage[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#session.call(
      'host.updateBuildRootList',
      [buildrootId, packages.map(toPackageStruct)],
      {},
      options,
    );
  }
}

function toPackageStruct(entry: KojiBuildrootPackage): XmlRpcStruct {
  const { externalRepo, location, id, ...rest } = entry;
  return {
    ...rest,
    ...(id === undefined ? {} : { id }),
    ...(externalRepo === undefined ? {} : { external_repo: externalRepo }),
    ...(location === undefined ? {} : { location }),
  };
}
