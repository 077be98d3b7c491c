import { ByteReader, type SrpmSource } from './byte-reader.js';
import { DigestCheck, type DigestState, type StatedDigest } from './digest.js';
import { isVersion6Signature } from './header-digests.js';
import { readHeaders, type PackageHeaders } from './read-headers.js';
import { resolveReadHeadersOptions, type ReadRpmOptions } from './read-srpm.js';
import type { SrpmHeader } from './rpm-header.js';
import { SrpmError } from './srpm-error.js';
import type { TagName } from './tags.js';
import { toSrpmHeader } from './to-srpm-header.js';

/**
 * Whether a source RPM is whole: every digest and size that it states, against its bytes.
 *
 * @public
 */
export interface SrpmVerification {
  /** What the header says. */
  readonly header: SrpmHeader;
  /** Bytes of the file. */
  readonly sizeBytes: number;
  /** Bytes after the headers: with what does not belong there, without what is missing. */
  readonly payloadBytes: number;
  /** The payload's size. */
  readonly size: 'ok' | 'truncated' | 'trailing bytes' | 'absent';
  /** MD5 of header and payload, which only formats before 6 have. */
  readonly md5: DigestState;
  /** Over the payload as it is in the file. */
  readonly payloadSha256: DigestState;
  /** Over the payload as it is in the file. */
  readonly payloadSha512: DigestState;
  /** Over the payload as it is in the file. */
  readonly payloadSha3_256: DigestState;
  /** Whether nothing is bad, cut or too much, including `header.digests`. What is absent is no fault. */
  readonly isIntact: boolean;
}

/**
 * Reads all of a source RPM, as a stream, and checks the digests and sizes that it states. Signatures are not verified.
 *
 * @throws SrpmError as {@link readSrpm}; and for the payload `SRPM_TRUNCATED` when it is shorter than stated, and
 * `SRPM_DIGEST_MISMATCH` when it is longer or has another digest. With `onMismatch: 'report'` the result says so instead
 * @public
 */
export async function verifySrpm(
  source: SrpmSource,
  options: ReadRpmOptions = {},
): Promise<SrpmVerification> {
  const resolved = resolveReadHeadersOptions(options);
  const reader = new ByteReader(source, options.name, options.signal);
  try {
    const headers = await readHeaders(reader, resolved);
    const verification = await verifyPayload(reader, headers);
    if (resolved.rejectsMismatch) assertPayload(headers.file, verification);
    return verification;
  } finally {
    await reader.close();
  }
}

async function verifyPayload(reader: ByteReader, headers: PackageHeaders): Promise<SrpmVerification> {
  const header = toSrpmHeader(headers);
  const { signature } = headers;
  const hasMd5 = signature.has('MD5') && !isVersion6Signature(signature);
  const md5 = new DigestCheck('md5', hasMd5 ? [header.sigMd5] : []);
  const sha256 = new DigestCheck('sha256', stated(headers, 'PAYLOADSHA256', 'PAYLOADSHA256ALT'));
  const sha512 = new DigestCheck('sha512', stated(headers, 'PAYLOADSHA512', 'PAYLOADSHA512ALT'));
  const sha3 = new DigestCheck('sha3-256', stated(headers, 'PAYLOADSHA3_256', 'PAYLOADSHA3_256ALT'));
  md5.update(headers.headerBytes);
  for await (const chunk of reader.rest()) {
    for (const check of [md5, sha256, sha512, sha3]) check.update(chunk);
  }
  const states = {
    md5: md5.state(),
    payloadSha256: sha256.state(),
    payloadSha512: sha512.state(),
    payloadSha3_256: sha3.state(),
  };
  const payloadBytes = reader.offset - headers.payloadOffset;
  const size = compareSize(header.payload.sizeBytes, payloadBytes);
  const digests = [...Object.values(states), ...Object.values<DigestState>({ ...header.digests })];
  return {
    header,
    sizeBytes: reader.offset,
    payloadBytes,
    size,
    ...states,
    isIntact: !digests.includes('bad') && (size === 'ok' || size === 'absent'),
  };
}

/** A payload may be stored unpacked, so that only the alternative digest, that of the archive, fits. */
function stated(headers: PackageHeaders, tag: TagName, alternative: TagName): StatedDigest {
  return [tag, alternative]
    .filter((name) => headers.header.has(name))
    .map((name) => headers.header.text(name));
}

function compareSize(statedBytes: number | undefined, bytes: number): SrpmVerification['size'] {
  if (statedBytes === undefined) return 'absent';
  if (bytes === statedBytes) return 'ok';
  return bytes < statedBytes ? 'truncated' : 'trailing bytes';
}

function assertPayload(file: string, verification: SrpmVerification): void {
  if (verification.isIntact) return;
  const { size, payloadBytes, sizeBytes, header } = verification;
  const expected = `its payload has ${payloadBytes} bytes from byte ${header.payload.offset} on`;
  if (size === 'truncated') {
    throw new SrpmError(
      'SRPM_TRUNCATED',
      file,
      `ends at byte ${sizeBytes}: ${expected}, not ${header.payload.sizeBytes ?? 0}`,
      { offset: sizeBytes },
    );
  }
  const bad = (['md5', 'payloadSha256', 'payloadSha512', 'payloadSha3_256'] as const)
    .filter((name) => verification[name] === 'bad')
    .join(', ');
  const trailing = size === 'trailing bytes' ? `: ${expected}, not ${header.payload.sizeBytes ?? 0}` : '';
  throw new SrpmError(
    'SRPM_DIGEST_MISMATCH',
    file,
    `is damaged${trailing}${bad === '' ? '' : `; it does not have the stated ${bad}`}`,
    { offset: header.payload.offset },
  );
}
