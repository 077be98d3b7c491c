import { createHash } from 'node:crypto';
import { TAG_TYPES, type TagType } from '../../lib/srpm/tags.js';

/** A tag and its values, or an index entry as it is to be written, whatever comes of it. */
export type TagValue = readonly [tag: number, type: TagType, values: readonly (string | number)[] | Buffer];

export interface RawIndexEntry {
  readonly tag: number;
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** Writes a header as rpm does, closed by a region unless `region` is undefined. */
export function buildHeader(tags: readonly TagValue[], region: number | undefined): Buffer {
  const entries: RawIndexEntry[] = [];
  const parts: Buffer[] = [];
  let length = 0;
  const append = (bytes: Buffer, alignment: number): number => {
    const padding = (alignment - (length % alignment)) % alignment;
    parts.push(Buffer.alloc(padding), bytes);
    length += padding + bytes.length;
    return length - bytes.length;
  };
  for (const [tag, type, values] of tags) {
    const [bytes, alignment] = encode(type, values);
    entries.push({
      tag,
      type: TAG_TYPES.indexOf(type),
      offset: append(bytes, alignment),
      count: values.length,
    });
  }
  if (region !== undefined) {
    const indexBytes = (entries.length + 1) * 16;
    const trailer = encodeEntry({ tag: region, type: 7, offset: -indexBytes, count: 16 });
    entries.unshift({ tag: region, type: 7, offset: append(trailer, 1), count: 16 });
  }
  return joinHeader(entries, Buffer.concat(parts));
}

/** Writes a header of these entries and data, fitting or not. */
export function joinHeader(entries: readonly RawIndexEntry[], data: Buffer): Buffer {
  const intro = Buffer.from('8eade80100000000'.padEnd(32, '0'), 'hex');
  intro.writeUInt32BE(entries.length, 8);
  intro.writeUInt32BE(data.length, 12);
  return Buffer.concat([intro, ...entries.map(encodeEntry), data]);
}

/** The tags that no package can be without, and those that make it a source package with one file. */
export const SOURCE_TAGS: readonly TagValue[] = [
  [1000, 'string', ['made']],
  [1001, 'string', ['1.0']],
  [1002, 'string', ['1']],
  [1028, 'int32', [5]],
  [1030, 'int16', [0o100644]],
  [1037, 'int32', [32]],
  [1106, 'int32', [1]],
  [1116, 'int32', [0]],
  [1117, 'strings', ['made.spec']],
  [1118, 'strings', ['']],
];

/** Adds tags to others, or replaces them, and sorts them as a header must be. */
export function withTags(tags: readonly TagValue[], ...changes: readonly TagValue[]): readonly TagValue[] {
  const changed = new Set(changes.map(([tag]) => tag));
  return [...tags.filter(([tag]) => !changed.has(tag)), ...changes].sort(([one], [other]) => one - other);
}

export interface BuildRpmOptions {
  /** In place of the signature header's right SHA256. */
  readonly signatures?: readonly TagValue[];
  readonly signatureHeader?: Buffer;
  readonly payload?: Buffer;
}

/** Writes a package around a header. */
export function buildRpm(header: Buffer, options: BuildRpmOptions = {}): Buffer {
  const lead = Buffer.alloc(96);
  lead.write('edabeedb0300', 'hex');
  lead.writeUInt16BE(5, 78);
  const sha256 = createHash('sha256').update(header).digest('hex');
  const signature =
    options.signatureHeader ?? buildHeader(options.signatures ?? [[273, 'string', [sha256]]], 62);
  const padding = Buffer.alloc(-signature.length & 7);
  return Buffer.concat([lead, signature, padding, header, options.payload ?? Buffer.from('payload')]);
}

/** A source package with these tags. */
export function buildSrpm(tags: readonly TagValue[] = SOURCE_TAGS, options: BuildRpmOptions = {}): Buffer {
  return buildRpm(buildHeader(tags, 63), options);
}

function encodeEntry(entry: RawIndexEntry): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(entry.tag, 0);
  bytes.writeUInt32BE(entry.type, 4);
  bytes.writeInt32BE(entry.offset, 8);
  bytes.writeUInt32BE(entry.count, 12);
  return bytes;
}

function encode(type: TagType, values: TagValue[2]): [bytes: Buffer, alignment: number] {
  if (Buffer.isBuffer(values)) return [values, 1];
  if (type === 'string' || type === 'strings' || type === 'i18n')
    return [Buffer.from(values.join('\0') + '\0'), 1];
  const width = { char: 1, int8: 1, binary: 1, int16: 2, int32: 4, int64: 8 }[type];
  const bytes = Buffer.alloc(width * values.length);
  values.forEach((value, at) => {
    if (width === 8) bytes.writeBigUInt64BE(BigInt(value), at * 8);
    else bytes.writeUIntBE(Number(value), at * width, width);
  });
  return [bytes, width];
}
