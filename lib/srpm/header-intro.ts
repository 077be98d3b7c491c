import { ENTRY_BYTES, invalidHeader, type HeaderPart } from './header-part.js';

/** How large a header is. */
export interface HeaderIntro {
  readonly entryCount: number;
  /** Index and data. */
  readonly bodyBytes: number;
}

const MAGIC = Buffer.from([0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0]);

/** rpm's own limits (hdrblobVerifyLengths in lib/header.cc of rpm 6.1). What a caller allows is far below. */
const MOST = {
  'signature header': { entries: 32, dataBytes: 64 * 1024 * 1024 },
  header: { entries: 0xffff, dataBytes: 0x0fffffff },
} as const;

/** Reads the 16 bytes that begin a header. */
export function parseIntro(part: HeaderPart, bytes: Uint8Array): HeaderIntro {
  const intro = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = intro.subarray(0, MAGIC.length);
  if (!magic.equals(MAGIC)) {
    throw invalidHeader(
      part,
      part.offset,
      `begins with ${magic.toString('hex')}, not with ${MAGIC.toString('hex')}`,
    );
  }
  const entryCount = intro.readUInt32BE(8);
  const dataBytes = intro.readUInt32BE(12);
  const most = MOST[part.title];
  if (entryCount < 1 || entryCount > most.entries) {
    throw invalidHeader(part, part.offset + 8, `states ${entryCount} tags, not 1 to ${most.entries}`);
  }
  if (dataBytes > most.dataBytes) {
    throw invalidHeader(
      part,
      part.offset + 12,
      `states ${dataBytes} bytes of data, more than ${most.dataBytes}`,
    );
  }
  return { entryCount, bodyBytes: entryCount * ENTRY_BYTES + dataBytes };
}
