import { parseArgs } from 'node:util';
import { CASES } from './cases.js';

/** The name of the measurement of memory, beside those of the cases. */
export const MEMORY = 'memory';

const NAMES = [...CASES.map(({ name }) => name), MEMORY];

export interface BenchOptions {
  isAsked(name: string): boolean;
  readonly rounds: number | undefined;
}

/** Reads `--only NAME`, which may be given more than once, and `--rounds N`. */
export function parseBenchOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string', multiple: true }, rounds: { type: 'string' } },
  });
  const { only = NAMES } = values;
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: must be one of ${NAMES.join(', ')}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error(`--rounds ${values.rounds ?? ''}: must be a whole number from 1`);
  }
  return { isAsked: (name) => only.includes(name), rounds };
}
