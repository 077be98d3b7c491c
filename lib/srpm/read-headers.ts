import type { ByteReader } from './byte-reader.js';
import { checkHeaderDigests, type HeaderDigests } from './header-digests.js';
import { HeaderBlob } from './header-blob.js';
import { parseIntro } from './header-intro.js';
import { ENTRY_BYTES, INTRO_BYTES, type HeaderPart, type RawHeader } from './header-part.js';
import { HEADER_SIGNATURE_TYPE, LEAD_BYTES, parseLead } from './lead.js';
import { SrpmError } from './srpm-error.js';
import { SIGNATURE_TAGS, TAGS, type SignatureTagName, type TagName } from './tags.js';

/** What is before the payload of an RPM file. */
export interface PackageHeaders {
  readonly file: string;
  readonly signature: HeaderBlob<SignatureTagName>;
  readonly header: HeaderBlob<TagName>;
  /** The header's bytes, which digests and signatures are made of. */
  readonly headerBytes: Uint8Array;
  readonly digests: HeaderDigests;
  /** Where the payload begins in the file. */
  readonly payloadOffset: number;
}

export interface ReadHeadersOptions {
  readonly maxHeaderBytes: number;
  /** Whether a wrong digest of the header rejects. */
  readonly rejectsMismatch: boolean;
}

/** Reads lead, signature header and header, and nothing after them. */
export async function readHeaders(reader: ByteReader, options: ReadHeadersOptions): Promise<PackageHeaders> {
  const { file } = reader;
  const { signatureType } = parseLead(file, await reader.take(LEAD_BYTES));
  const { raw } = await readSignatureHeader(reader, signatureType, options);
  const signature = new HeaderBlob(raw, SIGNATURE_TAGS);
  const main = await readHeader(reader, 'header', options);
  // Before the header is parsed: where it is damaged, its digest says so better than whatever fails first.
  const digests = checkHeaderDigests(signature, main.bytes);
  if (options.rejectsMismatch) assertDigests(file, main.raw.part.offset, digests);
  return {
    file,
    signature,
    header: new HeaderBlob(main.raw, TAGS),
    headerBytes: main.bytes,
    digests,
    payloadOffset: reader.offset,
  };
}

interface HeaderBytes {
  readonly raw: RawHeader;
  /** All of it, from its magic number on. */
  readonly bytes: Buffer;
}

async function readSignatureHeader(
  reader: ByteReader,
  signatureType: number,
  options: ReadHeadersOptions,
): Promise<HeaderBytes> {
  const header = await readHeader(reader, 'signature header', options).catch((error: unknown) => {
    if (!(error instanceof SrpmError) || error.code !== 'SRPM_INVALID') throw error;
    if (signatureType === HEADER_SIGNATURE_TYPE) throw error;
    throw new SrpmError(
      'SRPM_INVALID',
      reader.file,
      `states an illegal signature type, ${signatureType} and not ${HEADER_SIGNATURE_TYPE}, in its lead (at byte 78)`,
      { offset: 78, cause: error },
    );
  });
  await reader.takeAll(-header.bytes.length & 7, 'padding after the signature header');
  return header;
}

async function readHeader(
  reader: ByteReader,
  title: HeaderPart['title'],
  options: ReadHeadersOptions,
): Promise<HeaderBytes> {
  const part: HeaderPart = { file: reader.file, title, offset: reader.offset };
  const introBytes = await reader.takeAll(INTRO_BYTES, title);
  const intro = parseIntro(part, introBytes);
  if (intro.bodyBytes > options.maxHeaderBytes) {
    throw new SrpmError(
      'SRPM_LIMIT',
      reader.file,
      `its ${title} has ${intro.bodyBytes} bytes, more than maxHeaderBytes (${options.maxHeaderBytes})`,
      { offset: part.offset },
    );
  }
  const bytes = Buffer.concat([introBytes, await reader.takeAll(intro.bodyBytes, title)]);
  const indexEnd = INTRO_BYTES + intro.entryCount * ENTRY_BYTES;
  return {
    bytes,
    raw: {
      part,
      entryCount: intro.entryCount,
      index: bytes.subarray(INTRO_BYTES, indexEnd),
      data: bytes.subarray(indexEnd),
    },
  };
}

function assertDigests(file: string, offset: number, digests: HeaderDigests): void {
  const bad = Object.entries(digests).filter(([, state]) => state === 'bad');
  if (bad.length === 0) return;
  const names = bad.map(([name]) => name.toUpperCase()).join(', ');
  throw new SrpmError(
    'SRPM_DIGEST_MISMATCH',
    file,
    `is damaged: its header does not have the ${names} digest that its signature header states`,
    { offset },
  );
}
