import type { Header } from 'tar-stream';

/** What a tar header is made of. */
export interface ArchiveEntryAttributes {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Date;
  readonly size?: number;
  readonly linkname?: string;
}

/** A header as tar-stream takes it. */
export type ArchiveHeader = Partial<Header> & Pick<Header, 'name' | 'type' | 'size'>;

/** What the old header's seven octal digits hold; tar-stream writes this instead of anything larger, in silence. */
const MOST_OCTAL_ID = 0o777777;
/** Where tar-stream's 32-bit arithmetic wraps: 2040 would come out as 2242. */
const MOST_OCTAL_SECONDS = 0x7fff_ffff;
/** File type bits, which are not written: without one, tar-stream takes mode 0 for none given. */
const TYPE_BITS = 0o100000;

/**
 * Makes a header that says what it was given: what the old header has no room for goes into PAX records, which Podman's
 * reader puts above it.
 */
export function toArchiveHeader(entry: ArchiveEntryAttributes): ArchiveHeader {
  const pax: Record<string, string> = {};
  if (entry.uid > MOST_OCTAL_ID) pax['uid'] = String(entry.uid);
  if (entry.gid > MOST_OCTAL_ID) pax['gid'] = String(entry.gid);
  const milliseconds = entry.mtime.getTime();
  const seconds = Math.min(Math.max(Math.floor(milliseconds / 1000), 0), MOST_OCTAL_SECONDS);
  if (seconds * 1000 !== milliseconds) pax['mtime'] = toPaxTime(milliseconds);
  return {
    name: entry.name,
    type: entry.type,
    mode: entry.mode | TYPE_BITS,
    uid: Math.min(entry.uid, MOST_OCTAL_ID),
    gid: Math.min(entry.gid, MOST_OCTAL_ID),
    mtime: new Date(seconds * 1000),
    size: entry.size ?? 0,
    ...(entry.linkname === undefined ? {} : { linkname: entry.linkname }),
    ...(Object.keys(pax).length === 0 ? {} : { pax }),
  };
}

/** Decimal seconds, as in `-5.5`. */
function toPaxTime(milliseconds: number): string {
  const magnitude = Math.abs(milliseconds);
  const fraction = String(magnitude % 1000)
    .padStart(3, '0')
    .replace(/0+$/, '');
  const seconds = `${milliseconds < 0 ? '-' : ''}${Math.floor(magnitude / 1000)}`;
  return fraction === '' ? seconds : `${seconds}.${fraction}`;
}
