import { constants } from 'node:os';
import { InvalidArgumentError } from '../errors.js';

/** One refused character list for everything that ends in a C string. */
function assertNoNul(field: string, value: string): void {
  if (value.includes('\0')) throw new InvalidArgumentError(field, value, 'must not contain a NUL character');
}

export function assertText(field: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new InvalidArgumentError(field, value, 'must be a string');
  assertNoNul(field, value);
}

export function assertNonEmpty(field: string, value: unknown): asserts value is string {
  assertText(field, value);
  if (value.trim() === '') throw new InvalidArgumentError(field, value, 'must not be empty');
}

export function assertAbsolutePath(field: string, value: unknown): asserts value is string {
  assertNonEmpty(field, value);
  if (!value.startsWith('/')) throw new InvalidArgumentError(field, value, 'must be an absolute path');
  if (value.split('/').includes('..')) throw new InvalidArgumentError(field, value, 'must not contain ".."');
}

export function assertWholeNumber(field: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(field, value, `must be a whole number from ${least} to ${most}`);
  }
}

export function assertBoolean(field: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new InvalidArgumentError(field, value, 'must be true or false');
}

export function assertTextList(field: string, value: unknown): asserts value is readonly string[] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(field, value, 'must be a list of strings');
  value.forEach((item: unknown, index) => {
    assertText(`${field}[${index}]`, item);
  });
}

/** A command line: at least the executable. */
export function assertArgv(field: string, value: unknown): asserts value is readonly string[] {
  assertTextList(field, value);
  if (value.length === 0) throw new InvalidArgumentError(field, value, 'must name an executable');
  assertNonEmpty(`${field}[0]`, value[0]);
}

const ENVIRONMENT_NAME = /^[^=\0]+$/;

export function assertEnvironment(field: string, value: unknown): void {
  assertTextRecord(field, value);
  for (const name of Object.keys(value)) {
    if (!ENVIRONMENT_NAME.test(name)) {
      throw new InvalidArgumentError(field, name, 'must have names that are not empty and hold no "="');
    }
  }
}

export function assertTextRecord(
  field: string,
  value: unknown,
): asserts value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError(field, value, 'must be an object of strings');
  }
  for (const [key, item] of Object.entries(value)) {
    assertNonEmpty(`${field} key`, key);
    assertText(`${field}.${key}`, item);
  }
}

const USER = /^[^\s:\0]+(:[^\s:\0]+)?$/;

export function assertUser(field: string, value: unknown): void {
  assertNonEmpty(field, value);
  if (!USER.test(value)) throw new InvalidArgumentError(field, value, 'must be "name", "uid" or "uid:gid"');
}

/** A time limit in milliseconds; timers cannot be set further than 2^31-1 ms (24.8 days). */
export function assertTimeoutMs(field: string, value: unknown): void {
  assertWholeNumber(field, value, 0, 2_147_483_647);
}

export function assertSignalName(field: string, value: unknown): asserts value is NodeJS.Signals {
  if (typeof value === 'string' && Object.hasOwn(constants.signals, value)) return;
  throw new InvalidArgumentError(field, value, 'must be the name of a signal, as in SIGTERM');
}
