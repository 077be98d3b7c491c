import {
  describeEntry,
  ENTRY_BYTES,
  entryOffset,
  invalidHeader,
  readEntry,
  type RawEntry,
  type RawHeader,
} from './header-part.js';
import { parseRegion, TRAILER_BYTES } from './header-region.js';
import { isStringType, LEAST_TAG, TAG_TYPES, TYPE_BY_TAG, VALUE_BYTES, type TagType } from './tags.js';

/** Where a tag's values are: `length` bytes of the header's data from `start` on. */
export interface IndexEntry {
  readonly tag: number;
  readonly type: TagType;
  readonly start: number;
  readonly count: number;
  readonly length: number;
}

export interface HeaderIndex {
  readonly entries: readonly IndexEntry[];
  /** Whether a region closes the header, as in all packages since rpm 4.0. */
  readonly hasRegion: boolean;
}

/** Values of one tag that is not binary (HEADER_ARRAY_MAX of rpm). */
const MOST_VALUES = 0xfffff;

/**
 * Reads a header's index, and refuses what rpm refuses: this follows hdrblobVerifyInfo of lib/header.cc in rpm 6.1,
 * check by check. One difference: the type of a tag that is not read here is not looked at.
 */
export function parseIndex(header: RawHeader): HeaderIndex {
  const regionEnd = parseRegion(header);
  const entries: IndexEntry[] = [];
  let end = 0;
  // A region is described by the first entry, whose data lies behind all others.
  for (let position = regionEnd === undefined ? 0 : 1; position < header.entryCount; position++) {
    const raw = readEntry(header.index, position * ENTRY_BYTES);
    const entry = parseEntry(header, raw, end, regionEnd);
    if (typeof entry === 'string') {
      const at = entryOffset(header.part, position);
      throw invalidHeader(header.part, at, `has a bad tag: ${entry} (${describeEntry(raw)})`);
    }
    entries.push(entry);
    end = entry.start + entry.length;
  }
  return { entries, hasRegion: regionEnd !== undefined };
}

/** An entry, or what is wrong with it. `end` is where the values of the one before end. */
function parseEntry(
  header: RawHeader,
  raw: RawEntry,
  end: number,
  regionEnd: number | undefined,
): IndexEntry | string {
  const { data } = header;
  const { tag, offset, count } = raw;
  const type = TAG_TYPES[raw.type];
  if (offset < end) return `its values begin before byte ${end} of the data, where those before it end`;
  if (tag < LEAST_TAG) return `its number is below ${LEAST_TAG}`;
  if (type === undefined) return 'there is no such type';
  if (count < 1 || count > data.length) return `${data.length} bytes of data cannot hold so many values`;
  if (type !== 'binary' && count > MOST_VALUES) return `it has more than ${MOST_VALUES} values`;
  // Signature headers, and those from before there were regions, keep less strictly to the types.
  const expected =
    regionEnd !== undefined && header.part.title === 'header' ? TYPE_BY_TAG.get(tag) : undefined;
  if (expected !== undefined && expected !== type && !(isStringType(expected) && isStringType(type))) {
    return `it is ${type}, not ${expected}`;
  }
  if (!isStringType(type) && offset % VALUE_BYTES[type] !== 0) {
    return `its offset is no multiple of ${VALUE_BYTES[type]}`;
  }
  if (type === 'string' && count !== 1) return 'it is one string, but counts several';
  const length = isStringType(type) ? measureStrings(data, offset, count) : VALUE_BYTES[type] * count;
  if (length === undefined || offset + length > data.length) {
    return `its values reach beyond the ${data.length} bytes of data`;
  }
  if (regionEnd !== undefined && offset < regionEnd && offset + length > regionEnd - TRAILER_BYTES) {
    return 'its values overlap the region trailer';
  }
  return { tag, type, start: offset, count, length };
}

function measureStrings(data: Buffer, start: number, count: number): number | undefined {
  let next = start;
  for (let left = count; left > 0; left--) {
    const end = data.indexOf(0, next);
    if (end === -1) return undefined;
    next = end + 1;
  }
  return next - start;
}
