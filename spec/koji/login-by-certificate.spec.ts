import { expect } from 'chai';
import { TLSSocket } from 'node:tls';
import type { KojiHubOptions } from '../../lib/koji/koji-hub-options.js';
import { hubCertificates } from '../support/hub-certificates.js';
import { rejection } from '../support/hub-rejection.js';
import { useScriptedHub, type HubCall, type HubReply } from '../support/hub-scripted.js';

const opened: HubReply = { value: { 'session-id': 5, 'session-key': 'k', 'header-auth': true } };

function tlsOf({ connection }: HubCall): TLSSocket {
  if (connection instanceof TLSSocket) return connection;
  throw new Error('the request came without TLS');
}

function byCertificate(more: KojiHubOptions = {}): KojiHubOptions {
  const { ca, builder } = hubCertificates();
  return { login: { kind: 'certificate' }, tls: { ca, cert: builder.pem }, ...more };
}

describe('KojiHubSession’s login by certificate', () => {
  before(function () {
    this.timeout(30_000);
    hubCertificates();
  });

  context('at a hub that wants a certificate of everybody', () => {
    const hub = useScriptedHub(() => {
      const { ca, server } = hubCertificates();
      return { ca, cert: server.pem, key: server.pem, requestCert: true, rejectUnauthorized: true };
    });

    it('logs in at /ssllogin, and shows the certificate with every request', async () => {
      const peers: unknown[] = [];
      hub().on((call) => {
        peers.push(tlsOf(call).getPeerCertificate().subject.CN);
        return call.method === 'sslLogin' ? opened : { value: 1 };
      });
      const session = hub().session(byCertificate());
      await session.login();
      await session.call('host.getID');
      expect(hub().calls[0]).to.deep.include({
        method: 'sslLogin',
        path: '/kojihub/ssllogin',
        args: [],
        keywords: { proxyuser: null },
      });
      expect(hub().calls[1]).to.include({ path: '/kojihub' });
      expect(peers).to.deep.equal(['builder1', 'builder1']);
    });

    it('logs in for another user', async () => {
      hub().answer(opened);
      await hub()
        .session(byCertificate({ login: { kind: 'certificate', proxyUser: 'releng' } }))
        .login();
      expect(hub().calls[0]?.keywords).to.deep.equal({ proxyuser: 'releng' });
    });

    it('renews by certificate', async () => {
      const session = hub().loggedIn(byCertificate());
      hub().answer({ fault: [1007, 'expired'] }, opened, { value: 1 });
      await session.call('host.getID');
      expect(hub().calls[1]).to.deep.include({
        path: '/kojihub/ssllogin',
        keywords: { proxyuser: null, renew: true, exclusive: false },
      });
    });

    it('rejects with KOJI_UNTRUSTED when nobody known signed the hub’s certificate, and sends nothing, once', async () => {
      const retries: unknown[] = [];
      const session = hub().loggedIn({
        tls: { cert: hubCertificates().builder.pem },
        onRetry: (retry) => retries.push(retry),
      });
      expect(await rejection(session.call('echo'))).to.have.property('code', 'KOJI_UNTRUSTED');
      expect(retries).to.deep.equal([]);
      expect(hub().calls).to.deep.equal([]);
    });
  });

  context('at a hub that wants one at /ssllogin alone, as Koji’s documents set it up', () => {
    const hub = useScriptedHub(() => {
      const { ca, server } = hubCertificates();
      return { ca, cert: server.pem, key: server.pem, requestCert: false };
    });

    // Node's own server cannot ask for a certificate later either; docs/koji-protocol.md tells how Apache was asked.
    it('logs in over TLS 1.2 after TLS 1.3 was refused, and goes on over TLS 1.3', async () => {
      const protocols: unknown[] = [];
      hub().on((call) => {
        const protocol = tlsOf(call).getProtocol();
        protocols.push(protocol);
        if (call.method !== 'sslLogin') return { value: 1 };
        if (protocol === 'TLSv1.2') return opened;
        return { status: 403, text: 'Reason: Cannot perform Post-Handshake Authentication.' };
      });
      const session = hub().session(byCertificate());
      await session.login();
      await session.call('host.getID');
      expect(protocols).to.deep.equal(['TLSv1.3', 'TLSv1.2', 'TLSv1.3']);
    });

    it('rejects with KOJI_NO_SESSION when both are refused', async () => {
      hub().answer(
        { status: 403 },
        { status: 403, text: '<html><head><title>403</title></head><p>Forbidden</p></html>' },
      );
      const error = await rejection(hub().session(byCertificate()).login());
      expect(error).to.include({ code: 'KOJI_NO_SESSION', status: 403 });
      expect(String(error)).to.match(/HTTP 403: Forbidden$/);
    });
  });
});
