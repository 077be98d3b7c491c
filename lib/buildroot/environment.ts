import { InvalidArgumentError } from '../errors.js';
import type { BuildUser } from './build-user.js';
import type { PlanReproducible } from './plan.js';

/**
 * mock's environment of a build, to the letter (setup_default_config_opts of mock 6.7). Nothing else is inherited: no LC_ALL,
 * no USER, and TZ only where builds are to be reproducible.
 */
function mockEnvironment(user: BuildUser): Readonly<Record<string, string>> {
  return {
    TERM: 'vt100',
    SHELL: '/bin/bash',
    HOME: user.home,
    HOSTNAME: 'mock',
    PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
    PROMPT_COMMAND: 'printf "\\033]0;<mock-chroot>\\007"',
    PS1: '<mock-chroot> \\s-\\v\\$ ',
    LANG: 'C.UTF-8',
  };
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The builder's environment, in the order of its names. @throws InvalidArgumentError */
export function resolveEnvironment(
  user: BuildUser,
  wanted: Readonly<Record<string, string | null>>,
  reproducible: PlanReproducible | null,
): Readonly<Record<string, string>> {
  const home = wanted['HOME'];
  if (home !== undefined && home !== user.home) {
    throw new InvalidArgumentError(
      'environment.HOME',
      home,
      `must be ${user.home}, where the build's macros are`,
    );
  }
  return toEnvironment({ ...mockEnvironment(user), ...reproducibleEnvironment(reproducible), ...wanted });
}

/**
 * Root's environment: the builder's, with a home in which nothing of the builder's is, and mock's locale for the package
 * manager's messages.
 */
export function resolveRootEnvironment(
  user: BuildUser,
  wanted: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  return toEnvironment({ ...mockEnvironment(user), LC_MESSAGES: 'C.UTF-8', ...wanted, HOME: '/root' });
}

function reproducibleEnvironment(reproducible: PlanReproducible | null): Readonly<Record<string, string>> {
  if (reproducible === null) return {};
  const { sourceDateEpoch, timeZone } = reproducible;
  return { TZ: timeZone, ...(sourceDateEpoch === null ? {} : { SOURCE_DATE_EPOCH: `${sourceDateEpoch}` }) };
}

function toEnvironment(variables: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  const entries = Object.entries(variables).flatMap(([name, value]) => {
    if (!NAME.test(name))
      throw new InvalidArgumentError('environment', name, 'must be the name of a variable');
    if (value === null) return [];
    if (typeof value !== 'string' || value.includes('\0')) {
      throw new InvalidArgumentError(`environment.${name}`, value, 'must be a text without a zero byte');
    }
    return [[name, value] as const];
  });
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
