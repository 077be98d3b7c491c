/** A JSON schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a JSON value must look like. One description both refuses what does not fit and writes the published schema, so that
 * the two cannot differ.
 */
export interface Shape<Value> {
  readonly schema: JsonSchema;
  /** @returns what does not fit, as the value's path and a sentence's end; `undefined` when all does */
  problem(value: unknown, path: string): string | undefined;
  /** A value that fits, with the fields of all objects in the shape's order. */
  arrange(value: Value): Value;
}

/** A shape by one test. */
function simple<Value>(schema: JsonSchema, what: string, fits: (value: unknown) => boolean): Shape<Value> {
  return {
    schema,
    problem: (value, path) => (fits(value) ? undefined : `${path} must be ${what}`),
    arrange: (value) => value,
  };
}

export const text: Shape<string> = simple({ type: 'string' }, 'a text', (value) => typeof value === 'string');

export const flag: Shape<boolean> = simple(
  { type: 'boolean' },
  'true or false',
  (value) => typeof value === 'boolean',
);

export const number: Shape<number> = simple(
  { type: 'number', minimum: 0 },
  'a number from 0',
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
);

export const whole: Shape<number> = simple(
  { type: 'integer', minimum: 0 },
  'a whole number from 0',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);

/** Text that a pattern, which must match all of it, describes. */
export function pattern(expression: RegExp, what: string): Shape<string> {
  return simple(
    { type: 'string', pattern: expression.source },
    what,
    (value) => typeof value === 'string' && expression.test(value),
  );
}

export function oneOf<const Value extends string>(...values: readonly Value[]): Shape<Value> {
  return simple({ enum: values }, values.join(' or '), (value) => values.includes(value as Value));
}

export function nullable<Value>(shape: Shape<Value>): Shape<Value | null> {
  return {
    schema: { anyOf: [shape.schema, { type: 'null' }] },
    problem: (value, path) => (value === null ? undefined : shape.problem(value, path)),
    arrange: (value) => (value === null ? null : shape.arrange(value)),
  };
}

export function list<Value>(shape: Shape<Value>, least = 0): Shape<readonly Value[]> {
  return {
    schema: { type: 'array', items: shape.schema, ...(least === 0 ? {} : { minItems: least }) },
    problem(value, path) {
      if (!Array.isArray(value)) return `${path} must be a list`;
      if (value.length < least) return `${path} must have at least ${least}`;
      return first(
        value.map((item, at) => [item, `${path}[${at}]`] as const),
        shape,
      );
    },
    arrange: (value) => value.map((item) => shape.arrange(item)),
  };
}

export function map<Value>(shape: Shape<Value>): Shape<Readonly<Record<string, Value>>> {
  return {
    schema: { type: 'object', additionalProperties: shape.schema },
    problem(value, path) {
      if (!isObject(value)) return `${path} must be an object`;
      return first(
        Object.entries(value).map(([key, item]) => [item, `${path}.${key}`] as const),
        shape,
      );
    },
    arrange: (value) =>
      Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape.arrange(item)])),
  };
}

/** An object with these fields, all of them, and no others. */
export function object<Value extends object>(shapes: {
  readonly [Key in keyof Value]-?: Shape<Value[Key]>;
}): Shape<Value> {
  const entries = Object.entries<Shape<unknown>>(shapes);
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([key, { schema }]) => [key, schema])),
      required: entries.map(([key]) => key),
      additionalProperties: false,
    },
    problem(value, path) {
      const self = path === '' ? 'it' : path;
      if (!isObject(value)) return `${self} must be an object`;
      const missing = entries.find(([key]) => !Object.hasOwn(value, key));
      if (missing !== undefined) return `${self} lacks ${missing[0]}`;
      const unknown = Object.keys(value).find((key) => !Object.hasOwn(shapes, key));
      if (unknown !== undefined) return `${self} has ${unknown}, which is unknown`;
      for (const [key, shape] of entries) {
        const problem = shape.problem(value[key], path === '' ? key : `${path}.${key}`);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
    arrange(value) {
      const fields = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(entries.map(([key, shape]) => [key, shape.arrange(fields[key])])) as Value;
    },
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function first(
  items: readonly (readonly [item: unknown, path: string])[],
  shape: Shape<unknown>,
): string | undefined {
  for (const [item, path] of items) {
    const problem = shape.problem(item, path);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
