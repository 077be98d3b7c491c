import { expect } from 'chai';
import type { KojiHubOptions } from '../../lib/koji/koji-hub-options.js';
import type { KojiNegotiator } from '../../lib/koji/koji-login.js';
import { hubCertificates } from '../support/hub-certificates.js';
import { rejection } from '../support/hub-rejection.js';
import { useScriptedHub, type HubReply } from '../support/hub-scripted.js';

const opened: HubReply = { value: { 'session-id': 5, 'session-key': 'k', 'header-auth': true } };

describe('KojiHubSession’s login by GSSAPI', () => {
  const hub = useScriptedHub(() => {
    const { ca, server } = hubCertificates();
    return { ca, cert: server.pem, key: server.pem };
  });
  const negotiate = (token = ''): HubReply => ({
    status: 401,
    headers: { 'www-authenticate': `Negotiate${token}` },
  });

  const login = (negotiator: KojiNegotiator, more: KojiHubOptions = {}): Promise<void> =>
    hub()
      .session({
        tls: { ca: hubCertificates().ca },
        login: {
          kind: 'gssapi',
          negotiator: (host) => {
            hosts.push(host);
            return negotiator;
          },
        },
        ...more,
      })
      .login();
  let hosts: string[];
  let challenges: unknown[];
  const text = (bytes: Uint8Array | undefined): unknown => bytes && Buffer.from(bytes).toString();

  /** Says token 1, token 2, …, and keeps what the hub said. */
  function counting(): KojiNegotiator {
    let round = 0;
    return {
      next: (challenge) => {
        challenges.push(text(challenge));
        return Promise.resolve(Buffer.from(`token ${(round += 1)}`));
      },
      finish: (token) => {
        challenges.push(`end: ${String(text(token))}`);
        return Promise.resolve();
      },
    };
  }

  beforeEach(() => {
    hosts = [];
    challenges = [];
  });
  const base64 = (value: string): string => Buffer.from(value).toString('base64');
  const sent = (): unknown[] => hub().calls.map(({ headers }) => headers.authorization);

  it('answers challenges until the hub is content, and lets it prove itself', async () => {
    const proof = { 'www-authenticate': `Negotiate ${base64('proof')}` };
    const xml =
      '<methodResponse><params><param><value><struct><member><name>session-id</name><value><int>5</int></value></member><member><name>session-key</name><value>k</value></member><member><name>header-auth</name><value><boolean>1</boolean></value></member></struct></value></param></params></methodResponse>';
    hub().answer(negotiate(), negotiate(` ${base64('more')}`), { xml, headers: proof });
    await login(counting());
    expect(hosts).to.deep.equal(['127.0.0.1']);
    expect(sent()).to.deep.equal([
      undefined,
      `Negotiate ${base64('token 1')}`,
      `Negotiate ${base64('token 2')}`,
    ]);
    expect(challenges).to.deep.equal([undefined, 'more', 'end: proof']);
    expect(hub().calls.map(({ path }) => path)).to.deep.equal(Array(3).fill('/kojihub/ssllogin'));
    expect(hub().connections).to.equal(1);
  });

  it('takes part in a choice of schemes', async () => {
    hub().answer({ status: 401, headers: { 'www-authenticate': 'Basic realm="x, y", Negotiate' } }, opened);
    await login({ next: () => Promise.resolve(Buffer.from('t')) });
    expect(sent()).to.deep.equal([undefined, `Negotiate ${base64('t')}`]);
  });

  it('says that the hub proved nothing', async () => {
    hub().answer(negotiate(), opened);
    await login(counting());
    expect(challenges).to.deep.equal([undefined, 'end: undefined']);
  });

  it('rejects with what the negotiator throws about the hub’s proof', async () => {
    hub().answer(negotiate(), opened);
    const doubt = new Error('no mutual authentication');
    const negotiator = { ...counting(), finish: () => Promise.reject(doubt) };
    expect(await rejection(login(negotiator))).to.equal(doubt);
  });

  it('rejects with KOJI_NO_SESSION when the token is refused, and does not insist', async () => {
    hub().answer(negotiate(), negotiate());
    const error = await rejection(login(counting(), { anonymousRetry: true }));
    expect(error).to.include({ code: 'KOJI_NO_SESSION', status: 401 });
  });

  it('rejects with KOJI_NO_SESSION when the hub offers no Negotiate', async () => {
    hub().answer({ status: 401, headers: { 'www-authenticate': 'Basic realm="Negotiate"' } });
    expect(await rejection(login(counting()))).to.have.property('code', 'KOJI_NO_SESSION');
    expect(challenges).to.deep.equal([]);
  });

  it('ends a negotiation without end', async () => {
    hub().on(() => negotiate(` ${base64('more')}`));
    expect(await rejection(login(counting()))).to.have.property('code', 'KOJI_NO_SESSION');
    expect(hub().calls).to.have.lengthOf(11);
  });

  it('asks for a new context to renew', async () => {
    const contexts: KojiNegotiator[] = [];
    const session = hub().loggedIn({
      tls: { ca: hubCertificates().ca },
      login: {
        kind: 'gssapi',
        negotiator: () => {
          contexts.push(counting());
          return contexts.at(-1)!;
        },
      },
    });
    hub().answer({ fault: [1007, 'expired'] }, negotiate(), opened, { value: 1 });
    await session.call('host.getID');
    expect(contexts).to.have.lengthOf(1);
    expect(hub().calls[2]?.headers).to.include({
      'koji-session-key': 'old-key',
      'koji-session-callnum': '1',
    });
  });
});
