/**
 * How a dependency compares versions. `<>` (any other) is not written any more, but old packages have it.
 *
 * @public
 */
export type VersionComparison = '<' | '<=' | '=' | '>=' | '>' | '<>' | '<>=';

/**
 * What a dependency is for, in the words of rpm's query format `:deptype`. Without any it is a `manual` one.
 *
 * @public
 */
export type DependencyType =
  | 'pre'
  | 'post'
  | 'preun'
  | 'postun'
  | 'verify'
  | 'interp'
  | 'rpmlib'
  | 'auto'
  | 'prereq'
  | 'pretrans'
  | 'posttrans'
  | 'preuntrans'
  | 'postuntrans'
  | 'config'
  | 'missingok'
  | 'meta';

/** Bits of the flags tags. Source: include/rpm/rpmds.h of rpm 6.1, `rpmsenseFlags_e`; the order is that of `:deptype`. */
const TYPE_BITS: readonly (readonly [bits: number, type: DependencyType])[] = [
  [1 << 9, 'pre'],
  [1 << 10, 'post'],
  [1 << 11, 'preun'],
  [1 << 12, 'postun'],
  [1 << 13, 'verify'],
  [1 << 8, 'interp'],
  [1 << 24, 'rpmlib'],
  [(1 << 14) | (1 << 15), 'auto'],
  [1 << 6, 'prereq'],
  [1 << 7, 'pretrans'],
  [1 << 5, 'posttrans'],
  [1 << 20, 'preuntrans'],
  [1 << 21, 'postuntrans'],
  [1 << 28, 'config'],
  [1 << 19, 'missingok'],
  [1 << 29, 'meta'],
];

const LESS = 1 << 1;
const GREATER = 1 << 2;
const EQUAL = 1 << 3;

export const RPMLIB = 1 << 24;

export function comparisonOf(flags: number): VersionComparison | undefined {
  const text = `${flags & LESS ? '<' : ''}${flags & GREATER ? '>' : ''}${flags & EQUAL ? '=' : ''}`;
  return text === '' ? undefined : (text as VersionComparison);
}

export function dependencyTypesOf(flags: number): readonly DependencyType[] {
  return TYPE_BITS.filter(([bits]) => (flags & bits) !== 0).map(([, type]) => type);
}
