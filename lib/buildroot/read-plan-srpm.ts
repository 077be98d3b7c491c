import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isUint8Array } from 'node:util/types';
import type { SrpmSource } from '../srpm/byte-reader.js';
import { readSrpm } from '../srpm/read-srpm.js';
import type { SrpmHeader } from '../srpm/rpm-header.js';
import type { RpmSignature } from '../srpm/signatures.js';
import { SrpmError } from '../srpm/srpm-error.js';
import type { PlanSignature, PlanSrpm } from './plan-srpm.js';

/** What a source package says of itself, whole and as a plan has it. */
export interface ReadPlanSrpm {
  readonly header: SrpmHeader;
  readonly srpm: PlanSrpm;
}

/**
 * Reads a source package: all of it where it is a file or bytes, for its checksum; a stream up to the end of its headers.
 *
 * @throws SrpmError as `readSrpm`; `SRPM_INVALID` also when it has no spec, or a name that is none for a file
 */
export async function readPlanSrpm(
  source: SrpmSource,
  name: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadPlanSrpm> {
  const header = await readSrpm(source, { name, signal });
  return { header, srpm: toPlanSrpm(header, await digest(source, header.file, signal)) };
}

interface Digest {
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
}

function toPlanSrpm(header: SrpmHeader, file: Digest): PlanSrpm {
  const { specFile } = header;
  if (specFile === undefined) throw new SrpmError('SRPM_INVALID', header.file, 'has no spec file');
  const fileName = `${header.name}-${header.version}-${header.release}.${header.arch}.rpm`;
  if (fileName.includes('/') || fileName.includes('\0') || fileName.startsWith('.')) {
    const shown = JSON.stringify(fileName);
    throw new SrpmError('SRPM_INVALID', header.file, `would be called ${shown}, which is no file name`);
  }
  return {
    fileName,
    nevra: header.nevra,
    name: header.name,
    epoch: header.epoch ?? null,
    version: header.version,
    release: header.release,
    ...file,
    specFile,
    buildRequires: header.buildRequires.map(({ text }) => text),
    buildConflicts: header.buildConflicts.map(({ text }) => text),
    dynamicBuildRequires: header.dynamicBuildRequires,
    buildArchs: header.buildArchs,
    exclusiveArch: header.exclusiveArch,
    excludeArch: header.excludeArch,
    exclusiveOs: header.exclusiveOs,
    excludeOs: header.excludeOs,
    buildTime: header.buildTime ?? null,
    buildHost: header.buildHost ?? null,
    rpmVersion: header.rpmVersion ?? null,
    sigMd5: header.sigMd5 ?? null,
    signatures: header.signatures.map(toPlanSignature),
  };
}

function toPlanSignature({ tag, covers, openPgp, problem }: RpmSignature): PlanSignature {
  return {
    tag,
    covers,
    keyId: openPgp?.keyId ?? null,
    algorithm: openPgp?.algorithm ?? null,
    hash: openPgp?.hash ?? null,
    createdAt: openPgp?.createdAt ?? null,
    problem: problem ?? null,
  };
}

async function digest(source: SrpmSource, file: string, signal: AbortSignal | undefined): Promise<Digest> {
  if (isUint8Array(source)) {
    return { sha256: createHash('sha256').update(source).digest('hex'), sizeBytes: source.length };
  }
  if (typeof source !== 'string') return { sha256: null, sizeBytes: null };
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(source)) {
      signal?.throwIfAborted();
      hash.update(chunk as Buffer);
      sizeBytes += (chunk as Buffer).length;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new SrpmError('SRPM_UNREADABLE', file, `cannot be read: ${reason}`, { cause: error });
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
