import { InvalidArgumentError } from '../errors.js';

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;
const URL_FORM = /^(https?|ftp|file):\/\/[^\s,"'<>\\]+$/;

/**
 * Fills in the variables of a URL.
 *
 * @throws InvalidArgumentError when one has no value, or the result is no URL that package managers read
 */
export function expandUrl(field: string, url: string, variables: Readonly<Record<string, string>>): string {
  if (typeof url !== 'string') throw new InvalidArgumentError(field, url, 'must be a URL');
  const expanded = url.replace(VARIABLE, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined) return value;
    const from = name.startsWith('releasever') ? 'releasever' : 'variables';
    throw new InvalidArgumentError(
      field,
      redactUrl(url),
      `must name no $${name} unless ${from} says what it is`,
    );
  });
  if (URL_FORM.test(expanded) && !expanded.includes('$')) return expanded;
  throw new InvalidArgumentError(
    field,
    redactUrl(url),
    'must be a URL of http, https, ftp or file (file:///path) without blanks, commas and quotes',
  );
}

const USER = /^([a-z]+:\/\/)[^/@]*@/;

/** Whether a URL names a user. */
export function hasUser(url: string): boolean {
  return USER.test(url);
}

/** A URL without the user that may be in it. */
export function redactUrl(url: string): string {
  return url.replace(USER, '$1***@');
}

/** Whether reading it needs a network. */
export function isRemote(url: string): boolean {
  return !url.startsWith('file:') && !url.startsWith('/');
}
