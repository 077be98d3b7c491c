import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  /** PEM, certificate and key in one as kojid has them. */
  readonly pem: string;
}

export interface HubCertificates {
  /** What signed `server` and `builder`. */
  readonly ca: string;
  readonly server: Certificate;
  /** A client, whose name is builder1. */
  readonly builder: Certificate;
  /** A client that some other authority signed. */
  readonly stranger: Certificate;
}

let made: HubCertificates | undefined;

/** Certificates for a hub and its clients, made once for a run: nothing that could expire lies in the project. */
export function hubCertificates(): HubCertificates {
  made ??= make();
  return made;
}

function make(): HubCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'podroot-certificates-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = (name: string): void => {
    openssl('req', '-x509', ...key, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`);
  };
  const signed = (name: string, subject: string, by: string): Certificate => {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    const ca = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...ca, '-out', `${name}.crt`, '-extfile', 'names');
    return { pem: read(`${name}.crt`) + read(`${name}.key`) };
  };
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  try {
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    authority('ca');
    authority('other');
    return {
      ca: read('ca.crt'),
      server: signed('server', '/CN=localhost', 'ca'),
      builder: signed('builder', '/CN=builder1', 'ca'),
      stranger: signed('stranger', '/CN=builder1', 'other'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
