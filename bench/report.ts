import type { ClientName } from './client.js';
import type { Timings } from './measure.js';
import { toMiddle, toRatio, type Middle } from './statistics.js';

/** What a case must keep to: podroot's time as a part of another client's. */
export const AIMS = [
  { other: 'bare', most: 1.05 },
  { other: 'dockerode', most: 1 },
  { other: 'cli', most: 0.6 },
] as const satisfies readonly { readonly other: ClientName; readonly most: number }[];

/** A case's figures. */
export interface CaseFigures {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly milliseconds: Readonly<Record<ClientName, Middle>>;
  readonly ratios: readonly {
    readonly other: ClientName;
    readonly most: number;
    readonly ratio: Middle;
    readonly verdict: string;
  }[];
  readonly timings: Timings;
}

export function toCaseFigures(name: string, title: string, timings: Timings): CaseFigures {
  return {
    ...{ name, title, timings, rounds: timings.podroot.length },
    milliseconds: {
      podroot: toMiddle(timings.podroot),
      bare: toMiddle(timings.bare),
      dockerode: toMiddle(timings.dockerode),
      cli: toMiddle(timings.cli),
    },
    ratios: AIMS.map(({ other, most }) => {
      const ratio = toRatio(timings.podroot, timings[other]);
      return { other, most, ratio, verdict: toVerdict(ratio, most) };
    }),
  };
}

/** A miss counts only if the noise does not explain it. */
function toVerdict({ median, low }: Middle, most: number): string {
  if (median <= most) return 'met';
  return low <= most ? 'within noise' : 'missed';
}

/** The figures as a Markdown table. */
export function toTable(cases: readonly CaseFigures[]): string {
  const rows = [
    ['case', 'podroot', 'bare', 'dockerode', 'podman', '÷ bare', '÷ dockerode', '÷ podman'],
    ['---', '--:', '--:', '--:', '--:', '---', '---', '---'],
    ...cases.map(({ title, rounds, milliseconds, ratios }) => [
      `${title} (${rounds} rounds)`,
      ...Object.values(milliseconds).map(({ median }) => `${toDigits(median)} ms`),
      ...ratios.map(
        ({ ratio: { median, low, high }, verdict }) =>
          `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}) ${verdict}`,
      ),
    ]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function toDigits(milliseconds: number): string {
  return milliseconds < 100 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
}
