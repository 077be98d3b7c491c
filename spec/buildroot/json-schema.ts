import type { JsonSchema } from '../../lib/buildroot/shape.js';

/** What of a JSON schema (draft 2020-12) does not fit a value: the keywords that the schema of plans has, and no others. */
export function schemaProblem(schema: JsonSchema, value: unknown, path = '$'): string | undefined {
  for (const [keyword, argument] of Object.entries(schema)) {
    const problem = check(keyword, argument, schema, value, path);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function check(
  keyword: string,
  argument: unknown,
  schema: JsonSchema,
  value: unknown,
  path: string,
): string | undefined {
  switch (keyword) {
    case '$schema':
    case '$id':
    case 'title':
      return undefined;
    case 'type':
      return isOfType(value, argument) ? undefined : `${path} is no ${String(argument)}`;
    case 'enum':
      return (argument as unknown[]).includes(value)
        ? undefined
        : `${path} is not one of ${String(argument)}`;
    case 'minimum':
      return (value as number) >= (argument as number) ? undefined : `${path} is below ${String(argument)}`;
    case 'minItems':
      return (value as unknown[]).length >= (argument as number) ? undefined : `${path} is too short`;
    case 'pattern':
      return new RegExp(argument as string, 'u').test(value as string) ? undefined : `${path} does not match`;
    case 'anyOf': {
      const problems = (argument as JsonSchema[]).map((one) => schemaProblem(one, value, path));
      return problems.includes(undefined) ? undefined : problems.join(' and ');
    }
    case 'items':
      return first((value as unknown[]).map((item, at) => [argument, item, `${path}[${at}]`]));
    case 'required':
      return (argument as string[])
        .map((key) => (Object.hasOwn(value as object, key) ? undefined : `${path} lacks ${key}`))
        .find((problem) => problem !== undefined);
    case 'properties': {
      const given = Object.entries(argument as Fields).filter(([key]) => Object.hasOwn(value as object, key));
      return first(given.map(([key, one]) => [one, (value as Fields)[key], `${path}.${key}`]));
    }
    case 'additionalProperties': {
      const known = (schema['properties'] ?? {}) as Fields;
      const more = Object.entries(value as Fields).filter(([key]) => !Object.hasOwn(known, key));
      if (argument === false) return more[0] === undefined ? undefined : `${path} has ${more[0][0]}`;
      return first(more.map(([key, item]) => [argument, item, `${path}.${key}`]));
    }
    default:
      throw new Error(`the keyword ${keyword} is unknown here`);
  }
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function first(
  checks: readonly (readonly [schema: unknown, value: unknown, path: string])[],
): string | undefined {
  return checks
    .map(([schema, value, path]) => schemaProblem(schema as JsonSchema, value, path))
    .find((problem) => problem !== undefined);
}
