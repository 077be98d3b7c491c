import { strictEqual } from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PodmanManager } from 'podroot';
import { PATTERN, PatternCheck } from './files.js';
import type { MemoryFigures, MemoryTask } from './memory.js';

const task = JSON.parse(process.argv[2] ?? '') as MemoryTask;
const { operation, sizeBytes, container } = task;

async function perform(manager: PodmanManager): Promise<void> {
  switch (operation) {
    case 'nothing':
      await manager.ping();
      return;
    case 'copyTo a file':
      return manager.copyTo(container, [{ path: `${task.inContainer}-copy`, from: task.from }]);
    case 'copyTo a stream':
      return manager.copyTo(container, [
        { path: `${task.inContainer}-copy`, content: makeContent(), sizeBytes },
      ]);
    case 'copyFrom': {
      await manager.copyFrom(container, task.inContainer, task.targetFolder);
      const { size } = await stat(join(task.targetFolder, basename(task.inContainer)));
      strictEqual(size, sizeBytes);
      return;
    }
    case 'exec output': {
      const check = new PatternCheck();
      const { exitCode } = await manager.exec(container, ['cat', task.inContainer], {
        output: ({ bytes }) => {
          check.take(bytes);
        },
      });
      strictEqual(exitCode, 0);
      strictEqual(check.bytes, sizeBytes);
      strictEqual(check.same, true);
    }
  }
}

async function* makeContent(): AsyncGenerator<Uint8Array> {
  for (let made = 0; made < sizeBytes; made += PATTERN.length) {
    await Promise.resolve();
    // New bytes each time, as a socket or a file gives them.
    yield Uint8Array.from(PATTERN);
  }
}

const start = performance.now();
const manager = new PodmanManager({ address: task.address });
await perform(manager);
await manager.close();
const figures: MemoryFigures = {
  operation,
  sizeBytes,
  peakMib: process.resourceUsage().maxRSS / 1024,
  seconds: (performance.now() - start) / 1000,
};
process.stdout.write(JSON.stringify(figures));
