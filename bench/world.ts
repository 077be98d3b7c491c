import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PodmanManager, startPodmanService } from 'podroot';
import { madeImage } from '../tools/project-podman.js';
import { cacheFolder, projectFolder } from '../tools/project.js';
import { LARGE_BYTES, makeLargeFile, makeTree } from './files.js';
import { listHere, type Manifest } from './manifest.js';

export const SLEEP = ['sleep', 'infinity'] as const;

/** A folder of the container for what is copied into it. Its root folder takes nothing without capabilities. */
export const TRIALS = '/trials';

/** Where Podman's command line finds what the service has. */
export interface PodmanStorage {
  readonly root: string;
  readonly runroot: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Something that is copied, here and in the container. */
export interface Sample {
  readonly from: string;
  readonly inContainer: string;
  readonly manifest: Manifest;
}

/** What all clients work on: one service, one container, the same files. */
export interface World extends AsyncDisposable {
  readonly address: string;
  readonly storage: PodmanStorage;
  readonly podmanVersion: string;
  readonly image: string;
  readonly container: string;
  /** A folder of this machine, removed at the end. */
  readonly folder: string;
  readonly tree: Sample;
  readonly large: Sample;
  /** For what is not timed. */
  readonly manager: PodmanManager;
}

/** Starts a service on storage of its own, so that no test that runs beside it holds its locks. */
export async function createWorld(): Promise<World> {
  const endings: (() => Promise<unknown>)[] = [];
  const dispose = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const { address, storage } = await startService(endings);
    const folder = await mkdtemp(join(tmpdir(), 'podroot-bench-'));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    const manager = new PodmanManager({ address });
    endings.push(() => manager.close());
    // Those of a run that was cut off.
    await manager.reapOrphans();
    const { version } = await manager.ping();
    const image = await madeImage(manager, 'busybox');
    const container = await manager.create({ image, command: SLEEP });
    endings.push(() => container.remove());
    await manager.start(container);
    await manager.copyTo(container, [{ path: TRIALS, directory: true }]);
    const makeSample = async (name: string, make: (path: string) => Promise<void>): Promise<Sample> => {
      const sample = { from: join(folder, name), inContainer: `/samples/${name}` };
      await make(sample.from);
      await manager.copyTo(container, [{ path: sample.inContainer, from: sample.from }]);
      return { ...sample, manifest: await listHere(sample.from) };
    };
    return {
      ...{ address, storage, podmanVersion: version, image, container: container.id, folder, manager },
      tree: await makeSample('tree', makeTree),
      large: await makeSample('large', (path) => makeLargeFile(path, LARGE_BYTES)),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function startService(endings: (() => Promise<unknown>)[]) {
  const folder = resolve(cacheFolder, 'bench');
  const [root, runroot] = [join(folder, 'root'), join(folder, 'runroot')];
  mkdirSync(folder, { recursive: true });
  const tool = join(projectFolder, 'tools', 'containers-conf');
  const conf = execFileSync(tool, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const containersConf = conf === '' ? undefined : conf;
  const service = await startPodmanService({ root, runroot, containersConf });
  endings.push(() => service.stop());
  const env = conf === '' ? process.env : { ...process.env, CONTAINERS_CONF: conf };
  return { address: service.address, storage: { root, runroot, env } };
}
