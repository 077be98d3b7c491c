import { expect } from 'chai';
import type { ContainerManager } from '../../lib/container/container-manager.js';
import {
  containerManagerContract,
  InMemoryContainerManager,
  type ContractEnvironment,
} from '../../lib/testing/index.js';
import { inMemoryCommands, inMemoryPrograms } from './contract-programs.js';

const image = 'localhost/contract:1';

/** Managers of one runtime, each with some methods of its own. */
function environmentOf(
  faults: (manager: ContainerManager) => Partial<ContainerManager>,
): ContractEnvironment {
  const runtime = new InMemoryContainerManager({ images: { [image]: {} }, programs: inMemoryPrograms });
  return {
    createManager({ owner } = {}) {
      const sound = new InMemoryContainerManager({ sharedWith: runtime, owner });
      return Object.assign(new InMemoryContainerManager({ sharedWith: runtime, owner }), faults(sound));
    },
    image,
    programs: inMemoryCommands,
  };
}

/** Runs the cases whose group and name match, and gives those that fail. */
async function failing(environment: ContractEnvironment, wanted: RegExp): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, run, group } of containerManagerContract(environment)) {
    if (!wanted.test(`${group}: ${name}`)) continue;
    await run().catch(() => names.push(name));
  }
  return names;
}

describe('containerManagerContract', () => {
  it('has cases with names of their own', () => {
    const names = containerManagerContract(environmentOf(() => ({}))).map(
      ({ group, name }) => `${group}: ${name}`,
    );
    expect(new Set(names).size).to.equal(names.length);
    expect(names.length).to.be.above(150);
  });

  it('leaves out cases for what the environment does not have', () => {
    const groupsOf = (environment: ContractEnvironment): Set<string> =>
      new Set(containerManagerContract(environment).map(({ group }) => group));
    const least = environmentOf(() => ({}));
    for (const group of ['networks', 'memory limit', 'isolation', 'importImage', 'loadImages']) {
      expect(groupsOf(least)).not.to.include(group);
    }
    const most = { ...least, networks: true, memoryLimits: true, kernel: true };
    for (const group of ['networks', 'memory limit', 'isolation']) expect(groupsOf(most)).to.include(group);
  });

  const faults: readonly (readonly [
    string,
    RegExp,
    (manager: ContainerManager) => Partial<ContainerManager>,
  ])[] = [
    [
      'a manager that takes 127 for a command that did not start',
      /gives the exit code/,
      (manager) => ({
        exec: async (...call) => {
          const result = await manager.exec(...call);
          if (result.exitCode === 127) throw new Error('not started');
          return result;
        },
      }),
    ],
    [
      'a manager that mixes stderr into stdout',
      /keeps stdout and stderr apart/,
      (manager) => ({
        exec: async (container, argv, options) => {
          const result = await manager.exec(container, argv, options);
          return {
            ...result,
            stdout: Buffer.concat([result.stdout, result.stderr]),
            stderr: Buffer.alloc(0),
          };
        },
      }),
    ],
    [
      'a manager that reads output faster than its sink',
      /holds up a command/,
      (manager) => ({
        exec: (container, argv, options = {}) =>
          manager.exec(container, argv, {
            ...options,
            output: (chunk) => {
              void options.output?.(chunk);
            },
          }),
      }),
    ],
    [
      'a manager whose abort is heard by the call alone',
      /aborted, and then rejects with the reason: SIGTERM not ignored$/,
      (manager) => ({
        exec: (container, argv, options = {}) => {
          const call = manager.exec(container, argv, { ...options, signal: undefined });
          return new Promise((resolve, reject) => {
            options.signal?.addEventListener('abort', () => {
              reject(options.signal?.reason);
            });
            call.then(resolve, reject);
          });
        },
      }),
    ],
    [
      'a manager that gives all files to root',
      /attributes wanted/,
      (manager) => ({
        copyTo: (container, entries, options) =>
          manager.copyTo(
            container,
            entries.map((entry) => ({ ...entry, uid: 0, gid: 0 })),
            options,
          ),
      }),
    ],
    [
      'a manager that keeps the last lines of its logs to itself',
      /follow to the end/,
      (manager) => ({
        async *logs(...call) {
          const chunks = [];
          for await (const chunk of manager.logs(...call)) chunks.push(chunk);
          yield* chunks.slice(0, -1);
        },
      }),
    ],
    [
      'a manager that reaps whatever it finds',
      /no others/,
      (manager) => ({
        reapOrphans: async () => {
          const found = await manager.list();
          for (const { id } of found) await manager.remove(id);
          return found.map(({ id }) => id);
        },
      }),
    ],
    [
      'a manager that removes nothing',
      /removes a container in any state/,
      () => ({ remove: () => Promise.resolve() }),
    ],
  ];
  for (const [what, wanted, fault] of faults) {
    it(`finds out ${what}`, async () => {
      expect(await failing(environmentOf(fault), wanted)).to.have.lengthOf(1);
    });
  }

  it('removes what a case that fails has made', async () => {
    const environment = environmentOf(() => ({ inspect: () => Promise.reject(new Error('no')) }));
    expect(await failing(environment, /^create: describe|^create: says/)).not.to.deep.equal([]);
    const manager = await environment.createManager();
    expect(await manager.list()).to.deep.equal([]);
  });

  it('fails a case that leaves a container, though all else was right', async () => {
    const environment = environmentOf(() => ({ prune: () => Promise.resolve([]) }));
    const [first] = containerManagerContract(environment).filter(({ group }) => group === 'create');
    expect(
      await first?.run().then(
        () => 'passed',
        (error: unknown) => (error as Error).message,
      ),
    ).to.match(/^a container is left/);
  });
});
