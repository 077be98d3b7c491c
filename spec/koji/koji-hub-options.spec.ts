import { expect } from 'chai';
import type { KojiHubOptions } from '../../lib/koji/koji-hub-options.js';
import { resolveKojiHubOptions } from '../../lib/koji/koji-hub-options.js';
import { KojiHubSession } from '../../lib/koji/koji-hub-session.js';

const url = 'https://hub.example.com/kojihub';

describe('KojiHubOptions', () => {
  it('has the defaults of upstream’s client', () => {
    expect(resolveKojiHubOptions(url, {})).to.deep.include({
      maxRetries: 30,
      retryIntervalMs: 20_000,
      anonymousRetry: false,
      offlineRetry: false,
      offlineRetryIntervalMs: 120_000,
      requestTimeoutMs: 43_200_000,
      loginTimeoutMs: 60_000,
      userAgent: 'koji/1',
      oldCallnumHeader: true,
    });
  });

  it('takes undefined for the default', () => {
    expect(resolveKojiHubOptions(url, { maxRetries: undefined, tls: { ca: undefined } })).to.deep.include({
      maxRetries: 30,
      tls: {},
    });
  });

  it('takes a certificate’s key from the same PEM', () => {
    const cert = Buffer.from('pem');
    expect(resolveKojiHubOptions(url, { tls: { cert } }).tls).to.deep.equal({ cert: 'pem', key: 'pem' });
    expect(resolveKojiHubOptions(url, { tls: { cert, key: 'own' } }).tls).to.have.property('key', 'own');
  });

  for (const [field, bad, at = url] of [
    ['url', {}, 'hub.example.com'],
    ['url', {}, 'ftp://hub.example.com/kojihub'],
    ['url', {}, 'https://user:secret@hub.example.com/kojihub'],
    ['url', {}, 'https://hub.example.com/kojihub?session-id=1'],
    ['url', { login: { kind: 'certificate' }, tls: { cert: 'pem' } }, 'http://hub.example.com/kojihub'],
    ['tls.cert', { login: { kind: 'certificate' } }],
    ['login.user', { login: { kind: 'password', user: '', password: '' } }],
    ['maxRetries', { maxRetries: -1 }],
    ['retryIntervalMs', { retryIntervalMs: 0.5 }],
    ['requestTimeoutMs', { requestTimeoutMs: Infinity }],
    ['maxResponseBytes', { maxResponseBytes: 0 }],
    ['userAgent', { userAgent: ' ' }],
    ['offlineRetry', { offlineRetry: 'yes' as unknown as boolean }],
  ] as [string, KojiHubOptions, string?][]) {
    it(`refuses ${JSON.stringify(bad)} at ${at} with INVALID_ARGUMENT for ${field}`, () => {
      expect(() => new KojiHubSession(at, bad))
        .to.throw()
        .that.includes({ code: 'INVALID_ARGUMENT', field })
        .and.does.not.match(/secret/);
    });
  }
});
