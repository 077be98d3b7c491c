import type { PlanArch } from './arch.js';
import type { BuildUser } from './build-user.js';
import type { PackageManagerKind } from './package-manager.js';
import type { PlanCommand, PlanLoop, PlanRequirement } from './plan-command.js';
import type { PlanDirectory, PlanFile, PlanMount } from './plan-file.js';
import type { PlanRepository } from './plan-repository.js';
import type { PlanSrpm } from './plan-srpm.js';
import type { BuildrootMode, PlanResources, PlanTimeouts } from './settings.js';

/**
 * The schema of the plans that this version makes and reads.
 *
 * @public
 */
export const PLAN_SCHEMA = 'podroot.buildroot-plan/1';

/**
 * How a buildroot is made and a package is built in it: everything, decided beforehand. Plain data, the same as JSON.
 *
 * @remarks
 * Paths are those in containers, but for a mount's source. Lists that are sets, and maps, are sorted, and no clock, environment
 * or randomness is in it: what is the same gives the same plan. What may hold passwords is marked `secret`; use
 * `redactPlan` before one is shown.
 * @public
 */
export interface BuildrootPlan {
  readonly schema: typeof PLAN_SCHEMA;
  readonly srpm: PlanSrpm;
  readonly tag: PlanTag;
  readonly arch: PlanArch;
  readonly mode: BuildrootMode;
  /** The container image, by reference. In mode `installroot` the one that lends its package manager. */
  readonly image: string;
  /** Where the buildroot is made, in mode `installroot` alone. */
  readonly installroot: PlanInstallroot | null;
  /** `detect`: commands for it have no `argv`; see `toCommandArgv`. */
  readonly packageManager: PackageManagerKind | 'detect';
  readonly releasever: string | null;
  readonly installDocs: boolean;
  readonly installWeakDependencies: boolean;
  readonly buildUser: BuildUser;
  /** Of the builder's commands: all of it, the image's own does not count. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of root's commands: all of it. */
  readonly rootEnvironment: Readonly<Record<string, string>>;
  /** Capabilities that the containers need for root's commands; the builder's have none. */
  readonly capabilities: readonly string[];
  readonly directories: readonly PlanDirectory[];
  readonly files: readonly PlanFile[];
  readonly mounts: readonly PlanMount[];
  readonly resources: PlanResources;
  /** From nothing to a buildroot, in order. */
  readonly initCommands: readonly PlanCommand[];
  /** From a buildroot to packages, in order. */
  readonly buildCommands: readonly PlanCommand[];
  /** Which of the build's commands are repeated. */
  readonly loops: readonly PlanLoop[];
  /** Lists the buildroot's packages: a line each, of the values that `PACKAGE_LIST_FIELDS` names, with tabs between. */
  readonly packageListArgv: readonly string[];
  readonly repositories: readonly PlanRepository[];
  /** What is installed: packages, and groups as `@build`. */
  readonly packages: readonly string[];
  /** Bodies by name. */
  readonly macros: Readonly<Record<string, string>>;
  readonly options: PlanOptions;
  /** What the images must have; a build that looks beforehand fails with a sentence. */
  readonly requirements: readonly PlanRequirement[];
  readonly timeouts: PlanTimeouts;
  readonly reproducible: PlanReproducible | null;
  /** Koji's event that the facts are of. */
  readonly event: number | null;
}

/**
 * The tag that the buildroot is of.
 *
 * @public
 */
export interface PlanTag {
  readonly name: string;
  /** Koji's. */
  readonly id: number | null;
}

/**
 * The folder that becomes the build's image.
 *
 * @public
 */
export interface PlanInstallroot {
  readonly path: string;
  /** Lists its packages from within the base container, as the plan's own `packageListArgv` does in the buildroot. */
  readonly packageListArgv: readonly string[];
}

/**
 * What was asked of the build, besides macros.
 *
 * @public
 */
export interface PlanOptions {
  readonly with: readonly string[];
  readonly without: readonly string[];
  /** Bodies by name. */
  readonly define: Readonly<Record<string, string>>;
  readonly noCheck: boolean;
  readonly rpmbuild: readonly string[];
  readonly loginShell: boolean;
  readonly keepBuildTree: boolean;
  readonly rpmbuildNetworking: boolean;
}

/**
 * What makes two builds the same.
 *
 * @public
 */
export interface PlanReproducible {
  /** Seconds since 1970; `null` when rpmbuild takes it from the spec's changelog. */
  readonly sourceDateEpoch: number | null;
  readonly buildHost: string;
  readonly timeZone: string;
}
