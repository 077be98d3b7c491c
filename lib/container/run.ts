import type { ContainerManager, RunOptions, RunResult } from './container-manager.js';
import type { ContainerSpec } from './container-spec.js';

/**
 * Runs a container to its end and removes it, on any manager. Aborting removes it, running or not.
 *
 * @public
 */
export async function runContainer(
  manager: ContainerManager,
  spec: ContainerSpec,
  options: RunOptions = {},
): Promise<RunResult> {
  const { signal, output } = options;
  const handle = await manager.create(spec, { signal });
  try {
    await manager.start(handle, { signal });
    if (output !== undefined) {
      for await (const chunk of manager.logs(handle, { follow: true, signal })) await output(chunk);
    }
    const ending = await manager.wait(handle, { signal });
    return { containerId: handle.id, ...ending };
  } finally {
    await handle.remove();
  }
}
