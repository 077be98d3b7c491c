import { InvalidArgumentError } from '../errors.js';

/** Options by name; several values are written on lines of their own, where the option takes a list. */
export type IniOptions = Readonly<Record<string, string | readonly string[]>>;

const SECTION = /^[A-Za-z0-9_.:-]+$/;
const KEY = /^[A-Za-z][A-Za-z0-9_.-]*$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Writes a section of the files that dnf and yum read, in the order of its options.
 *
 * @remarks
 * The format has no quotes: a value is all that follows the equals sign, without the blanks around it, and lines that
 * begin with a blank go on with it (libdnf's iniparser). So a value that holds a line break, or begins or ends with a
 * blank, cannot be written, and is refused.
 * @throws InvalidArgumentError that names the field `[SECTION] KEY`
 */
export function toIniSection(section: string, options: IniOptions): string {
  if (!SECTION.test(section)) {
    throw new InvalidArgumentError('id', section, 'must be of letters, digits, -, _, . and :');
  }
  const lines = Object.entries(options).map(([key, value]) => {
    const field = `[${section}] ${key}`;
    if (!KEY.test(key)) throw new InvalidArgumentError(field, key, 'must be the name of an option');
    const values = typeof value === 'string' ? [value] : value;
    for (const each of values) assertIniValue(field, each);
    return `${key}=${values.join('\n ')}\n`;
  });
  return `[${section}]\n${lines.join('')}`;
}

/**
 * A value in which package managers are to see no variable. Those since libdnf 0.72 take a backslash to escape, earlier
 * ones take it as it is; so text that the two read differently is refused.
 *
 * @throws InvalidArgumentError, without the value where it is `secret`
 */
export function toIniText(field: string, value: string, isSecret = false): string {
  const shown = isSecret ? '***' : value;
  if (CONTROL.test(value) || value !== value.trim()) {
    throw new InvalidArgumentError(field, shown, 'must be one line without blanks at its ends');
  }
  if (/\\|\$[A-Za-z_{]/.test(value)) {
    throw new InvalidArgumentError(
      field,
      shown,
      'must hold neither a backslash nor a $ before a letter, _ or {',
    );
  }
  return value;
}

function assertIniValue(field: string, value: string): void {
  if (typeof value === 'string' && !CONTROL.test(value) && value === value.trim()) return;
  throw new InvalidArgumentError(field, value, 'must be one line without blanks at its ends');
}
