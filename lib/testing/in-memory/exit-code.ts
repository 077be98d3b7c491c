import { constants } from 'node:os';

const SIGNAL_BASE = 128;
const NUMBERS = constants.signals as Readonly<Record<string, number>>;

/** What a process that is ended by this signal exits with; `undefined` when there is no such signal. */
export function exitCodeOf(signalName: string): number | undefined {
  const number = NUMBERS[signalName];
  return number === undefined ? undefined : SIGNAL_BASE + number;
}

/** The signal that an exit code stands for. */
export function signalOf(exitCode: number): NodeJS.Signals | null {
  const name = Object.keys(NUMBERS).find((candidate) => NUMBERS[candidate] === exitCode - SIGNAL_BASE);
  return (name as NodeJS.Signals | undefined) ?? null;
}
