import { stopPodman } from './podman.js';

/** Root hooks of every run. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(30_000);
    await stopPodman();
  },
};
