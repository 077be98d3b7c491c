/** The middle of a sample, with the interval that holds the true middle 19 times in 20, whatever the distribution. */
export interface Middle {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The median and its interval, from order statistics. Below six values the interval is all there is. */
export function toMiddle(values: readonly number[]): Middle {
  const sorted = [...values].sort((one, other) => one - other);
  const count = sorted.length;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = (at(Math.floor((count - 1) / 2)) + at(Math.ceil((count - 1) / 2))) / 2;
  const outside = countOutside(count);
  return { median, low: at(outside), high: at(count - 1 - outside) };
}

/** How many values can be left off at each end: those that fewer than 1 in 40 fair coins would put there. */
function countOutside(count: number): number {
  let probability = 0.5 ** count;
  let sum = probability;
  let outside = 0;
  while (sum <= 0.025) {
    outside += 1;
    probability = (probability * (count - outside + 1)) / outside;
    sum += probability;
  }
  return Math.max(outside - 1, 0);
}

/** The middle of the ratios of values that were taken side by side. */
export function toRatio(values: readonly number[], others: readonly number[]): Middle {
  return toMiddle(values.map((value, index) => value / (others[index] ?? Number.NaN)));
}
