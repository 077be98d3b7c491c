import { expect } from 'chai';
import { rejection } from '../support/hub-rejection.js';
import { useScriptedHub, type HubReply } from '../support/hub-scripted.js';

const login = { kind: 'password', user: 'builder1', password: 'dummy' } as const;
const expired: HubReply = { fault: [1007, 'session "7" has expired'] };
const renewed: HubReply = { value: { 'session-id': 7, 'session-key': 'new-key', 'header-auth': true } };

describe('KojiHubSession’s renewal', () => {
  const hub = useScriptedHub();

  it('renews an expired session with its old headers, and makes the call again, counting on', async () => {
    const session = hub().loggedIn({ login, session: { id: 7, key: 'old-key', callnum: 40 } });
    hub().answer(expired, renewed, { value: 1 }, { value: 2 });
    expect(await session.call('host.getID')).to.equal(1);
    expect(await session.call('host.getID')).to.equal(2);
    const [, renewal, ...later] = hub().calls;
    expect(renewal).to.deep.include({
      method: 'login',
      args: ['builder1', 'dummy'],
      keywords: { opts: null, renew: true, exclusive: false },
    });
    expect(renewal?.headers).to.include({ 'koji-session-key': 'old-key', 'koji-session-callnum': '41' });
    expect(later.map(({ headers }) => headers['koji-session-key'])).to.deep.equal(['new-key', 'new-key']);
    expect(later.map(({ headers }) => headers['koji-session-callnum'])).to.deep.equal(['42', '43']);
  });

  it('lets the calls that wait have the new key', async () => {
    const session = hub().loggedIn({ login });
    hub().answer(expired, renewed, { value: 1 }, { value: 2 });
    expect(await Promise.all([session.call('a'), session.call('b')])).to.deep.equal([1, 2]);
    expect(hub().calls.map(({ method, headers }) => [method, headers['koji-session-key']])).to.deep.equal([
      ['a', 'old-key'],
      ['login', 'old-key'],
      ['a', 'new-key'],
      ['b', 'new-key'],
    ]);
  });

  it('asks for the exclusive lock again where it was held', async () => {
    const session = hub().loggedIn({ login });
    hub().answer({ value: null }, expired, renewed, { value: 1 }, { value: null }, expired, renewed, {
      value: 2,
    });
    await session.exclusiveSession();
    await session.call('host.getID');
    await session.call('sharedSession');
    await session.call('host.getID');
    const renewals = hub().calls.filter(({ method }) => method === 'login');
    expect(renewals.map(({ keywords }) => keywords['exclusive'])).to.deep.equal([true, false]);
  });

  it('renews subsessions alike, which never ask for the lock', async () => {
    const session = hub().loggedIn({ login });
    hub().answer({ value: null }, { value: { 'session-id': 8, 'session-key': 'sub', 'header-auth': true } });
    await session.exclusiveSession();
    await using child = await session.subsession();
    hub().answer(
      expired,
      { value: { 'session-id': 8, 'session-key': 'sub2', 'header-auth': true } },
      { value: 1 },
    );
    await child.call('host.getID');
    expect(hub().calls[3]?.keywords).to.include({ renew: true, exclusive: false });
    expect(hub().calls[3]?.headers).to.include({ 'koji-session-id': '8', 'koji-session-key': 'sub' });
    hub().answer({ value: null });
  });

  it('sends an upload again', async () => {
    const session = hub().loggedIn({ login });
    const reply = { size: 3, offset: 0, hexdigest: '024d0127', fileverify: 'adler32' };
    hub().answer(expired, renewed, { value: reply });
    const chunk = Buffer.from('abc');
    const target = { path: 'tasks/1/1', name: 'a.log', offset: 0, overwrite: true };
    expect(await session.rawUpload(chunk, target)).to.deep.include({ size: 3, hexdigest: '024d0127' });
    expect(hub().calls[2]?.body.toString()).to.equal('abc');
  });

  it('renews once for a call, and rejects with AuthExpired when that did not help', async () => {
    const session = hub().loggedIn({ login });
    hub().answer(expired, renewed, expired);
    expect(await rejection(session.call('host.getID'))).to.have.property('faultName', 'AuthExpired');
  });

  it('rejects with the renewal’s own failure', async () => {
    const session = hub().loggedIn({ login });
    hub().answer(expired, { fault: [1002, 'Invalid session or bad credentials'] });
    expect(await rejection(session.call('host.getID'))).to.include({
      faultName: 'AuthError',
      method: 'login',
    });
  });

  it('makes a renewal without an answer again, with the same number', async () => {
    const session = hub().loggedIn({ login });
    hub().answer(expired, { status: 503 }, renewed, { value: 1 });
    await session.call('host.getID');
    expect(hub().calls.map(({ headers }) => headers['koji-session-callnum'])).to.deep.equal([
      '0',
      '1',
      '1',
      '2',
    ]);
  });

  it('rejects with AuthExpired when it does not know how to log in', async () => {
    hub().answer(expired);
    expect(await rejection(hub().loggedIn().call('host.getID'))).to.have.property('faultName', 'AuthExpired');
  });

  it('does not renew a session to end it', async () => {
    const session = hub().loggedIn({ login });
    hub().answer(expired);
    await session.logout();
    expect(hub().calls).to.have.lengthOf(1);
  });
});
