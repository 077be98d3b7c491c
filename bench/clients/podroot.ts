import { PodmanManager } from 'podroot';
import type { BenchClient } from '../client.js';
import { SLEEP } from '../world.js';

/** podroot as its users call it, with its defaults. */
export function createPodrootClient(address: string): BenchClient {
  const manager = new PodmanManager({ address });
  return {
    async startContainer(image) {
      const { id } = await manager.create({ image, command: SLEEP });
      await manager.start(id);
      return id;
    },
    async exec(container, argv, onStdout) {
      const { exitCode, complete } = await manager.exec(container, argv, {
        output: ({ channel, bytes }) => {
          if (channel === 'stdout') onStdout?.(bytes);
        },
      });
      if (exitCode === null || !complete) throw new Error('the command did not end properly');
      return exitCode;
    },
    copyTo: (container, from, path) => manager.copyTo(container, [{ path, from }]),
    async copyFrom(container, path, targetFolder) {
      await manager.copyFrom(container, path, targetFolder);
    },
    removeContainer: (container) => manager.remove(container),
    close: () => manager.close(),
  };
}
