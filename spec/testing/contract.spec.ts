import {
  containerManagerContract,
  InMemoryContainerManager,
  type ContractEnvironment,
} from '../../lib/testing/index.js';
import { inMemoryCommands, inMemoryPrograms } from './contract-programs.js';

const image = 'localhost/contract:1';
const runtime = new InMemoryContainerManager({ images: { [image]: {} }, programs: inMemoryPrograms });

const environment: ContractEnvironment = {
  createManager: ({ owner } = {}) => new InMemoryContainerManager({ sharedWith: runtime, owner }),
  image,
  programs: inMemoryCommands,
  networks: true,
  memoryLimits: true,
  reportsOutOfMemory: true,
  async *rootArchive() {
    yield await Promise.resolve(new Uint8Array(512));
  },
};

describe('InMemoryContainerManager', () => {
  for (const { group, name, run } of containerManagerContract(environment)) it(`${group}: ${name}`, run);
});
