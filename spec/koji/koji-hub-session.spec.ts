import { expect } from 'chai';
import { KojiError } from '../../lib/koji/koji-error.js';
import { useScriptedHub, type HubReply } from '../support/hub-scripted.js';
import { rejection } from '../support/hub-rejection.js';

const login = { kind: 'password', user: 'builder1', password: 'dummy' } as const;
const opened = (id: number, key: string): HubReply => ({
  value: { 'session-id': id, 'session-key': key, 'header-auth': true },
});

describe('KojiHubSession', () => {
  const hub = useScriptedHub();

  describe('#login', () => {
    it('sends upstream’s login and then the session in every request’s headers', async () => {
      const session = hub().session({ login });
      hub().answer(opened(5, 'k'), { value: 1 }, { value: ['OK'] });
      await session.login();
      expect(await session.call('host.getID')).to.equal(1);
      await session.call('echo', ['OK']);
      const [first, second, third] = hub().calls;
      expect(first).to.deep.include({
        method: 'login',
        args: ['builder1', 'dummy'],
        keywords: { opts: null },
      });
      expect(first?.headers).to.include({ 'content-type': 'text/xml', 'user-agent': 'koji/1' });
      expect(first?.headers).not.to.have.property('koji-session-id');
      expect(second?.headers).to.include({
        'koji-session-id': '5',
        'koji-session-key': 'k',
        'koji-session-callnum': '0',
        'koji-callnum': '0',
      });
      expect(third?.headers).to.include({ 'koji-session-callnum': '1', 'koji-callnum': '1' });
    });

    it('puts the session into the query for a hub that has no header sessions', async () => {
      const session = hub().session({ login });
      hub().answer({ value: { 'session-id': 5, 'session-key': 'k' } }, { value: 1 });
      await session.login();
      await session.call('host.getID');
      const call = hub().calls[1];
      expect(call?.query.toString()).to.equal('session-id=5&session-key=k&callnum=0');
      expect(call?.headers).not.to.have.property('koji-session-id');
    });

    it('rejects with AuthError when the hub refuses, and stays logged out', async () => {
      const session = hub().session({ login });
      hub().answer({ fault: [1002, 'invalid username or password'] });
      const error = await rejection(session.login());
      expect(error).to.be.instanceOf(KojiError).and.deep.include({ faultName: 'AuthError', method: 'login' });
      expect(session.identity).to.equal(undefined);
    });

    it('rejects with PROTOCOL_ERROR when the answer holds no session', async () => {
      hub().answer({ value: false });
      expect(await rejection(hub().session({ login }).login())).to.have.property('code', 'PROTOCOL_ERROR');
    });

    it('rejects with KOJI_NO_SESSION when there is nobody to log in', async () => {
      expect(await rejection(hub().session().login())).to.have.property('code', 'KOJI_NO_SESSION');
    });

    it('begins anew when there was a session', async () => {
      const session = hub().loggedIn({ login });
      hub().answer({ value: null }, opened(9, 'new'));
      await session.call('echo');
      await session.login();
      expect(hub().calls[1]?.headers).not.to.have.property('koji-session-id');
      expect(session.identity).to.deep.equal({
        id: 9,
        key: 'new',
        headerAuth: true,
        callnum: 0,
        exclusive: false,
      });
    });
  });

  describe('#subsession', () => {
    it('gives a session of its own that begins to count at 0', async () => {
      const session = hub().loggedIn();
      hub().answer(opened(8, 'sub'), { value: null }, { value: null });
      const child = await session.subsession();
      await child.call('echo');
      await session.call('echo');
      const [, second, third] = hub().calls.map(({ headers }) => headers);
      expect(second).to.include({
        'koji-session-id': '8',
        'koji-session-key': 'sub',
        'koji-session-callnum': '0',
      });
      expect(third).to.include({ 'koji-session-id': '7', 'koji-session-callnum': '1' });
      hub().answer({ value: null });
      await child.close();
    });

    it('calls beside its parent', async () => {
      const session = hub().loggedIn();
      hub().answer(opened(8, 'sub'));
      const child = await session.subsession();
      let answer: ((reply: HubReply) => void) | undefined;
      hub().on(({ method }) =>
        method === 'slow' ? new Promise<HubReply>((resolve) => (answer = resolve)) : { value: method },
      );
      const slow = session.call('slow');
      expect(await child.call('quick')).to.equal('quick');
      answer?.({ value: 1 });
      expect(await slow).to.equal(1);
      await child.close();
    });
  });

  describe('#exclusiveSession', () => {
    it('asks for the lock, by force where told to', async () => {
      const session = hub().loggedIn();
      hub().answer({ value: null }, { value: null });
      await session.exclusiveSession();
      await session.exclusiveSession({ force: true });
      expect(hub().calls.map(({ keywords }) => keywords)).to.deep.equal([{ force: false }, { force: true }]);
      expect(session.identity).to.have.property('exclusive', true);
    });

    it('knows that it has none when the hub refuses', async () => {
      const session = hub().loggedIn();
      hub().answer({ fault: [1006, 'Cannot get exclusive session'] });
      expect(await rejection(session.exclusiveSession())).to.have.property('faultName', 'AuthLockError');
      expect(session.identity).to.have.property('exclusive', false);
    });
  });

  describe('#logout', () => {
    it('ends the session, once', async () => {
      const session = hub().loggedIn();
      hub().answer({ value: null });
      await session.logout();
      await session.logout();
      expect(hub().calls[0]).to.deep.include({ method: 'logout', args: [], keywords: { session_id: null } });
      expect(session.identity).to.equal(undefined);
    });

    for (const code of [1007, 1002]) {
      it(`takes fault ${code} for done: the session is over`, async () => {
        const session = hub().loggedIn();
        hub().answer({ fault: [code, 'gone'] });
        await session.logout();
        expect(session.identity).to.equal(undefined);
      });
    }

    it('is tried once, and keeps the session when it fails', async () => {
      const session = hub().loggedIn();
      hub().answer({ status: 503 });
      expect(await rejection(session.logout())).to.have.property('code', 'KOJI_UNAVAILABLE');
      expect(session.identity).to.have.property('id', 7);
    });
  });

  describe('#close', () => {
    it('ends calls in flight with CLOSED, logs out and refuses what comes after', async () => {
      const session = hub().loggedIn();
      let arrived: (() => void) | undefined;
      const there = new Promise<void>((resolve) => (arrived = resolve));
      hub().on(({ method }) => {
        if (method === 'logout') return { value: null };
        arrived?.();
        return 'hang';
      });
      const running = rejection(session.call('a'));
      await there;
      await Promise.all([session.close(), session.close()]);
      expect(await running).to.have.property('code', 'CLOSED');
      expect(await rejection(session.call('b'))).to.have.property('code', 'CLOSED');
      expect(hub().calls.map(({ method }) => method)).to.deep.equal(['a', 'logout']);
    });

    it('is no error when the hub is gone', async () => {
      const session = hub().loggedIn();
      hub().answer('drop', 'drop');
      await session[Symbol.asyncDispose]();
    });
  });
});
