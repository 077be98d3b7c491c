import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BenchClient } from './client.js';
import { LARGE_BYTES, PatternCheck, TREE_FILES } from './files.js';
import { listHere, listInContainer } from './manifest.js';
import { TRIALS, type Sample, type World } from './world.js';

/** Something that is timed for every client. */
export interface BenchCase {
  readonly name: string;
  readonly title: string;
  /** How often each client is timed, unless the caller says otherwise. */
  readonly rounds: number;
  /** The timed part. Gives what is checked, and cleaned up, after the clock has stopped. */
  run(client: BenchClient, world: World, trial: string): Promise<() => Promise<void>>;
}

const nothingLeft = (): Promise<void> => Promise.resolve();

export const CASES: readonly BenchCase[] = [
  {
    name: 'exec',
    title: 'exec `true`',
    rounds: 60,
    async run(client, { container }) {
      strictEqual(await client.exec(container, ['true']), 0);
      return nothingLeft;
    },
  },
  {
    name: 'exec-output',
    title: `exec with ${toMib(LARGE_BYTES)} of output`,
    rounds: 8,
    async run(client, { container, large }) {
      const check = new PatternCheck();
      const argv = ['cat', large.inContainer];
      const exitCode = await client.exec(container, argv, (bytes) => {
        check.take(bytes);
      });
      deepStrictEqual([exitCode, check.bytes, check.same], [0, LARGE_BYTES, true]);
      return nothingLeft;
    },
  },
  copyToCase('copy-to-tree', `copyTo, ${TREE_FILES} small files`, 16, ({ tree }) => tree),
  copyToCase('copy-to-large', `copyTo, a file of ${toMib(LARGE_BYTES)}`, 10, ({ large }) => large),
  copyFromCase('copy-from-tree', `copyFrom, ${TREE_FILES} small files`, 16, ({ tree }) => tree),
  copyFromCase('copy-from-large', `copyFrom, a file of ${toMib(LARGE_BYTES)}`, 10, ({ large }) => large),
  {
    name: 'lifecycle',
    title: 'create, start, exec `true`, remove',
    rounds: 12,
    async run(client, { image, manager }) {
      const id = await client.startContainer(image);
      const exitCode = await client.exec(id, ['true']);
      await client.removeContainer(id);
      return async () => {
        strictEqual(exitCode, 0);
        const left = await manager.list();
        strictEqual(
          left.some((container) => container.id === id),
          false,
        );
      };
    },
  },
];

function copyToCase(
  name: string,
  title: string,
  rounds: number,
  sampleOf: (world: World) => Sample,
): BenchCase {
  return {
    ...{ name, title, rounds },
    async run(client, world, trial) {
      const { from, manifest } = sampleOf(world);
      const { manager, container } = world;
      const path = join(TRIALS, trial);
      await client.copyTo(container, from, path);
      return async () => {
        deepStrictEqual(await listInContainer(manager, container, path), manifest);
        const removed = await manager.exec(container, ['rm', '-r', path]);
        strictEqual(removed.exitCode, 0, removed.stderr.toString());
      };
    },
  };
}

function copyFromCase(
  name: string,
  title: string,
  rounds: number,
  sampleOf: (world: World) => Sample,
): BenchCase {
  return {
    ...{ name, title, rounds },
    async run(client, world, trial) {
      const { inContainer, manifest } = sampleOf(world);
      const folder = join(world.folder, trial);
      await mkdir(folder);
      await client.copyFrom(world.container, inContainer, folder);
      return async () => {
        deepStrictEqual(await listHere(join(folder, basename(inContainer))), manifest);
        await rm(folder, { recursive: true });
      };
    },
  };
}

function toMib(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}
