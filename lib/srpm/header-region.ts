import {
  dataOffset,
  describeEntry,
  ENTRY_BYTES,
  entryOffset,
  invalidHeader,
  readEntry,
  type RawEntry,
  type RawHeader,
} from './header-part.js';
import { BINARY_TYPE, REGION } from './tags.js';

export const TRAILER_BYTES = 16;

/**
 * Finds the region that closes a header, as all have since rpm 4.0, and gives the end of its data; `undefined` when
 * there is none. Follows hdrblobVerifyRegion of lib/header.cc in rpm 6.1.
 */
export function parseRegion(header: RawHeader): number | undefined {
  const { part, data } = header;
  const isSignature = part.title === 'signature header';
  const expected = isSignature ? REGION.signatures : REGION.immutable;
  const region = readEntry(header.index, 0);
  if (region.tag !== expected) return undefined;
  const end = region.offset + TRAILER_BYTES;
  if (!isRegion(region) || region.offset < 0 || end > data.length) {
    throw invalidHeader(
      part,
      entryOffset(part, 0),
      `has a bad region in ${data.length} bytes of data: ${describeEntry(region)}`,
    );
  }
  const trailer = readEntry(data, region.offset);
  // Some old packages close the region of signatures with the tag of another.
  const closes = trailer.tag === expected || (isSignature && trailer.tag === REGION.image);
  if (!closes || !isRegion(trailer)) {
    throw invalidHeader(
      part,
      dataOffset(header, region.offset),
      `has a bad region trailer: ${describeEntry(trailer)}`,
    );
  }
  const entries = -trailer.offset / ENTRY_BYTES;
  const isWhole = entries === header.entryCount && end === data.length;
  const fits = Number.isInteger(entries) && entries >= 0 && entries <= header.entryCount;
  // Only signatures may have been added outside of their region.
  if (!fits || (!isSignature && !isWhole)) {
    throw invalidHeader(
      part,
      dataOffset(header, region.offset),
      `has a region of ${entries} tags and ${end} bytes, but ${header.entryCount} tags and ${data.length} bytes`,
    );
  }
  return end;
}

function isRegion(entry: RawEntry): boolean {
  return entry.type === BINARY_TYPE && entry.count === TRAILER_BYTES;
}
