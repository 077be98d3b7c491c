import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/srpms');

/** The path of a file in spec/fixtures/srpms; README.md there says what each is. */
export function fixturePath(name: string): string {
  return join(folder, name);
}

export function readFixture(name: string): Buffer {
  return readFileSync(fixturePath(name));
}

type Value = string | number | readonly (string | number)[];

/** What rpm says of one fixture: see ask-rpm. */
export interface RpmSays {
  readonly file: string;
  /** `undefined` when rpm does not take it for a package. */
  readonly formatted?: Readonly<Record<string, string | readonly (string | null)[]>>;
  /** Raw tags, by rpm's names for them. A list of one is not written as a list. */
  readonly tags: Readonly<Record<string, Value>>;
  readonly digests: Readonly<Record<string, 'OK' | 'BAD'>>;
}

export function readAllThatRpmSays(): readonly RpmSays[] {
  return readdirSync(join(folder, 'rpm-says')).map((name) => {
    const bytes = readFixture(join('rpm-says', basename(name)));
    return JSON.parse(decode(bytes)) as RpmSays;
  });
}

/** rpm writes texts in whatever they are in. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
