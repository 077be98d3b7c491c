import type { BuildrootPlan } from './plan.js';

/**
 * One thing in which two plans differ.
 *
 * @public
 */
export interface PlanDifference {
  /** As `repositories[0].baseUrls[0]`; files, folders, commands and repositories are found by their names: `files[/etc/hosts]`. */
  readonly path: string;
  /** `undefined` where the first plan has none; `***` in a file that is secret. */
  readonly left: unknown;
  /** `undefined` where the second plan has none; `***` in a file that is secret. */
  readonly right: unknown;
}

/**
 * Lists in what two plans differ, in the order of their fields. Plans of the same build of two days show what has changed
 * between these.
 *
 * @public
 */
export function comparePlans(left: BuildrootPlan, right: BuildrootPlan): readonly PlanDifference[] {
  return [...differences('', left, right)];
}

function* differences(path: string, left: unknown, right: unknown): Generator<PlanDifference> {
  const [one, other] = [toEntries(left), toEntries(right)];
  if (one === undefined || other === undefined) {
    if (left !== right) yield { path, left: withoutSecret(left), right: withoutSecret(right) };
    return;
  }
  const isSecret = one.get('secret') === true || other.get('secret') === true;
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    const inner = key.startsWith('[') || path === '' ? `${path}${key}` : `${path}.${key}`;
    if (isSecret && key === 'content') {
      if (one.get(key) !== other.get(key)) yield { path: inner, left: '***', right: '***' };
    } else {
      yield* differences(inner, one.get(key), other.get(key));
    }
  }
}

/** A file that only one of two plans has is named whole. */
function withoutSecret(value: unknown): unknown {
  const isSecret = typeof value === 'object' && value !== null && 'secret' in value && value.secret === true;
  return isSecret ? { ...value, content: '***' } : value;
}

/** What a thing holds, by what it is called there; `undefined` for what holds nothing. */
function toEntries(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const items: readonly unknown[] = value;
  const names = items.map(nameOf);
  const areNamed = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  return new Map(items.map((item, at) => [`[${areNamed ? (names[at] ?? '') : at}]`, item]));
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  for (const key of ['id', 'path', 'target'] as const) {
    if (key in item) return String((item as Readonly<Record<string, unknown>>)[key]);
  }
  return undefined;
}
