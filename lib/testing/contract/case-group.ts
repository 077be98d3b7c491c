import type { ContractEnvironment } from './contract-environment.js';
import type { Workbench } from './workbench.js';

/** Cases about one part of the contract. */
export interface CaseGroup {
  readonly group: string;
  /** What the environment must have for them. @defaultValue nothing */
  readonly needs?: 'networks' | 'memoryLimits' | 'kernel' | 'rootArchive' | 'imageArchive' | undefined;
  readonly cases: Readonly<Record<string, (bench: Workbench) => Promise<void>>>;
}

/** Whether an environment has what a group needs. */
export function isOffered({ needs }: CaseGroup, environment: ContractEnvironment): boolean {
  return needs === undefined || (environment[needs] ?? false) !== false;
}
