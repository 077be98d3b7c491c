import { parseIndex, type IndexEntry } from './header-index.js';
import type { RawHeader } from './header-part.js';
import { isStringType, type TagType } from './tags.js';
import { decodeText } from './text.js';

type Tag<Name extends string> = Readonly<Record<Name, readonly [tag: number, type: TagType]>>;

/**
 * A verified header, asked for its tags by name. A tag that is absent, or holds another kind of value than asked for,
 * gives `undefined`; of several entries of one tag the first counts, as in rpm.
 */
export class HeaderBlob<Name extends string> {
  readonly hasRegion: boolean;
  readonly #tags: Tag<Name>;
  readonly #data: Buffer;
  readonly #entries = new Map<number, IndexEntry>();
  readonly #notUtf8 = new Set<Name>();

  /** @throws SRPM_INVALID where the header breaks the format */
  constructor(header: RawHeader, tags: Tag<Name>) {
    const index = parseIndex(header);
    this.hasRegion = index.hasRegion;
    this.#tags = tags;
    this.#data = header.data;
    for (const entry of index.entries) {
      if (!this.#entries.has(entry.tag)) this.#entries.set(entry.tag, entry);
    }
  }

  /** Names of the tags asked for so far whose text was not UTF-8. */
  get notUtf8(): readonly Name[] {
    return [...this.#notUtf8];
  }

  has(name: Name): boolean {
    return this.#entries.has(this.#tags[name][0]);
  }

  /** The only or first string: for translated text, the untranslated one. */
  text(name: Name): string | undefined {
    const entry = this.#entry(name, isStringType);
    if (entry === undefined) return undefined;
    return this.#decode(name, entry.start, this.#data.indexOf(0, entry.start));
  }

  texts(name: Name): readonly string[] | undefined {
    const entry = this.#entry(name, isStringType);
    if (entry === undefined) return undefined;
    const texts: string[] = [];
    let start = entry.start;
    while (texts.length < entry.count) {
      const end = this.#data.indexOf(0, start);
      texts.push(this.#decode(name, start, end));
      start = end + 1;
    }
    return texts;
  }

  /** The only or first number. */
  number(name: Name): number | undefined {
    return this.numbers(name)?.[0];
  }

  /** Whole numbers; beyond 2^53 the nearest that there is. */
  numbers(name: Name): readonly number[] | undefined {
    const entry = this.#entry(name, isNumberType);
    if (entry === undefined) return undefined;
    const width = entry.length / entry.count;
    return Array.from({ length: entry.count }, (_, at) => {
      const start = entry.start + at * width;
      return width === 8 ? Number(this.#data.readBigUInt64BE(start)) : this.#data.readUIntBE(start, width);
    });
  }

  binary(name: Name): Buffer | undefined {
    const entry = this.#entry(name, (type) => type === 'binary');
    return entry && this.#data.subarray(entry.start, entry.start + entry.length);
  }

  #entry(name: Name, isWanted: (type: TagType) => boolean): IndexEntry | undefined {
    const entry = this.#entries.get(this.#tags[name][0]);
    return entry !== undefined && isWanted(entry.type) ? entry : undefined;
  }

  #decode(name: Name, start: number, end: number): string {
    const { text, isUtf8 } = decodeText(this.#data.subarray(start, end));
    if (!isUtf8) this.#notUtf8.add(name);
    return text;
  }
}

function isNumberType(type: TagType): boolean {
  return !isStringType(type) && type !== 'binary';
}
