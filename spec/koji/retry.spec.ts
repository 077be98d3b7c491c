import { expect } from 'chai';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { KojiHubOptions, KojiRetry } from '../../lib/koji/koji-hub-options.js';
import { KojiHubSession } from '../../lib/koji/koji-hub-session.js';
import { isRepeatable } from '../../lib/koji/repeatable-methods.js';
import { rejection } from '../support/hub-rejection.js';
import { useScriptedHub, type HubReply } from '../support/hub-scripted.js';

const garbled: HubReply = { xml: '<methodResponse><params>' };
const unavailable: HubReply = { status: 503, text: '<h1>Service Unavailable</h1>' };

describe('KojiHubSession’s retries', () => {
  const hub = useScriptedHub();
  let retries: KojiRetry[];

  beforeEach(() => {
    retries = [];
  });

  const options = (more: KojiHubOptions = {}): KojiHubOptions => ({
    onRetry: (retry) => {
      retries.push(retry);
    },
    ...more,
  });
  const numbers = (): unknown[] => hub().calls.map(({ headers }) => headers['koji-session-callnum']);
  const bodies = (): Set<string> => new Set(hub().calls.map(({ body }) => body.toString()));

  for (const [name, failure, code] of [
    ['a bad status', unavailable, 'KOJI_UNAVAILABLE'],
    ['an answer that is cut', { cut: '<methodResponse>' } as HubReply, 'CONNECTION_LOST'],
    ['an answer that is no XML-RPC', garbled, 'PROTOCOL_ERROR'],
    ['a refusal of the web server', { status: 403 } as HubReply, 'KOJI_NO_SESSION'],
  ] as const) {
    context(`after ${name}`, () => {
      it('makes the same request again: at once, then at the interval', async () => {
        // A connection that drops is made anew within the same attempt.
        const times = code === 'CONNECTION_LOST' ? 6 : 3;
        hub().answer(...Array<HubReply>(times).fill(failure), { value: 'done' });
        const session = hub().loggedIn(options({ retryIntervalMs: 4 }));
        expect(await session.call('host.subtask', [1])).to.equal('done');
        expect(retries.map(({ delayMs, attempt }) => [attempt, delayMs])).to.deep.equal([
          [1, 0],
          [2, 4],
          [3, 4],
        ]);
        expect(retries.map(({ error }) => error.code)).to.deep.equal([code, code, code]);
        expect(new Set(numbers())).to.deep.equal(new Set(['0']));
        expect(bodies().size).to.equal(1);
      });
    });
  }

  it(`gives up after maxRetries with the last failure`, async () => {
    hub().answer(unavailable, unavailable, { status: 502, text: 'Bad Gateway' });
    const error = await rejection(
      hub()
        .loggedIn(options({ maxRetries: 2 }))
        .call('host.getTasks'),
    );
    expect(error).to.include({ code: 'KOJI_UNAVAILABLE', status: 502, method: 'host.getTasks' });
    expect(String(error)).to.include('Bad Gateway');
  });

  it('counts on with the next call', async () => {
    hub().answer(unavailable, { value: 1 }, { value: 2 });
    const session = hub().loggedIn(options());
    await session.call('a');
    await session.call('b');
    expect(numbers()).to.deep.equal(['0', '0', '1']);
  });

  it('makes a dropped connection anew at once, without an attempt being counted', async () => {
    hub().answer('drop', { value: 1 });
    await hub()
      .loggedIn(options({ maxRetries: 0 }))
      .call('host.getTasks');
    expect(retries).to.deep.equal([]);
    expect(numbers()).to.deep.equal(['0', '0']);
  });

  it('makes a request that got no answer in time again', async () => {
    hub().answer('hang', { value: 1 });
    expect(
      await hub()
        .loggedIn(options({ requestTimeoutMs: 40 }))
        .call('a'),
    ).to.equal(1);
    expect(retries[0]?.error).to.have.property('code', 'DEADLINE_EXCEEDED');
  });

  for (const code of [1, 1000, 1002, 1004, 1008, 1019]) {
    it(`takes fault ${code} for final`, async () => {
      hub().answer({ fault: [code, 'no'] });
      expect(await rejection(hub().loggedIn(options()).call('a'))).to.have.property('faultCode', code);
      expect(retries).to.deep.equal([]);
    });
  }

  context('without being logged in', () => {
    it('makes nothing again: the first failure is final', async () => {
      hub().answer(unavailable);
      const error = await rejection(hub().session(options()).call('getTag', ['f']));
      expect(error).to.have.property('code', 'KOJI_UNAVAILABLE');
    });

    it('does so where anonymousRetry says so, a login too', async () => {
      hub().answer(unavailable, { value: { 'session-id': 1, 'session-key': 'k', 'header-auth': true } });
      const login = { kind: 'password', user: 'u', password: 'p' } as const;
      await hub()
        .session(options({ login, anonymousRetry: true }))
        .login();
      expect(retries).to.have.lengthOf(1);
    });
  });

  context('with a hub that says it is offline', () => {
    const offline: HubReply = { fault: [1014, 'lab outage'] };

    it('rejects with ServerOffline unless told to wait', async () => {
      hub().answer(offline);
      expect(await rejection(hub().loggedIn(options()).call('a'))).to.have.property(
        'faultName',
        'ServerOffline',
      );
    });

    it('waits as long as it says so, and counts failures from anew', async () => {
      hub().answer(unavailable, offline, offline, offline, unavailable, unavailable, { value: 1 });
      const session = hub().loggedIn(
        options({ offlineRetry: true, offlineRetryIntervalMs: 3, retryIntervalMs: 2, maxRetries: 2 }),
      );
      expect(await session.call('a')).to.equal(1);
      expect(retries.map(({ delayMs }) => delayMs)).to.deep.equal([0, 3, 3, 3, 0, 2]);
      expect(new Set(numbers())).to.deep.equal(new Set(['0']));
    });

    it('waits without being logged in as well', async () => {
      hub().answer(offline, { value: 1 });
      expect(
        await hub()
          .session(options({ offlineRetry: true }))
          .call('getAPIVersion'),
      ).to.equal(1);
    });
  });

  context('with a hub that knows repeated requests', () => {
    const repeated: HubReply = { fault: [1009, 'unable to retry call 0'] };

    it('rejects with RetryError when what ran must not run twice', async () => {
      hub().answer('drop', repeated);
      const error = await rejection(hub().loggedIn(options()).call('host.newBuildRoot', [1]));
      expect(error).to.have.property('faultName', 'RetryError');
    });

    it('makes a call anew, with a new number, when it may run twice', async () => {
      hub().answer('drop', repeated, { value: [] });
      expect(await hub().loggedIn(options()).call('host.getTasks')).to.deep.equal([]);
      expect(numbers()).to.deep.equal(['0', '0', '1']);
    });

    it('does so once', async () => {
      hub().answer('drop', repeated, repeated);
      const error = await rejection(hub().loggedIn(options()).call('host.getTasks'));
      expect(error).to.have.property('faultName', 'RetryError');
    });

    for (const method of [
      'getTaskInfo',
      'listBuildroots',
      'host.getHostTasks',
      'host.updateHost',
      'checkUpload',
      'repoInfo',
    ]) {
      it(`has ${method} among what may run twice`, () => {
        expect(isRepeatable(method)).to.equal(true);
      });
    }

    for (const method of [
      'host.subtask',
      'host.newBuildRoot',
      'host.openTask',
      'host.closeTask',
      'host.setBuildRootList',
      'host.initBuild',
      'subsession',
      'multiCall',
      'repo.request',
    ]) {
      it(`has ${method} not among it`, () => {
        expect(isRepeatable(method)).to.equal(false);
      });
    }
  });

  context('with nobody at the address', () => {
    it('rejects with KOJI_UNAVAILABLE when the connection is refused', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      server.close();
      await once(server, 'close');
      await using session = new KojiHubSession(`http://127.0.0.1:${port}/kojihub`);
      expect(await rejection(session.call('getAPIVersion'))).to.have.property('code', 'KOJI_UNAVAILABLE');
    });

    it('rejects with KOJI_UNAVAILABLE when the name is unknown', async () => {
      await using session = new KojiHubSession('http://hub.invalid/kojihub');
      expect(await rejection(session.call('getAPIVersion'))).to.have.property('code', 'KOJI_UNAVAILABLE');
    });
  });
});
