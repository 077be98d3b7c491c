import type { PackageManagerKind } from './package-manager.js';

/**
 * In which container something is: the one that lends its package manager (`base`, in mode `installroot` alone), or the one
 * that is built in.
 *
 * @public
 */
export type PlanContainer = 'base' | 'buildroot';

/**
 * When a file or folder is put into a container: before its package manager is first called; once the buildroot is
 * installed; whenever its network is cut, to be taken back when it is opened.
 *
 * @public
 */
export type PlanPhase = 'before-install' | 'after-install' | 'network-cut';

/**
 * A folder to make.
 *
 * @public
 */
export interface PlanDirectory {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly containers: readonly PlanContainer[];
  readonly phase: PlanPhase;
}

/**
 * A file to write.
 *
 * @public
 */
export interface PlanFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly containers: readonly PlanContainer[];
  readonly phase: PlanPhase;
  /** Written only where one of these is the package manager; `null` for all. */
  readonly packageManagers: readonly PackageManagerKind[] | null;
  /** Whether it may hold passwords, and must not be shown. */
  readonly secret: boolean;
}

/**
 * A folder or device of the runtime's machine, seen in a container.
 *
 * @public
 */
export interface PlanMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly containers: readonly PlanContainer[];
}
