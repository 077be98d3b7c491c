import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import { deadlineExceeded, delay, linkSignals, untilAborted } from '../lib/abort.js';
import { ContainerError } from '../lib/errors.js';
import { rejectionOf } from './support/rejection.js';

const reason = { why: 'the spec says so' };

describe('abort', () => {
  let clock: SinonFakeTimers;

  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  afterEach(() => {
    clock.restore();
  });

  describe('linkSignals', () => {
    it('aborts with the reason of whichever aborts first', () => {
      const [one, other] = [new AbortController(), new AbortController()];
      const link = linkSignals([one.signal, undefined, other.signal], undefined, 'exec');
      expect(link.signal.aborted).to.equal(false);
      other.abort(reason);
      one.abort('later');
      expect(link.signal.reason).to.equal(reason);
    });

    it('is aborted at once by a signal that was aborted before', () => {
      const link = linkSignals([AbortSignal.abort(reason)], 1000, 'exec');
      expect(link.signal.reason).to.equal(reason);
      expect(clock.countTimers()).to.equal(0);
    });

    it('aborts with DEADLINE_EXCEEDED when the time is over', () => {
      const link = linkSignals([], 1000, 'exec');
      clock.tick(999);
      expect(link.signal.aborted).to.equal(false);
      clock.tick(1);
      expect(link.signal.reason).to.be.an.instanceOf(ContainerError);
      expect(link.signal.reason).to.include({ code: 'DEADLINE_EXCEEDED', operation: 'exec' });
    });

    for (const timeoutMs of [0, undefined]) {
      it(`has no time limit of ${String(timeoutMs)}`, () => {
        linkSignals([], timeoutMs, 'exec');
        expect(clock.countTimers()).to.equal(0);
      });
    }

    it('leaves neither listeners nor timers behind when released', () => {
      const controller = new AbortController();
      const link = linkSignals([controller.signal], 1000, 'exec');
      expect(getEventListeners(controller.signal, 'abort')).to.have.lengthOf(1);
      link.release();
      link.release();
      expect(getEventListeners(controller.signal, 'abort')).to.have.lengthOf(0);
      expect(clock.countTimers()).to.equal(0);
      controller.abort();
      expect(link.signal.aborted).to.equal(false);
    });

    it('links one signal to many calls without a warning', async () => {
      const warnings: unknown[] = [];
      const onWarning = (warning: unknown): void => {
        warnings.push(warning);
      };
      process.on('warning', onWarning);
      const { signal } = new AbortController();
      const links = Array.from({ length: 50 }, () => linkSignals([signal], undefined, 'exec'));
      // Node warns in the next turn.
      await new Promise(setImmediate);
      process.off('warning', onWarning);
      for (const link of links) link.release();
      expect(warnings).to.deep.equal([]);
    });
  });

  describe('deadlineExceeded', () => {
    it('names the operation and the limit', () => {
      expect(deadlineExceeded('copyTo', 1500).message).to.equal(
        'copyTo took longer than its limit of 1500 ms',
      );
    });
  });

  describe('delay', () => {
    it('waits as long as it is told, and leaves no listener', async () => {
      const { signal } = new AbortController();
      const waiting = delay(1000, signal);
      expect(getEventListeners(signal, 'abort')).to.have.lengthOf(1);
      await clock.tickAsync(1000);
      await waiting;
      expect(getEventListeners(signal, 'abort')).to.have.lengthOf(0);
    });

    it('rejects with the reason when aborted, and leaves no timer', async () => {
      const controller = new AbortController();
      const rejection = rejectionOf(delay(1000, controller.signal));
      controller.abort(reason);
      expect(await rejection).to.equal(reason);
      expect(clock.countTimers()).to.equal(0);
    });

    it('rejects with the reason when aborted before', async () => {
      expect(await rejectionOf(delay(1000, AbortSignal.abort(reason)))).to.equal(reason);
      expect(clock.countTimers()).to.equal(0);
    });
  });

  describe('untilAborted', () => {
    it('settles like the promise, and leaves no listener', async () => {
      const { signal } = new AbortController();
      const failure = new Error('no');
      expect(await untilAborted(Promise.resolve(7), signal)).to.equal(7);
      expect(await rejectionOf(untilAborted(Promise.reject(failure), signal))).to.equal(failure);
      expect(await untilAborted(Promise.resolve(7), undefined)).to.equal(7);
      await Promise.resolve();
      expect(getEventListeners(signal, 'abort')).to.have.lengthOf(0);
    });

    it('rejects with the reason when aborted first', async () => {
      const controller = new AbortController();
      const rejection = rejectionOf(untilAborted(new Promise(() => undefined), controller.signal));
      controller.abort(reason);
      expect(await rejection).to.equal(reason);
    });

    it('rejects with the reason when aborted before, and takes care of what the promise rejects with', async () => {
      const rejection = untilAborted(Promise.reject(new Error('unseen')), AbortSignal.abort(reason));
      expect(await rejectionOf(rejection)).to.equal(reason);
    });
  });
});
