import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { PodmanManager } from '../../../lib/podman/podman-manager.js';
import {
  containerManagerContract,
  shellPrograms,
  type ContractEnvironment,
} from '../../../lib/testing/index.js';
import { projectFolder } from '../../../tools/project.js';
import { testImage, usePodman } from '../../support/podman.js';
import { dockerArchive } from './docker-archive.js';

const LOADED = 'localhost/podroot-contract-loaded:1';

describe('PodmanManager', function () {
  this.timeout(60_000);
  const podman = usePodman();
  let image = '';
  let rootArchive = '';
  let reportsOutOfMemory = false;

  before(async () => {
    rootArchive = execFileSync(join(projectFolder, 'tools/make-image'), ['busybox'], {
      encoding: 'utf8',
    }).trim();
    // Seen with 5.4.2; with 4.3.1 the flag stays unset, whatever happens.
    reportsOutOfMemory = Number.parseInt((await podman.manager.ping()).version) >= 5;
    image = await testImage(podman.manager, 'busybox');
  });

  const environment: ContractEnvironment = {
    createManager: ({ owner } = {}) => new PodmanManager({ address: podman.address, owner }),
    get image() {
      return image;
    },
    programs: shellPrograms,
    rootArchive: () => createReadStream(rootArchive),
    imageArchive: { reference: LOADED, open: () => dockerArchive(LOADED, rootArchive) },
    networks: true,
    memoryLimits: true,
    get reportsOutOfMemory() {
      return reportsOutOfMemory;
    },
    kernel: true,
  };

  for (const { group, name, run } of containerManagerContract(environment)) it(`${group}: ${name}`, run);
});
