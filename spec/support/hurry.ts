import sinon from 'sinon';

/** Makes what waits on timers fast: time passes as fast as real connections allow, until the promise settles. */
export async function hurry<T>(start: () => Promise<T>): Promise<T> {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  let settled = false;
  try {
    const promise = start().finally(() => (settled = true));
    // Its failure is the caller's, who awaits it below.
    promise.catch(() => undefined);
    while (!settled) {
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      await clock.tickAsync(50);
    }
    return await promise;
  } finally {
    clock.restore();
  }
}
