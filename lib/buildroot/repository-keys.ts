import { InvalidArgumentError } from '../errors.js';
import { toFileName } from './repository-place.js';
import type { Repository } from './repository.js';
import { expandUrl } from './url.js';

/** A text file in the container, as yet without an owner. */
export interface TextFile {
  readonly path: string;
  readonly content: string;
  readonly secret: boolean;
}

const KEY_FOLDER = '/etc/pki/rpm-gpg';
const CERTIFICATE_FOLDER = '/etc/pki/podroot';

/** The URLs of a repository's keys, and a file for each that was given as text. @throws InvalidArgumentError */
export function resolveKeys(
  field: string,
  repository: Repository,
  variables: Readonly<Record<string, string>>,
): { readonly urls: readonly string[]; readonly files: readonly TextFile[] } {
  const urls: string[] = [];
  const files: TextFile[] = [];
  for (const [at, key] of (repository.gpgKeys ?? []).entries()) {
    if (key.trimStart().startsWith('-----BEGIN PGP')) {
      const path = `${KEY_FOLDER}/podroot-${toFileName(repository.id)}-${at + 1}.asc`;
      files.push({ path, content: `${key.trim()}\n`, secret: false });
      urls.push(`file://${path}`);
    } else {
      urls.push(expandUrl(`${field}.gpgKeys[${at}]`, key, variables));
    }
  }
  return { urls, files };
}

/** A file for the certificates that a repository's server is trusted by. @throws InvalidArgumentError */
export function resolveCertificates(
  field: string,
  { id, sslCaCertificates }: Repository,
): readonly TextFile[] {
  if (sslCaCertificates === undefined) return [];
  if (!sslCaCertificates.includes('-----BEGIN CERTIFICATE-----')) {
    throw new InvalidArgumentError(`${field}.sslCaCertificates`, sslCaCertificates, 'must be PEM text');
  }
  const path = `${CERTIFICATE_FOLDER}/${toFileName(id)}-ca.pem`;
  return [{ path, content: `${sslCaCertificates.trim()}\n`, secret: false }];
}
