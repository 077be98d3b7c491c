import { SrpmError } from './srpm-error.js';

/** One of the two headers of an RPM file. */
export interface HeaderPart {
  readonly file: string;
  readonly title: 'signature header' | 'header';
  /** Where its magic number begins in the file. */
  readonly offset: number;
}

/** A header's bytes, cut into its parts: https://rpm-software-management.github.io/rpm/manual/format_header.html */
export interface RawHeader {
  readonly part: HeaderPart;
  readonly entryCount: number;
  readonly index: Buffer;
  readonly data: Buffer;
}

/** An index entry as it is written; `offset` is signed there. */
export interface RawEntry {
  readonly tag: number;
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

export const INTRO_BYTES = 16;
export const ENTRY_BYTES = 16;

export function readEntry(bytes: Buffer, at: number): RawEntry {
  return {
    tag: bytes.readUInt32BE(at),
    type: bytes.readUInt32BE(at + 4),
    offset: bytes.readInt32BE(at + 8),
    count: bytes.readUInt32BE(at + 12),
  };
}

/** An entry, in words for errors. */
export function describeEntry(entry: RawEntry): string {
  return `tag ${entry.tag}, type ${entry.type}, offset ${entry.offset}, count ${entry.count}`;
}

/** Where an index entry is in the file. */
export function entryOffset(part: HeaderPart, position: number): number {
  return part.offset + INTRO_BYTES + position * ENTRY_BYTES;
}

/** Where a byte of the data is in the file. */
export function dataOffset(header: RawHeader, position: number): number {
  return entryOffset(header.part, header.entryCount) + position;
}

export function invalidHeader(part: HeaderPart, offset: number, message: string): SrpmError {
  return new SrpmError('SRPM_INVALID', part.file, `its ${part.title} ${message} (at byte ${offset})`, {
    offset,
  });
}
