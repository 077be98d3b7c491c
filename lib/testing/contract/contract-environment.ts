import type { ContainerManager } from '../../container/container-manager.js';
import type { OwnerIdentity } from '../../owner.js';
import type { ContractPrograms } from './contract-programs.js';

/**
 * The runtime that the contract suite is run over, and what there is in it.
 *
 * @public
 */
export interface ContractEnvironment {
  /** Makes a manager of the one runtime; the suite closes it. `owner` is who it labels its containers with. */
  readonly createManager: (options?: {
    readonly owner?: OwnerIdentity | undefined;
  }) => ContainerManager | Promise<ContainerManager>;
  /** An image in storage in which the programs run, with a user `nobody` and a folder /tmp. */
  readonly image: string;
  /** How its programs are called: see {@link shellPrograms}. */
  readonly programs: ContractPrograms;
  /** A root file system in a tar archive, in which the programs run. @defaultValue none: no image is imported */
  readonly rootArchive?: (() => AsyncIterable<Uint8Array>) | undefined;
  /** An image in a docker or OCI archive, and the reference in it. @defaultValue none: no image is loaded */
  readonly imageArchive?:
    { readonly reference: string; readonly open: () => AsyncIterable<Uint8Array> } | undefined;
  /** Whether containers can have a network. @defaultValue `false` */
  readonly networks?: boolean | undefined;
  /** Whether memory limits are kept. @defaultValue `false` */
  readonly memoryLimits?: boolean | undefined;
  /** Whether it is known of an ended container that its memory limit did it. @defaultValue `false` */
  readonly reportsOutOfMemory?: boolean | undefined;
  /** Whether containers have a Linux kernel, whose /proc tells how they are isolated. @defaultValue `false` */
  readonly kernel?: boolean | undefined;
}

/**
 * One case of the contract suite. Its container is its own, and is gone afterwards.
 *
 * @public
 */
export interface ContractCase {
  /** What of the contract it is about. */
  readonly group: string;
  /** What must hold, as a sentence about the manager. */
  readonly name: string;
  /** Rejects when it does not hold. */
  readonly run: () => Promise<void>;
}
