import { expect } from 'chai';
import { once } from 'node:events';
import { KojiTransportError, type KojiError } from '../../lib/koji/koji-error.js';
import { rejection } from '../support/hub-rejection.js';
import { useScriptedHub, type HubReply } from '../support/hub-scripted.js';

describe('KojiHubSession', () => {
  const hub = useScriptedHub();

  describe('#call', () => {
    it('sends the body’s length, never chunks', async () => {
      hub().answer({ value: 1 });
      await hub()
        .session()
        .call('echo', ['x'.repeat(3_000_000)]);
      const call = hub().calls[0];
      expect(call?.headers).to.include({ 'content-length': String(call?.body.length) });
      expect(call?.headers).not.to.have.property('transfer-encoding');
    });

    it('marks keyword arguments as upstream does, and leaves undefined ones out', async () => {
      hub().answer({ value: null });
      await hub().session().call('getTag', ['f'], { strict: true, event: undefined });
      expect(hub().calls[0]).to.deep.include({ args: ['f'], keywords: { strict: true } });
      expect(hub().calls[0]?.body.toString()).to.include('<name>__starstar</name>\n<value><boolean>1');
    });

    it('sends calls one after the other, in their order, with rising numbers', async () => {
      let inside = 0;
      hub().on(async ({ args }) => {
        inside += 1;
        expect(inside).to.equal(1);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        return { value: args[0] ?? null };
      });
      const session = hub().loggedIn();
      const results = await Promise.all([1, 2, 3, 4, 5].map((n) => session.call('echo', [n])));
      expect(results).to.deep.equal([1, 2, 3, 4, 5]);
      expect(hub().calls.map(({ headers }) => headers['koji-session-callnum'])).to.deep.equal([
        '0',
        '1',
        '2',
        '3',
        '4',
      ]);
    });

    it('goes on after a call that failed', async () => {
      const session = hub().loggedIn();
      hub().answer({ fault: [1000, 'no'] }, { value: 2 });
      const [first, second] = await Promise.allSettled([session.call('a'), session.call('b')]);
      expect(first).to.have.property('status', 'rejected');
      expect(second).to.deep.include({ status: 'fulfilled', value: 2 });
    });

    it('uses no number for a call that cannot be written', async () => {
      const session = hub().loggedIn();
      hub().answer({ value: null });
      expect(await rejection(session.call('echo', [NaN]))).to.have.property('code', 'INVALID_ARGUMENT');
      await session.call('echo');
      expect(hub().calls[0]?.headers).to.include({ 'koji-session-callnum': '0' });
    });

    it('rejects with a KojiError for a fault, which keeps all of the hub’s words', async () => {
      hub().answer({ fault: [1012, `mock \u001b[1mfailed ${'x'.repeat(5000)}`] });
      const error = (await rejection(hub().session().call('host.taskWaitResults'))) as KojiError;
      expect(error).to.deep.include({ code: 'KOJI_FAULT', faultCode: 1012, faultName: 'BuildrootError' });
      expect(error.faultString).to.have.length.above(5000);
      expect(error.message).to.have.length.below(2200);
      expect(error.is('BuildError')).to.equal(true);
      expect(error.is('AuthError')).to.equal(false);
    });

    it('remembers the version that the hub states', async () => {
      const session = hub().session();
      hub().answer({ value: 1 });
      expect(session.hubVersion).to.equal(undefined);
      await session.call('getAPIVersion');
      expect(session.hubVersion).to.equal('1.35.3');
    });

    it('rejects with RESPONSE_LIMIT when the answer is too large, and asks no second time', async () => {
      const session = hub().loggedIn({ maxResponseBytes: 1000 });
      hub().answer({ value: 'x'.repeat(2000) });
      expect(await rejection(session.call('echo'))).to.have.property('code', 'RESPONSE_LIMIT');
    });

    context('when it is aborted', () => {
      it('rejects with the reason at once while it waits, and is never sent', async () => {
        const session = hub().loggedIn();
        const abort = new AbortController();
        let arrived: (() => void) | undefined;
        const first = new Promise<void>((resolve) => (arrived = resolve));
        let answer: ((reply: HubReply) => void) | undefined;
        hub().on(({ method }) => {
          if (method !== 'a') return { value: method };
          arrived?.();
          return new Promise<HubReply>((resolve) => (answer = resolve));
        });
        const running = session.call('a');
        await first;
        const waiting = rejection(session.call('b', [], {}, { signal: abort.signal }));
        const last = session.call('c');
        abort.abort('enough');
        expect(await waiting).to.equal('enough');
        answer?.({ value: 1 });
        expect(await running).to.equal(1);
        expect(await last).to.equal('c');
        expect(hub().calls.map(({ method }) => method)).to.deep.equal(['a', 'c']);
      });

      it('rejects with the reason while it is in flight, and drops the connection', async () => {
        const session = hub().loggedIn();
        const abort = new AbortController();
        const gone = new Promise<void>((resolve) => {
          hub().on(({ connection }) => {
            void once(connection, 'close').then(() => {
              resolve();
            });
            abort.abort('enough');
            return 'hang';
          });
        });
        expect(await rejection(session.call('a', [], {}, { signal: abort.signal }))).to.equal('enough');
        await gone;
      });

      it('rejects with the reason while it waits to be made again', async () => {
        const abort = new AbortController();
        const session = hub().loggedIn({
          offlineRetry: true,
          offlineRetryIntervalMs: 100_000,
          onRetry: () => {
            setImmediate(() => {
              abort.abort('enough');
            });
          },
        });
        hub().answer({ fault: [1014, 'offline'] });
        expect(await rejection(session.call('a', [], {}, { signal: abort.signal }))).to.equal('enough');
      });
    });

    it('rejects with DEADLINE_EXCEEDED when no answer comes in time', async () => {
      const session = hub().loggedIn({ requestTimeoutMs: 30, maxRetries: 0 });
      hub().answer('hang');
      const error = await rejection(session.call('a'));
      expect(error).to.be.instanceOf(KojiTransportError).with.property('code', 'DEADLINE_EXCEEDED');
    });
  });

  describe('#rawUpload', () => {
    it('rejects with PROTOCOL_ERROR when the answer is not that of an upload', async () => {
      hub().answer({ value: true });
      const upload = hub().loggedIn().rawUpload(Buffer.from('a'), { path: 'p', name: 'n', offset: 0 });
      expect(await rejection(upload)).to.include({ code: 'PROTOCOL_ERROR', method: 'rawUpload' });
    });
  });
});
