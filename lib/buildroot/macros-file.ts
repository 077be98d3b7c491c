import { InvalidArgumentError } from '../errors.js';

/**
 * What a macro stands for: a text is its body, in which `%` begins a macro and `%%` is a percent sign, as in a macro file;
 * in `literal` nothing is expanded. Line breaks, backslashes, quotes and spaces at either end are kept in both.
 *
 * @public
 */
export type MacroValue = string | { readonly literal: string };

/** A letter or underscore first; options as in `name(ab:)` make it parametric. rpm before 4.20 wants three characters. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{2,}(\([A-Za-z0-9:_-]*\))?$/;

/** What rpm reads a definition of a file into: a longer one is cut off in silence (rdcl in rpmio/macro.cc, rpm 4.18 to 6.1). */
const MOST_BYTES = 16_000;

/** Trimmed away, or taken for something else, at the body's beginning or end. */
const BAD_START = /^[{\s]/;
const BAD_END = /[\\\s]$/;
const NOTHING = '%{nil}';

/** A macro's body, for either form of a value. @throws InvalidArgumentError that names the field `macros.NAME` */
export function toMacroBody(name: string, value: MacroValue): string {
  const field = `macros.${name}`;
  if (!NAME.test(name)) {
    throw new InvalidArgumentError('macros', name, 'must have names of three letters, digits and _ or more');
  }
  const isText = typeof value === 'string';
  const body = isText ? value : value.literal.replaceAll('%', '%%');
  if (body.includes('\0')) throw new InvalidArgumentError(field, value, 'must hold no zero byte');
  if (!isBalanced(body)) {
    throw new InvalidArgumentError(field, value, 'must close every %{, %( and %[ (a percent sign is %%)');
  }
  if (Buffer.byteLength(toDefinition(name, body)) > MOST_BYTES) {
    throw new InvalidArgumentError(
      field,
      `${body.slice(0, 40)}…`,
      `must be shorter than ${MOST_BYTES} bytes`,
    );
  }
  return body;
}

/**
 * Writes a macro file in the order of its entries.
 *
 * @param macros - bodies by name, as {@link toMacroBody} gives them
 */
export function toMacrosFile(macros: Readonly<Record<string, string>>): string {
  const definitions = Object.entries(macros).map(([name, body]) => toDefinition(name, body));
  return definitions.map((definition) => `${definition}\n`).join('');
}

/**
 * Escapes a body so that rpm reads this body: a backslash takes the character after it, whatever it is, into the body; all
 * that begins or ends the body is guarded by a macro that is empty, because blanks there are trimmed, a brace groups, and
 * a backslash at a line's end continues it even when it is itself escaped.
 */
function toDefinition(name: string, body: string): string {
  const start = body === '' || BAD_START.test(body) ? NOTHING : '';
  const end = BAD_END.test(body) ? NOTHING : '';
  return `%${name} ${start}${body.replace(/[\\\n\r]/g, '\\$&')}${end}`;
}

const PAIRS: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** Whether rpm sees the end of a body: it counts a kind of bracket once `%` and that bracket have begun it. */
function isBalanced(body: string): boolean {
  const depths = new Map<string, number>();
  for (let at = 0; at < body.length; at++) {
    const char = body[at] ?? '';
    const next = body[at + 1] ?? '';
    if (char === '%' && (next === '%' || next in PAIRS)) {
      if (next !== '%') depths.set(next, (depths.get(next) ?? 0) + 1);
      at++;
      continue;
    }
    for (const [open, close] of Object.entries(PAIRS)) {
      const depth = depths.get(open) ?? 0;
      if (depth > 0 && (char === open || char === close)) depths.set(open, depth + (char === open ? 1 : -1));
    }
  }
  return [...depths.values()].every((depth) => depth === 0);
}
