import { absentContainerCases, abortedCases, closedCases } from './every-call-cases.js';
import { argumentCases } from './argument-cases.js';
import { isOffered, type CaseGroup } from './case-group.js';
import { closeCases } from './close-cases.js';
import { commitCases, imageArchiveCases, imageCases, rootArchiveCases } from './image-cases.js';
import type { ContractCase, ContractEnvironment } from './contract-environment.js';
import { copyFromCases } from './copy-from-cases.js';
import { copyFromSafetyCases } from './copy-from-safety-cases.js';
import { copyToCases } from './copy-to-cases.js';
import { copyToPlaceCases } from './copy-to-place-cases.js';
import { createCases } from './create-cases.js';
import { execCases } from './exec-cases.js';
import { execEndingCases } from './exec-ending-cases.js';
import { execInputCases } from './exec-input-cases.js';
import { execOutputCases } from './exec-output-cases.js';
import { execTerminalCases } from './exec-terminal-cases.js';
import { isolationCases, memoryLimitCases, networkCases } from './isolation-cases.js';
import { lifecycleCases } from './lifecycle-cases.js';
import { listCases } from './list-cases.js';
import { logsCases } from './logs-cases.js';
import { eventsCases, statsCases } from './observation-cases.js';
import { ownershipCases } from './ownership-cases.js';
import { runCases } from './run-cases.js';
import { Workbench } from './workbench.js';

const GROUPS: readonly CaseGroup[] = [
  imageCases,
  rootArchiveCases,
  imageArchiveCases,
  createCases,
  lifecycleCases,
  execCases,
  execOutputCases,
  execInputCases,
  execEndingCases,
  execTerminalCases,
  copyToCases,
  copyToPlaceCases,
  copyFromCases,
  copyFromSafetyCases,
  logsCases,
  statsCases,
  eventsCases,
  listCases,
  commitCases,
  networkCases,
  memoryLimitCases,
  isolationCases,
  runCases,
  ownershipCases,
  closeCases,
  argumentCases,
  absentContainerCases,
  abortedCases,
  closedCases,
];

/**
 * What every implementation of `ContainerManager` must do, as cases for any test runner.
 *
 * @example
 * ```ts
 * for (const { group, name, run } of containerManagerContract(environment)) it(`${group}: ${name}`, run);
 * ```
 * @public
 */
export function containerManagerContract(environment: ContractEnvironment): readonly ContractCase[] {
  return GROUPS.filter((group) => isOffered(group, environment)).flatMap(({ group, cases }) =>
    Object.entries(cases).map(([name, body]) => ({
      group,
      name,
      run: () => Workbench.use(environment, body),
    })),
  );
}
