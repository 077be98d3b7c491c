/**
 * Which elements may stand within which. The names that Python's unmarshaller knows beyond the specification's (`i1`, `i2`,
 * `biginteger`, Apache's prefixed ones) are those a hub could meet.
 */
export const SCALARS: ReadonlySet<string> = new Set([
  'nil',
  'boolean',
  'int',
  'i1',
  'i2',
  'i4',
  'i8',
  'biginteger',
  'double',
  'float',
  'string',
  'dateTime.iso8601',
  'base64',
]);

const CHILDREN: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set(['methodCall', 'methodResponse']),
  methodCall: new Set(['methodName', 'params']),
  methodResponse: new Set(['params', 'fault']),
  params: new Set(['param']),
  param: new Set(['value']),
  fault: new Set(['value']),
  value: new Set([...SCALARS, 'array', 'struct']),
  array: new Set(['data']),
  data: new Set(['value']),
  struct: new Set(['member']),
  member: new Set(['name', 'value']),
};

/** Elements that may hold several others; all others hold one of each kind. */
const REPEATING: ReadonlySet<string> = new Set(['params', 'data', 'struct']);

const NO_CHILDREN: ReadonlySet<string> = new Set();

/** Whether an element may stand within another, after those that are there already. */
export function mayStandIn(parent: string, child: string, before: ReadonlySet<string>): boolean {
  if (!(CHILDREN[parent] ?? NO_CHILDREN).has(child)) return false;
  if (REPEATING.has(parent)) return true;
  return parent === 'value' || parent === 'methodResponse' || parent === ''
    ? before.size === 0
    : !before.has(child);
}

/** Whether an element holds text that means something. */
export function holdsText(name: string): boolean {
  return SCALARS.has(name) || name === 'methodName' || name === 'name' || name === 'value';
}
