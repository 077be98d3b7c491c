import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KojiHubSession } from '../../lib/koji/koji-hub-session.js';
import { hubCertificates } from '../support/hub-certificates.js';
import { rejection } from '../support/hub-rejection.js';

describe('KojiHubSession with OpenSSL at the other end', () => {
  for (const version of ['-tls1_2', '-tls1_3']) {
    context(`over ${version.slice(1)}`, () => {
      let server: ChildProcess;
      let port = 0;

      beforeEach(async function () {
        this.timeout(30_000);
        const { ca, server: own } = hubCertificates();
        const folder = mkdtempSync(join(tmpdir(), 'podroot-s-server-'));
        writeFileSync(join(folder, 'ca'), ca);
        writeFileSync(join(folder, 'own'), own.pem);
        const args = ['-accept', '127.0.0.1:0', '-cert', 'own', '-CAfile', 'ca', '-Verify', '1', '-www'];
        server = spawn('openssl', ['s_server', version, '-verify_return_error', ...args], { cwd: folder });
        port = await new Promise<number>((resolve) => {
          server.stdout?.on('data', (text: Buffer) => {
            const match = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(text.toString());
            if (match !== null) resolve(Number(match[1]));
          });
        });
        rmSync(folder, { recursive: true });
      });

      afterEach(async () => {
        server.kill('SIGKILL');
        await once(server, 'close');
      });

      const failure = async (cert: string | undefined): Promise<unknown> => {
        const { ca } = hubCertificates();
        await using session = new KojiHubSession(`https://127.0.0.1:${port}/kojihub`, { tls: { ca, cert } });
        return await rejection(session.call('echo'));
      };

      it('rejects with KOJI_UNTRUSTED when it does not know who signed our certificate', async () => {
        expect(await failure(hubCertificates().stranger.pem)).to.have.property('code', 'KOJI_UNTRUSTED');
      });

      // Before TLS 1.3 there was no alert for just this.
      const code = version === '-tls1_3' ? 'KOJI_UNTRUSTED' : 'KOJI_UNAVAILABLE';
      it(`rejects with ${code} when it wants a certificate and gets none`, async () => {
        const error = await failure(undefined);
        expect(error).to.have.property('code', code);
        expect(String(error)).to.match(/ERR_SSL_\S*(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)/);
      });
    });
  }
});
