import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeLargeFile, MIB } from './files.js';
import { TRIALS, type World } from './world.js';
import { rm } from 'node:fs/promises';
import { projectFolder } from '../tools/project.js';

export const MEMORY_OPERATIONS = ['copyTo a file', 'copyTo a stream', 'copyFrom', 'exec output'] as const;

export type MemoryOperation = (typeof MEMORY_OPERATIONS)[number];

/** Bytes. */
export const MEMORY_SIZES = [10 * MIB, 256 * MIB, 2048 * MIB] as const;

/** What a child of `memory-child.ts` does, alone in its process. */
export interface MemoryTask {
  readonly address: string;
  readonly container: string;
  readonly operation: MemoryOperation | 'nothing';
  readonly sizeBytes: number;
  /** A file of this size, here and in the container. */
  readonly from: string;
  readonly inContainer: string;
  /** A folder that the child may write to. */
  readonly targetFolder: string;
}

/** The most memory that a process had in use at once, in MiB. */
export interface MemoryFigures {
  readonly operation: MemoryTask['operation'];
  readonly sizeBytes: number;
  readonly peakMib: number;
  readonly seconds: number;
}

/** Does each operation once for each size, each in a process of its own. */
export async function measureMemory(world: World): Promise<readonly MemoryFigures[]> {
  const { address, container, folder, manager } = world;
  const figures: MemoryFigures[] = [];
  for (const sizeBytes of MEMORY_SIZES) {
    const name = `memory-${sizeBytes}`;
    const task = {
      from: join(folder, name),
      inContainer: join(TRIALS, name),
      targetFolder: join(folder, `${name}-copy`),
    };
    await makeLargeFile(task.from, sizeBytes);
    await manager.copyTo(container, [{ path: task.inContainer, from: task.from }]);
    const operations =
      sizeBytes === MEMORY_SIZES[0] ? (['nothing', ...MEMORY_OPERATIONS] as const) : MEMORY_OPERATIONS;
    for (const operation of operations) {
      figures.push(await measureOne({ ...task, address, container, operation, sizeBytes }));
    }
    await rm(task.from);
    await rm(task.targetFolder, { recursive: true, force: true });
    await manager.exec(container, ['rm', '-f', task.inContainer, `${task.inContainer}-copy`]);
  }
  return figures;
}

async function measureOne(task: MemoryTask): Promise<MemoryFigures> {
  const child = join(projectFolder, 'bench', 'memory-child.ts');
  const argv = ['--import', 'tsx', child, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: projectFolder });
  return JSON.parse(stdout) as MemoryFigures;
}

/** The figures as a Markdown table. */
export function toMemoryTable(figures: readonly MemoryFigures[]): string {
  const operations = ['nothing', ...MEMORY_OPERATIONS] as const;
  const rows = [
    ['peak memory', ...MEMORY_SIZES.map((size) => `${size / MIB} MiB`)],
    ['---', ...MEMORY_SIZES.map(() => '--:')],
    ...operations.map((operation) => [
      operation,
      ...MEMORY_SIZES.map((size) => {
        const found = figures.find((each) => each.operation === operation && each.sizeBytes === size);
        return found === undefined ? '' : `${found.peakMib.toFixed(0)} MiB`;
      }),
    ]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
