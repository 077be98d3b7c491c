import { toIniText, type IniOptions } from './ini.js';
import { proxyOptions } from './package-manager-configuration.js';
import type { PlanRepository } from './plan-repository.js';
import type { Repository } from './repository.js';

/** What a plan has without its users and passwords, and the package manager's file with them. */
interface RepositoryPlaces {
  readonly baseUrls: readonly string[];
  readonly mirrorList: string | null;
  readonly metalink: string | null;
  readonly gpgKeys: readonly string[];
  readonly caCertificates: string | null;
}

/** The options of a repository's section. @throws InvalidArgumentError */
export function toRepositoryOptions(
  field: string,
  repository: Repository,
  planned: PlanRepository,
  places: RepositoryPlaces,
): IniOptions {
  const { username, password } = repository;
  const exclude = planned.exclude.length === 0 ? null : planned.exclude.join(' ');
  const flag = (value: boolean): string => (value ? '1' : '0');
  const optional: Readonly<Record<string, string | readonly string[] | null | undefined>> = {
    name: planned.name,
    baseurl: places.baseUrls.length === 0 ? null : places.baseUrls,
    mirrorlist: places.mirrorList,
    metalink: places.metalink,
    enabled: '1',
    gpgcheck: flag(planned.gpgCheck),
    repo_gpgcheck: planned.repoGpgCheck ? '1' : null,
    gpgkey: places.gpgKeys.length === 0 ? null : places.gpgKeys,
    priority: planned.priority?.toString(),
    cost: planned.cost?.toString(),
    module_hotfixes: planned.moduleHotfixes ? '1' : null,
    // The second is yum's name, which both dnf still know.
    excludepkgs: exclude,
    exclude,
    includepkgs: planned.include.length === 0 ? null : planned.include.join(' '),
    metadata_expire: planned.metadataExpire,
    sslverify: planned.sslVerify ? null : '0',
    sslcacert: places.caCertificates,
    skip_if_unavailable: flag(planned.skipIfUnavailable),
    username: username === undefined ? null : toIniText(`${field}.username`, username),
    password: password === undefined ? null : toIniText(`${field}.password`, password, true),
    ...proxyOptions(`${field}.proxy`, repository.proxy),
    ...planned.options,
  };
  const given = Object.entries(optional).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [[key, value] as const],
  );
  return Object.fromEntries(given);
}
