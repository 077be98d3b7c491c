import { InvalidArgumentError } from '../errors.js';
import { toIniSection } from './ini.js';
import { REPOSITORY_FOLDER } from './package-manager-configuration.js';
import type { PlanRepository } from './plan-repository.js';
import { resolveCertificates, resolveKeys, type TextFile } from './repository-keys.js';
import { toRepositoryOptions } from './repository-options.js';
import { resolvePlace, toFileName, type PlaceContext, type RepositoryPlace } from './repository-place.js';
import type { Repository } from './repository.js';
import { hasUser, isRemote, redactUrl } from './url.js';

/** A repository as a plan has it, and what a container must have to use it. */
export interface ResolvedRepository {
  readonly planned: PlanRepository;
  /** Its .repo file, its keys and certificates. */
  readonly files: readonly TextFile[];
  readonly mount: RepositoryPlace['mount'];
  readonly isRemote: boolean;
}

/** @throws InvalidArgumentError that names the field `repositories[AT].…` */
export function resolveRepository(
  field: string,
  repository: Repository,
  context: PlaceContext,
): ResolvedRepository {
  const { id } = repository;
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/.test(id) || id === 'main') {
    throw new InvalidArgumentError(
      `${field}.id`,
      id,
      'must be of letters, digits, -, _, . and :, and not main',
    );
  }
  const place = resolvePlace(field, repository, context);
  const keys = resolveKeys(field, repository, context.variables);
  const certificates = resolveCertificates(field, repository);
  const urls = [place.mirrorList, place.metalink, ...place.baseUrls, ...keys.urls].filter(
    (url) => url !== null,
  );
  const planned = toPlanned(field, repository, place, keys.urls, urls);
  const options = toRepositoryOptions(field, repository, planned, {
    ...place,
    gpgKeys: keys.urls,
    caCertificates: certificates[0]?.path ?? null,
  });
  const file: TextFile = {
    path: `${REPOSITORY_FOLDER}/${toFileName(id)}.repo`,
    content: toIniSection(id, options),
    secret: planned.hasCredentials,
  };
  return {
    planned,
    files: [file, ...keys.files, ...certificates],
    mount: place.mount,
    isRemote: urls.some(isRemote),
  };
}

function toPlanned(
  field: string,
  repository: Repository,
  place: RepositoryPlace,
  gpgKeys: readonly string[],
  urls: readonly string[],
): PlanRepository {
  const { id, name = id, proxy, username, password, metadataExpireSeconds, gpgCheck } = repository;
  if (gpgCheck === undefined && gpgKeys.length === 0) {
    throw new InvalidArgumentError(
      `${field}.gpgCheck`,
      gpgCheck,
      'must be said to be false where there are no gpgKeys',
    );
  }
  const credentials = [username, password, proxy?.username, proxy?.password];
  return {
    id,
    // A label for people, that the format has one line for.
    name: name.replace(/\s+/g, ' ').trim(),
    baseUrls: place.baseUrls.map(redactUrl),
    mirrorList: place.mirrorList === null ? null : redactUrl(place.mirrorList),
    metalink: place.metalink === null ? null : redactUrl(place.metalink),
    hostFolder: place.mount?.source ?? null,
    kojiRepoId: place.kojiRepoId,
    kojiTag: place.kojiTag,
    priority: wholeNumber(`${field}.priority`, repository.priority, 1, 99),
    cost: wholeNumber(`${field}.cost`, repository.cost, 0, 1_000_000),
    gpgCheck: gpgCheck ?? true,
    repoGpgCheck: repository.repoGpgCheck ?? false,
    gpgKeys: gpgKeys.map(redactUrl),
    moduleHotfixes: repository.moduleHotfixes ?? false,
    exclude: assertPatterns(`${field}.exclude`, repository.exclude),
    include: assertPatterns(`${field}.include`, repository.include),
    proxy: proxy === null ? '' : proxy === undefined ? null : redactUrl(proxy.url),
    metadataExpire: toExpiry(`${field}.metadataExpireSeconds`, metadataExpireSeconds),
    sslVerify: repository.sslVerify ?? true,
    skipIfUnavailable: repository.skipIfUnavailable ?? false,
    hasCredentials:
      credentials.some((text) => text !== undefined) || [...urls, proxy?.url ?? ''].some(hasUser),
    revision: repository.revision ?? null,
    options: sortedOptions(repository.options),
  };
}

function toExpiry(field: string, expire: number | 'never' | undefined): string | null {
  if (expire === 'never') return expire;
  return wholeNumber(field, expire, 0, Number.MAX_SAFE_INTEGER)?.toString() ?? null;
}

function wholeNumber(field: string, value: number | undefined, least: number, most: number): number | null {
  if (value === undefined) return null;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(field, value, `must be a whole number from ${least} to ${most}`);
}

/** Patterns are separated by blanks and commas. */
function assertPatterns(field: string, patterns: readonly string[] = []): readonly string[] {
  const bad = patterns.find((pattern) => !/^[^\s,]+$/.test(pattern));
  if (bad === undefined) return patterns;
  throw new InvalidArgumentError(field, bad, 'must be patterns without blanks and commas');
}

function sortedOptions(options: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1)));
}
