import { InvalidArgumentError } from '../errors.js';

const MOST_INT = 2 ** 31 - 1;
const LEAST_INT = -(2 ** 31);
const MOST_I8 = 2n ** 63n - 1n;
const LEAST_I8 = -(2n ** 63n);

/** The element of a whole number, chosen as upstream does (koji/xmlrpcplus.py: `i8` beyond 32 bits, an error beyond 64). */
export function integerElement(value: number | bigint, path: string): string {
  if (value < LEAST_I8 || value > MOST_I8)
    throw new InvalidArgumentError(path, String(value), 'must fit in 64 bits');
  const tag = value > MOST_INT || value < LEAST_INT ? 'i8' : 'int';
  return `<${tag}>${value.toString()}</${tag}>`;
}

/** The element of a double, written as Python's `repr` writes it. */
export function doubleElement(value: number, path: string): string {
  if (!Number.isFinite(value)) throw new InvalidArgumentError(path, String(value), 'must be a finite number');
  return `<double>${pythonRepr(value)}</double>`;
}

/** Python and JavaScript agree on the shortest digits, but not on when to write an exponent, nor on `1.0`. */
function pythonRepr(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const padded = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${padded}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

/** The longest text of a whole number that is looked at: 64 bits take 20 characters. */
const LONGEST_INTEGER = 40;

/** Reads a whole number, or `undefined` when the text is none. */
export function parseInteger(text: string): number | bigint | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_INTEGER || !/^[+-]?\d+$/.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isSafeInteger(number) ? number + 0 : BigInt(trimmed.replace(/^\+/, ''));
}

const NUMERAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** What Python writes for what is no number; the XML-RPC specification has no words for them. */
const SPECIAL: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };

/** Reads a double, or `undefined` when the text is none. */
export function parseDouble(text: string): number | undefined {
  const trimmed = text.trim();
  if (NUMERAL.test(trimmed)) return Number(trimmed);
  return SPECIAL[trimmed.toLowerCase()];
}
