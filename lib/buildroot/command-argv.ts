import { InvalidArgumentError } from '../errors.js';
import { personalityPrefix } from './arch.js';
import { toPackageManagerArgv } from './package-manager-argv.js';
import { namedPackageManager, type PackageManager } from './package-manager.js';
import { PLACEHOLDERS, type PlanCommand, type PlanPackageManagerCall } from './plan-command.js';
import type { BuildrootPlan } from './plan.js';

/**
 * What is known only while a plan is carried out.
 *
 * @public
 */
export interface CommandCircumstances {
  /** The container's package manager. @defaultValue the one that the plan names */
  readonly packageManager?: PackageManager | undefined;
  /** Where files are that have come to be during the build. */
  readonly files?: Partial<Readonly<Record<keyof typeof PLACEHOLDERS, string>>> | undefined;
  /** What the source package of a `builddep` asks for (`SrpmHeader.buildRequires`), for package managers without builddep. */
  readonly buildRequires?: readonly string[] | undefined;
  /** Of the command's loop, from 1. @defaultValue 1 */
  readonly round?: number | undefined;
  /** Whether the package manager of the buildroot itself is called, where the plan has that of the base container do it. */
  readonly withinBuildroot?: boolean | undefined;
}

/**
 * A command's argv, ready to be run.
 *
 * @returns `undefined` when there is nothing to do: a package manager without builddep, and nothing required
 * @throws InvalidArgumentError when something must be known that is not given; PodrootError with `NOT_SUPPORTED` when the
 * package manager cannot do it
 * @public
 */
export function toCommandArgv(
  plan: BuildrootPlan,
  command: PlanCommand,
  circumstances: CommandCircumstances = {},
): readonly string[] | undefined {
  const { packageManager: call } = command;
  const { packageManager, withinBuildroot = false } = circumstances;
  if (call !== null && (command.argv === null || packageManager !== undefined || withinBuildroot)) {
    return packageManagerArgv(plan, call, command, circumstances);
  }
  const again = (circumstances.round ?? 1) > 1 ? command.againArgv : null;
  return fill(again ?? command.argv ?? [], circumstances);
}

function packageManagerArgv(
  plan: BuildrootPlan,
  call: PlanPackageManagerCall,
  command: PlanCommand,
  circumstances: CommandCircumstances,
): readonly string[] | undefined {
  const manager = circumstances.packageManager ?? planned(plan);
  const isListed = call.verb === 'builddep' && !manager.hasBuildDep;
  const words = isListed ? circumstances.buildRequires : fill(call.arguments, circumstances);
  if (words === undefined) {
    throw new InvalidArgumentError('buildRequires', words, `must be given: ${manager.kind} has no builddep`);
  }
  if (words.length === 0 && call.verb !== 'clean') return undefined;
  const isBase = command.container === 'base' && circumstances.withinBuildroot !== true;
  const argv = toPackageManagerArgv(manager, {
    verb: isListed ? 'install' : call.verb,
    arguments: words,
    releasever: plan.releasever,
    installroot: isBase ? (plan.installroot?.path ?? null) : null,
    installDocs: plan.installDocs,
    installWeakDependencies: plan.installWeakDependencies,
  });
  return [...personalityPrefix(plan.arch), ...argv];
}

function planned({ packageManager }: BuildrootPlan): PackageManager {
  if (packageManager !== 'detect') return namedPackageManager(packageManager);
  throw new InvalidArgumentError(
    'packageManager',
    undefined,
    'must be given: the plan leaves it to the image',
  );
}

function fill(argv: readonly string[], { files = {} }: CommandCircumstances): readonly string[] {
  const keys = Object.keys(PLACEHOLDERS) as (keyof typeof PLACEHOLDERS)[];
  return argv.map((word) => {
    const key = keys.find((name) => PLACEHOLDERS[name] === word);
    if (key === undefined) return word;
    const path = files[key];
    if (path === undefined) throw new InvalidArgumentError(`files.${key}`, path, 'must be given');
    return path;
  });
}
