import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPodmanService, type PodmanService } from '../../lib/podman/podman-service.js';
import { hurry } from '../support/hurry.js';
import { rejectionOf } from '../support/rejection.js';

/** Answers pings on the socket it is told to serve, and writes down how it was called. */
const SERVICE = `
const argv = process.argv.slice(2);
require('node:fs').writeFileSync(process.env.CALLED, JSON.stringify({ argv, conf: process.env.CONTAINERS_CONF }));
require('node:http').createServer((_, response) => response.setHeader('Libpod-API-Version', '4.3.1').end('OK'))
  .listen(argv.at(-1).slice('unix://'.length));
`;

describe('startPodmanService', () => {
  let folder: string;
  let temporary: string | undefined;
  let called: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
    called = join(folder, 'called');
    temporary = process.env['TMPDIR'];
    process.env['TMPDIR'] = mkdtempSync(join(folder, 't'));
  });

  afterEach(() => {
    const left = readdirSync(process.env['TMPDIR'] ?? '');
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
    rmSync(folder, { recursive: true });
    expect(left, 'temporary files').to.eql([]);
  });

  /** An executable of this JavaScript. */
  function script(text: string): string {
    const path = join(folder, 'service');
    writeFileSync(path, `#!${process.execPath}\n${text}`, { mode: 0o755 });
    return path;
  }

  function isRunning({ pid }: PodmanService): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  it('starts it with the options, without an idle limit, and stops it', async () => {
    const env = { ...process.env, CALLED: called };
    const service = await startPodmanService({
      executable: script(SERVICE),
      root: '/r',
      runroot: '/rr',
      containersConf: '/c',
      env,
    });
    const socketPath = service.address.slice('unix://'.length);
    expect(JSON.parse(await readCalled())).to.eql({
      argv: ['--root', '/r', '--runroot', '/rr', 'system', 'service', '--time=0', service.address],
      conf: '/c',
    });
    expect(existsSync(socketPath)).to.equal(true);
    expect(isRunning(service)).to.equal(true);
    await Promise.all([service.stop(), service.stop()]);
    await service[Symbol.asyncDispose]();
    expect(isRunning(service)).to.equal(false);
    expect(existsSync(socketPath)).to.equal(false);
  });

  it('serves on the socket it is given, and removes it', async () => {
    const socketPath = join(folder, 'own.sock');
    const env = { ...process.env, CALLED: called };
    const service = await startPodmanService({ executable: script(SERVICE), socketPath, env });
    expect(service.address).to.equal(`unix://${socketPath}`);
    await service.stop();
    expect(existsSync(socketPath)).to.equal(false);
  });

  it('stops one that has ended by itself', async () => {
    const env = { ...process.env, CALLED: called };
    const service = await startPodmanService({ executable: script(SERVICE), env });
    process.kill(service.pid, 'SIGKILL');
    await service.stop();
    expect(isRunning(service)).to.equal(false);
  });

  it('ends with SIGKILL one that ignores SIGTERM', async () => {
    const env = { ...process.env, CALLED: called };
    const executable = script(`process.on('SIGTERM', () => undefined);${SERVICE}`);
    const service = await startPodmanService({ executable, env });
    await hurry(() => service.stop());
    expect(isRunning(service)).to.equal(false);
  });

  it('rejects with RUNTIME_UNAVAILABLE when there is no such executable', async () => {
    expect(await rejectionOf(startPodmanService({ executable: '/nowhere/podman' }))).to.include({
      code: 'RUNTIME_UNAVAILABLE',
      operation: 'startPodmanService',
      runtimeMessage: 'spawn /nowhere/podman ENOENT',
    });
  });

  it('rejects with RUNTIME_UNAVAILABLE and its words when it ends at once', async () => {
    const executable = script(`process.stderr.write('Error: cannot set rlimit\\n'); process.exitCode = 125;`);
    const error = await rejectionOf(startPodmanService({ executable }));
    expect(error).to.include({ code: 'RUNTIME_UNAVAILABLE' });
    expect(error.message).to.include('exit code 125: Error: cannot set rlimit');
  });

  it('rejects with RUNTIME_UNSUPPORTED when it is something else', async () => {
    const executable = script(`
      require('node:http').createServer((_, response) => response.end('OK')).listen(process.argv.at(-1).slice(7));
    `);
    expect(await rejectionOf(startPodmanService({ executable }))).to.include({ code: 'RUNTIME_UNSUPPORTED' });
  });

  it('rejects with DEADLINE_EXCEEDED when it does not answer in time', async () => {
    const executable = script('setInterval(() => undefined, 1000)');
    expect(await rejectionOf(startPodmanService({ executable, startTimeoutMs: 200 }))).to.include({
      code: 'DEADLINE_EXCEEDED',
      operation: 'startPodmanService',
    });
  });

  it('rejects with the reason when the signal aborts, and leaves no process', async () => {
    const executable = script(`
      require('node:fs').writeFileSync(process.env.CALLED, String(process.pid));
      setInterval(() => undefined, 1000);
    `);
    const controller = new AbortController();
    const env = { ...process.env, CALLED: called };
    const starting = rejectionOf(startPodmanService({ executable, env, signal: controller.signal }));
    const pid = Number(await readCalled());
    controller.abort('enough');
    expect(await starting).to.equal('enough');
    expect(() => process.kill(pid, 0)).to.throw('ESRCH');
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
  });

  it('rejects with the reason when the signal has aborted before', async () => {
    expect(await rejectionOf(startPodmanService({ signal: AbortSignal.abort('enough') }))).to.equal('enough');
  });

  it('rejects a socket path that is too long with INVALID_ARGUMENT', async () => {
    const socketPath = `/tmp/${'ü'.repeat(52)}.s`;
    expect(Buffer.byteLength(socketPath)).to.equal(111);
    expect(await rejectionOf(startPodmanService({ socketPath }))).to.include({
      code: 'INVALID_ARGUMENT',
      field: 'socketPath',
    });
  });

  it('rejects a socket path in use with INVALID_ARGUMENT, and leaves the socket alone', async () => {
    const socketPath = join(folder, 'own.sock');
    const other = createServer((socket) => socket.destroy()).listen(socketPath);
    expect(await rejectionOf(startPodmanService({ socketPath }))).to.include({
      code: 'INVALID_ARGUMENT',
      field: 'socketPath',
    });
    expect(existsSync(socketPath)).to.equal(true);
    other.close();
  });

  for (const [field, value] of [
    ['root', 'relative'],
    ['containersConf', ''],
    ['startTimeoutMs', -1],
    ['executable', ''],
  ] as const) {
    it(`rejects ${field} "${value}" with INVALID_ARGUMENT`, async () => {
      expect(await rejectionOf(startPodmanService({ [field]: value }))).to.include({
        code: 'INVALID_ARGUMENT',
        field,
      });
    });
  }

  /** What the script wrote down, once it has. */
  async function readCalled(): Promise<string> {
    for (;;) {
      const text = existsSync(called) ? await readFile(called, 'utf8') : '';
      if (text !== '') return text;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
});
