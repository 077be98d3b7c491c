/**
 * A version as RPM writes it: `[epoch:]version[-release]`.
 *
 * @public
 */
export interface Evr {
  /** `undefined` where none is written, which counts as 0. */
  readonly epoch: number | undefined;
  /** Without epoch and release. */
  readonly version: string;
  /** `undefined` where none is written, as in most dependencies. */
  readonly release: string | undefined;
}

/**
 * Splits `[epoch:]version[-release]` as rpm does: an empty epoch is 0, the release follows the last hyphen. It never
 * fails: anything is a version to rpm.
 *
 * @public
 */
export function parseEvr(text: string): Evr {
  const [prefix, digits] = /^(\d*):/.exec(text) ?? [''];
  const rest = text.slice(prefix.length);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: digits === undefined ? undefined : Number(digits),
    version: hyphen === -1 ? rest : rest.slice(0, hyphen),
    release: hyphen === -1 ? undefined : rest.slice(hyphen + 1),
  };
}

/**
 * Writes `[epoch:]version[-release]`.
 *
 * @public
 */
export function formatEvr(evr: Evr): string {
  const epoch = evr.epoch === undefined ? '' : `${evr.epoch}:`;
  return `${epoch}${evr.version}${evr.release === undefined ? '' : `-${evr.release}`}`;
}

/**
 * Compares epoch, version and release in this order, as rpm does (rpmverCmp).
 *
 * @returns -1 when `left` is older, 1 when it is newer, 0 when they count as the same
 * @remarks No epoch counts as 0; no release comes before any release. See {@link compareVersions}.
 * @public
 */
export function compareEvr(left: Evr | string, right: Evr | string): -1 | 0 | 1 {
  const one = typeof left === 'string' ? parseEvr(left) : left;
  const other = typeof right === 'string' ? parseEvr(right) : right;
  const epochs = sign((one.epoch ?? 0) - (other.epoch ?? 0));
  if (epochs !== 0) return epochs;
  const versions = compareVersions(one.version, other.version);
  if (versions !== 0) return versions;
  if (one.release === undefined || other.release === undefined) {
    return sign(Number(one.release !== undefined) - Number(other.release !== undefined));
  }
  return compareVersions(one.release, other.release);
}

/** What tells versions apart: a run of digits or of letters, `~`, `^`. All else only separates these. */
const SEGMENT = /\d+|[A-Za-z]+|~|\^/g;

/**
 * Compares two versions, or two releases, as rpm does (rpmvercmp).
 *
 * @returns -1 when `left` is older, 1 when it is newer, 0 when they count as the same
 * @remarks Segment by segment: numbers by value, letters by ASCII, numbers above letters, and what has segments left is
 * newer; but `~` comes before the end (1.0~rc1 \< 1.0), and `^` after it and before all else (1.0 \< 1.0^git1 \< 1.0.1).
 * Characters beyond ASCII do not count.
 * @public
 */
export function compareVersions(left: string, right: string): -1 | 0 | 1 {
  const lefts = left.match(SEGMENT) ?? [];
  const rights = right.match(SEGMENT) ?? [];
  for (let at = 0; at < lefts.length || at < rights.length; at++) {
    const order = compareSegments(lefts[at], rights[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** `undefined` is the end of a version. */
function compareSegments(left: string | undefined, right: string | undefined): -1 | 0 | 1 {
  const ranks = sign(rank(left) - rank(right));
  if (ranks !== 0 || left === undefined || right === undefined) return ranks;
  const [one, other] = isNumber(left) ? [withoutZeros(left), withoutZeros(right)] : [left, right];
  if (isNumber(left) && one.length !== other.length) return sign(one.length - other.length);
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Segments of different kinds, in their order. */
function rank(segment: string | undefined): number {
  if (segment === '~') return 0;
  if (segment === undefined) return 1;
  if (segment === '^') return 2;
  return isNumber(segment) ? 4 : 3;
}

function isNumber(segment: string): boolean {
  return segment >= '0' && segment < ':';
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}

function sign(difference: number): -1 | 0 | 1 {
  if (difference === 0) return 0;
  return difference < 0 ? -1 : 1;
}
