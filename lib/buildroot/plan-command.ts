import type { PackageManagerVerb } from './package-manager-argv.js';
import type { PlanContainer } from './plan-file.js';

/**
 * A command of a plan.
 *
 * @public
 */
export interface PlanCommand {
  /** Unique in a plan. */
  readonly id: string;
  /** The step of the build that it belongs to. */
  readonly step: PlanStep;
  readonly container: PlanContainer;
  /**
   * What is run, without a shell; `null` when the plan leaves it to the package manager that the image has. An element may be
   * one of {@link PLACEHOLDERS}.
   */
  readonly argv: readonly string[] | null;
  /** What is run from the second round of its loop on; `null` for the same. */
  readonly againArgv: readonly string[] | null;
  /** What a package manager is asked for; `null` where it is no such command. */
  readonly packageManager: PlanPackageManagerCall | null;
  readonly user: 'root' | 'builder';
  /** Absolute path. */
  readonly workdir: string;
  /** Whether it needs a network; without, it must have none but its own loopback. */
  readonly network: boolean;
  readonly timeoutMs: number | null;
  /** Exit codes that are no failure. */
  readonly acceptExitCodes: readonly number[];
  /** Which of mock's logs it writes to. `image`: its output is the archive of the buildroot, its error output is logged. */
  readonly output: 'root.log' | 'build.log' | 'image';
  /** Whether it depends on what the rebuilt source package has: `%generate_buildrequires`, or none. */
  readonly when: 'always' | 'dynamic-build-requires' | 'no-dynamic-build-requires';
}

/**
 * The steps of a build that a plan's commands belong to.
 *
 * @public
 */
export type PlanStep =
  | 'install-buildroot'
  | 'build-user'
  | 'install-srpm'
  | 'rebuild-srpm'
  | 'install-build-requires'
  | 'generate-build-requires'
  | 'build';

/**
 * What a package manager is asked for.
 *
 * @public
 */
export interface PlanPackageManagerCall {
  readonly verb: PackageManagerVerb;
  readonly arguments: readonly string[];
}

/**
 * Commands that are repeated together, until a round leaves the buildroot with the packages it had before.
 *
 * @public
 */
export interface PlanLoop {
  readonly id: string;
  /** Ids of commands that follow each other. */
  readonly commands: readonly string[];
  /** Rounds, after which it is a failure. */
  readonly most: number;
  readonly until: 'package-set-unchanged';
}

/**
 * A command that an image must have.
 *
 * @public
 */
export interface PlanRequirement {
  readonly container: PlanContainer;
  /** One of these; a name is looked up in `PATH`. */
  readonly anyOf: readonly string[];
  /** What for, to end the sentence "… needs it". */
  readonly why: string;
  /** Whether it must be there before anything is installed, or once the buildroot is. */
  readonly since: 'start' | 'install';
}

/**
 * Elements of a command's argv that stand for the path of a file which comes to be during the build.
 *
 * @public
 */
export const PLACEHOLDERS = {
  /** The source package made by `rebuild-srpm`. */
  rebuiltSrpm: '@rebuilt-srpm@',
  /** The `.buildreqs.nosrc.rpm` made by `generate-build-requires`. */
  buildRequiresSrpm: '@buildrequires-srpm@',
} as const;
