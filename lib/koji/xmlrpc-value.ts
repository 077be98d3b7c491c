import { InvalidArgumentError } from '../errors.js';

/**
 * What XML-RPC carries, with Koji's `nil` and `i8`.
 *
 * @remarks
 * Whole numbers come as `number` where a `number` holds them exactly, and as `bigint` beyond. They go as `int` within 32
 * bits and as `i8` within 64, whichever of the two types they are. A `number` with a fraction, or whole but beyond
 * `Number.MAX_SAFE_INTEGER`, goes as `double`; a whole one that must be a double is wrapped in {@link XmlRpcDouble}.
 * @public
 */
export type XmlRpcValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | XmlRpcDouble
  | XmlRpcDateTime
  | readonly XmlRpcValue[]
  | XmlRpcStruct;

/**
 * A struct. Its names are the hub's, unchanged.
 *
 * @public
 */
export interface XmlRpcStruct {
  /** A member's value. */
  readonly [name: string]: XmlRpcValue;
}

/**
 * A number that goes as `double` although it is whole: JavaScript's `0` and Python's `0.0` are not the same to a hub.
 *
 * @public
 */
export class XmlRpcDouble {
  /** The number. */
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** The number, so that arithmetic and JSON take this for one. */
  valueOf(): number {
    return this.value;
  }

  /** The number, for `JSON.stringify`. */
  toJSON(): number {
    return this.value;
  }
}

const DATE_TIME = /^(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):(\d{2}):(\d{2})$/;

/**
 * A `dateTime.iso8601`: a date and time of day that do not say where.
 *
 * @remarks
 * Hubs send none of their own, but text and seconds since 1970 (`create_time`, `create_ts`); they read and echo them.
 * @public
 */
export class XmlRpcDateTime {
  /** As on the wire: `20261123T10:20:30`. */
  readonly value: string;

  /**
   * @throws `InvalidArgumentError` when the text is no date and time
   */
  constructor(value: string) {
    const [, year, month, day, hour, minute, second] = DATE_TIME.exec(value.trim()) ?? [];
    if (year === undefined)
      throw new InvalidArgumentError('dateTime', value, 'must look like 20261123T10:20:30');
    this.value = `${year}${month ?? ''}${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}`;
  }

  /** The date and time that a moment has in UTC, to the second. */
  static fromUtc(moment: Date): XmlRpcDateTime {
    return new XmlRpcDateTime(moment.toISOString().replace(/\.\d+Z$/, ''));
  }

  /** The moment, taken as UTC. */
  toUtc(): Date {
    return new Date(`${this.value.replace(/^(\d{4})(\d{2})(\d{2})/, '$1-$2-$3')}Z`);
  }

  /** As on the wire. */
  toString(): string {
    return this.value;
  }
}

/** Values within values beyond this are refused both ways, so that no input can exhaust the stack. */
export const MOST_LEVELS = 150;
