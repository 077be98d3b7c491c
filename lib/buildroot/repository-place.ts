import { InvalidArgumentError } from '../errors.js';
import type { KojiRepository, Repository } from './repository.js';
import { expandUrl } from './url.js';

/** Where a repository is, with all variables filled in. */
export interface RepositoryPlace {
  readonly baseUrls: readonly string[];
  readonly mirrorList: string | null;
  readonly metalink: string | null;
  /** A folder of the host, and where the container sees it. */
  readonly mount: { readonly source: string; readonly target: string } | null;
  readonly kojiTag: string | null;
  readonly kojiRepoId: number | null;
}

/** What a repository's place may depend on. */
export interface PlaceContext {
  readonly tag: string;
  readonly canonicalArch: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Where folders of the host are seen in containers. */
const MOUNT_FOLDER = '/mnt/podroot';

const WAYS = ['baseUrls', 'mirrorList', 'metalink', 'hostFolder', 'koji'] as const;
const NOWHERE: RepositoryPlace = {
  baseUrls: [],
  mirrorList: null,
  metalink: null,
  mount: null,
  kojiTag: null,
  kojiRepoId: null,
};

/** @throws InvalidArgumentError */
export function resolvePlace(field: string, repository: Repository, context: PlaceContext): RepositoryPlace {
  const given = WAYS.filter((way) => repository[way] !== undefined);
  if (given.length !== 1) {
    throw new InvalidArgumentError(field, given, `must have exactly one of ${WAYS.join(', ')}`);
  }
  const { baseUrls, mirrorList, metalink, hostFolder, koji } = repository;
  const expand = (name: string, url: string): string => expandUrl(`${field}.${name}`, url, context.variables);
  if (baseUrls !== undefined) {
    const urls = typeof baseUrls === 'string' ? [baseUrls] : baseUrls;
    if (urls.length === 0) throw new InvalidArgumentError(`${field}.baseUrls`, urls, 'must not be empty');
    return { ...NOWHERE, baseUrls: urls.map((url, at) => expand(`baseUrls[${at}]`, url)) };
  }
  if (mirrorList !== undefined) return { ...NOWHERE, mirrorList: expand('mirrorList', mirrorList) };
  if (metalink !== undefined) return { ...NOWHERE, metalink: expand('metalink', metalink) };
  if (koji !== undefined) return kojiPlace(field, koji, context, expand);
  return mountedPlace(field, repository.id, hostFolder ?? '');
}

function kojiPlace(
  field: string,
  koji: KojiRepository,
  context: PlaceContext,
  expand: (name: string, url: string) => string,
): RepositoryPlace {
  const { repoId, tag = context.tag } = koji;
  if (!Number.isSafeInteger(repoId) || repoId < 1) {
    throw new InvalidArgumentError(`${field}.koji.repoId`, repoId, 'must be a whole number from 1');
  }
  if (!/^[^\s/,$]+$/.test(tag)) {
    throw new InvalidArgumentError(`${field}.koji.tag`, tag, 'must be the name of a tag');
  }
  const topUrls = typeof koji.topUrls === 'string' ? [koji.topUrls] : koji.topUrls;
  if (topUrls.length === 0) {
    throw new InvalidArgumentError(`${field}.koji.topUrls`, topUrls, 'must not be empty');
  }
  const rest = `repos/${tag}/${repoId}/${context.canonicalArch}`;
  const baseUrls = topUrls.map(
    (url, at) => `${expand(`koji.topUrls[${at}]`, url).replace(/\/+$/, '')}/${rest}`,
  );
  return { ...NOWHERE, baseUrls, kojiTag: tag, kojiRepoId: repoId };
}

function mountedPlace(field: string, id: string, folder: string): RepositoryPlace {
  if (!folder.startsWith('/') || folder.split('/').includes('..') || folder.includes('\0')) {
    throw new InvalidArgumentError(`${field}.hostFolder`, folder, 'must be an absolute path without ..');
  }
  const target = `${MOUNT_FOLDER}/${toFileName(id)}`;
  return { ...NOWHERE, baseUrls: [`file://${target}`], mount: { source: folder, target } };
}

/** A repository's id, as it is written in paths: a colon would end them for some. */
export function toFileName(id: string): string {
  return id.replaceAll(':', '_');
}

/** The variables that URLs may name: dnf's, as Koji fills in the architecture, and the caller's. */
export function urlVariables(
  canonicalArch: string,
  releasever: string | null,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const release: Record<string, string> = {};
  if (releasever !== null) {
    const [major = '', minor = ''] = releasever.split('.', 2);
    release['releasever'] = releasever;
    release['releasever_major'] = major;
    release['releasever_minor'] = minor;
  }
  return { arch: canonicalArch, basearch: canonicalArch, ...release, ...more };
}
