import type { CallOptions } from '../../abort.js';
import type { KojiSession } from '../koji-session.js';
import type { XmlRpcStruct } from '../xmlrpc-value.js';
import {
  anyStruct,
  flag,
  list,
  nullable,
  number,
  optional,
  readReply,
  struct,
  text,
} from './reply-reader.js';

/**
 * A tag, with what it inherits where `getBuildConfig` was asked.
 *
 * @public
 */
export interface KojiTag {
  /** Its number. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Its own architectures, or those it inherits; not canonical. */
  readonly arches: readonly string[];
  /** `rpm.macro.*`, `rpm.env.*`, `mock.*` and others, by their full names. */
  readonly extra: XmlRpcStruct;
  /** Whether it is closed to changes. */
  readonly locked: boolean;
}

/**
 * The states of a repository by their names at the hub. A build may use one that is READY or EXPIRED.
 *
 * @public
 */
export const REPO_STATES = { INIT: 0, READY: 1, EXPIRED: 2, DELETED: 3, PROBLEM: 4 } as const;

/**
 * A repository that the hub made of a tag.
 *
 * @public
 */
export interface KojiRepo {
  /** Its number. */
  readonly id: number;
  /** One of {@link REPO_STATES}. */
  readonly state: number;
  /** The tag it was made of. */
  readonly tagId: number;
  /** That tag's name. */
  readonly tagName: string;
  /** The event whose state of the tag it holds: what is asked of the tag is to be asked of this event. */
  readonly createEvent: number;
  /** When it was made, in seconds since 1970. */
  readonly createTs: number | null;
  /** The task that made it. */
  readonly taskId: number | null;
  /** Whether it is made for distribution, not for builds. */
  readonly dist: boolean;
}

/**
 * An external repository of a tag.
 *
 * @public
 */
export interface KojiExternalRepo {
  /** Its number. */
  readonly externalRepoId: number;
  /** Its name. */
  readonly externalRepoName: string;
  /** With `$arch` in it. */
  readonly url: string;
  /** The tag it was added to. */
  readonly tagId: number;
  /** That tag's name. */
  readonly tagName: string;
  /** Less comes first. */
  readonly priority: number;
  /** How its packages are merged: `koji`, `simple` or `bare`. */
  readonly mergeMode: string | null;
  /** The architectures it is for, separated by spaces; `null` for all. */
  readonly arches: string | null;
  /** As the hub sent it: what a package's record refers to it with. */
  readonly record: XmlRpcStruct;
}

/**
 * How to ask of a tag.
 *
 * @public
 */
export interface TagQueryOptions extends CallOptions {
  /** The event to ask of. @defaultValue now */
  readonly event?: number | undefined;
}

const tag = struct<Omit<KojiTag, 'arches'> & { readonly arches: string }>({
  id: number,
  name: text,
  arches: optional(text, ''),
  extra: anyStruct,
  locked: flag,
});

const repo = struct<KojiRepo>({
  id: number,
  state: number,
  tagId: number,
  tagName: text,
  createEvent: number,
  createTs: nullable(number),
  taskId: nullable(number),
  dist: optional(flag, false),
});

const externalRepo = struct<Omit<KojiExternalRepo, 'record'>>({
  externalRepoId: number,
  externalRepoName: text,
  url: text,
  tagId: number,
  tagName: text,
  priority: number,
  mergeMode: nullable(text),
  arches: nullable(text),
});

/**
 * What is asked of tags, and of the repositories made of them.
 *
 * @public
 */
export class KojiTagCalls {
  readonly #session: KojiSession;

  constructor(session: KojiSession) {
    this.#session = session;
  }

  /** A tag's own configuration. Rejects with a fault when there is none. */
  async getTag(tagId: number | string, options: TagQueryOptions = {}): Promise<KojiTag> {
    const keywords = { event: options.event, strict: true };
    return toTag('getTag', await this.#session.call('getTag', [tagId], keywords, options));
  }

  /** A tag's configuration with what it inherits. Rejects with a fault when there is none. */
  async getBuildConfig(tagId: number | string, options: TagQueryOptions = {}): Promise<KojiTag> {
    const keywords = { event: options.event };
    return toTag('getBuildConfig', await this.#session.call('getBuildConfig', [tagId], keywords, options));
  }

  /** The external repositories of a tag and those it inherits from, the most important first. */
  async getExternalRepoList(
    tagId: number | string,
    options: TagQueryOptions = {},
  ): Promise<readonly KojiExternalRepo[]> {
    const method = 'getExternalRepoList';
    const found = await this.#session.call(method, [tagId], { event: options.event }, options);
    return readReply(
      method,
      found,
      list((value, path) => ({ ...externalRepo(value, path), record: anyStruct(value, path) })),
    );
  }

  /** A repository. Rejects with a fault when there is none. */
  async repoInfo(repoId: number, options: CallOptions = {}): Promise<KojiRepo> {
    return readReply(
      'repoInfo',
      await this.#session.call('repoInfo', [repoId], { strict: true }, options),
      repo,
    );
  }

  /** How long builds of a package took of late, in seconds; `undefined` when there were none. `ageMonths` is how late. */
  async getAverageBuildDuration(
    packageName: string,
    ageMonths: number,
    options: CallOptions = {},
  ): Promise<number | undefined> {
    const method = 'getAverageBuildDuration';
    const found = await this.#session.call(method, [packageName], { age: ageMonths }, options);
    return readReply(method, found, nullable(number)) ?? undefined;
  }

  /** What a policy of the hub's decides: for `build_from_scm`, whether a source may be built. */
  async evalPolicy(policy: string, data: XmlRpcStruct, options: CallOptions = {}): Promise<string> {
    return readReply('evalPolicy', await this.#session.call('evalPolicy', [policy, data], {}, options), text);
  }
}

function toTag(method: string, found: Parameters<typeof tag>[0]): KojiTag {
  const read = readReply(method, found ?? null, tag);
  return { ...read, arches: read.arches.split(/\s+/).filter((arch) => arch !== '') };
}
