import type { CallOptions } from '../abort.js';
import { InvalidArgumentError } from '../errors.js';
import { ByteReader, type SrpmSource } from './byte-reader.js';
import { readHeaders, type PackageHeaders, type ReadHeadersOptions } from './read-headers.js';
import type { RpmHeader, SrpmHeader } from './rpm-header.js';
import { toRpmHeader } from './to-rpm-header.js';
import { toSrpmHeader } from './to-srpm-header.js';

/**
 * How an RPM file is read.
 *
 * @public
 */
export interface ReadRpmOptions extends CallOptions {
  /** What errors call the file. @defaultValue its path; `RPM file` where there is none */
  readonly name?: string | undefined;
  /**
   * Most bytes of each of the two headers; the largest of Fedora have some megabytes.
   * @defaultValue 32 MiB; rpm itself takes 256 MiB
   */
  readonly maxHeaderBytes?: number | undefined;
  /**
   * Whether a digest or size that does not match rejects, or is only stated in the result.
   * @defaultValue `'reject'`, as rpm does
   */
  readonly onMismatch?: 'reject' | 'report' | undefined;
}

/**
 * Reads what a source RPM says of itself: lead, signature header and header. Its payload is not read.
 *
 * @remarks
 * Needs no rpm on this machine. A stream is read at most one chunk past the headers and then ended; so it is on abort.
 * The digests of the header are verified, the signatures are not; for the payload see {@link verifySrpm}.
 * @throws SrpmError with `SRPM_UNREADABLE`, `SRPM_INVALID` (no RPM, or it breaks the format), `SRPM_TRUNCATED` (it ends in
 * its headers), `SRPM_LIMIT`, `SRPM_NOT_SOURCE` (a binary RPM), `SRPM_DIGEST_MISMATCH` (a damaged header)
 * @public
 */
export function readSrpm(source: SrpmSource, options: ReadRpmOptions = {}): Promise<SrpmHeader> {
  return withHeaders(source, options, toSrpmHeader);
}

/**
 * Reads what any RPM, source or binary, says of itself. See {@link readSrpm}; there is no `SRPM_NOT_SOURCE`.
 *
 * @public
 */
export function readRpm(source: SrpmSource, options: ReadRpmOptions = {}): Promise<RpmHeader> {
  return withHeaders(source, options, toRpmHeader);
}

async function withHeaders<Header>(
  source: SrpmSource,
  options: ReadRpmOptions,
  convert: (headers: PackageHeaders) => Header,
): Promise<Header> {
  const resolved = resolveReadHeadersOptions(options);
  const reader = new ByteReader(source, options.name, options.signal);
  try {
    return convert(await readHeaders(reader, resolved));
  } finally {
    await reader.close();
  }
}

const DEFAULT_MAX_HEADER_BYTES = 32 * 1024 * 1024;
const MOST_HEADER_BYTES = 256 * 1024 * 1024;

/** @throws InvalidArgumentError */
export function resolveReadHeadersOptions(options: ReadRpmOptions): ReadHeadersOptions {
  const { maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES, onMismatch = 'reject' } = options;
  if (!Number.isSafeInteger(maxHeaderBytes) || maxHeaderBytes < 1 || maxHeaderBytes > MOST_HEADER_BYTES) {
    throw new InvalidArgumentError(
      'maxHeaderBytes',
      maxHeaderBytes,
      `must be a whole number from 1 to ${MOST_HEADER_BYTES}`,
    );
  }
  return { maxHeaderBytes, rejectsMismatch: onMismatch === 'reject' };
}
