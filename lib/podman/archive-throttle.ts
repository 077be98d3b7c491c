import type { Pack } from 'tar-stream';

/** Lets something wait until the reader has taken what there is. */
export interface PackThrottle {
  /** Resolves when the reader wants more; never if it goes. One at a time may wait. */
  ready(): Promise<void>;
  /** To be called when the reader has taken something. */
  taken(): void;
}

/** tar-stream itself holds up contents, but takes any number of links and folders while its reader is busy. */
export function createThrottle(pack: Pack): PackThrottle {
  const kind = pack.constructor as unknown as { isBackpressured(stream: Pack): boolean };
  let waiting: (() => void) | undefined;
  return {
    ready: () =>
      new Promise((resolve) => {
        if (kind.isBackpressured(pack)) waiting = resolve;
        else resolve();
      }),
    taken() {
      if (kind.isBackpressured(pack)) return;
      waiting?.();
      waiting = undefined;
    },
  };
}
