import { createReadStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { CopyEntry } from '../../lib/container/copy.js';
import { ContainerError, InvalidArgumentError } from '../../lib/errors.js';
import { copyTo } from '../../lib/podman/copy-to.js';
import { LibpodClient } from '../../lib/podman/libpod-client.js';
import { listTar } from '../support/hostile-archives.js';
import { useScriptedService, type ScriptedService } from '../support/scripted-service.js';

const RUNNING = { State: { Status: 'running' }, Mounts: [], HostConfig: { Tmpfs: {} } };

interface Upload {
  readonly query: Record<string, string>;
  readonly type: string | undefined;
  readonly names: string[];
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

describe('copyTo', () => {
  const service = useScriptedService();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Has the service take uploads and note them. */
  function takeUploads(target: ScriptedService, inspection: object = RUNNING): Upload[] {
    const uploads: Upload[] = [];
    target.on('GET containers/c/json', ({ reply }) => {
      reply(200, inspection);
    });
    target.on('PUT containers/c/archive', async ({ query, headers, body, reply }) => {
      const names = (await listTar(body)).map(({ header }) => header.name);
      uploads.push({ query: Object.fromEntries(query), type: headers['content-type'], names });
      reply(200);
    });
    return uploads;
  }

  function noteStats(target: ScriptedService, stat: object | undefined): string[] {
    const paths: string[] = [];
    target.on('HEAD containers/c/archive', ({ query, reply }) => {
      paths.push(query.get('path') ?? '');
      const header = Buffer.from(JSON.stringify(stat ?? {})).toString('base64');
      reply(stat === undefined ? 404 : 200, undefined, { 'x-docker-container-path-stat': header });
    });
    return paths;
  }

  it('sends one tar archive, never a form, and keeps owners and links to folders', async () => {
    const uploads = takeUploads(service());
    await copyTo(
      service().client(),
      'c',
      [
        { path: '/b/c', content: 'c' },
        { path: '/a', directory: true },
      ],
      {},
    );
    expect(uploads).to.deep.equal([
      {
        query: { path: '/', copyUIDGID: 'false', noOverwriteDirNonDir: 'true' },
        type: 'application/x-tar',
        // No entry for the parent folder: it would get another mode and owner if it is there.
        names: ['b/c', 'a'],
      },
    ]);
    expect(service().requests).to.deep.equal(['GET containers/c/json', 'PUT containers/c/archive']);
  });

  it('asks for nothing when there is nothing to copy', async () => {
    await copyTo(service().client(), 'c', [], {});
    expect(service().requests).to.be.empty;
  });

  it('sends an archive for each mount', async () => {
    const uploads = takeUploads(service(), {
      State: { Status: 'exited' },
      Mounts: [{ Type: 'volume', Destination: '/v', RW: true }],
      HostConfig: { Tmpfs: { '/tmp': 'rw,tmpcopyup' } },
    });
    const paths = ['/v/a', '/x', '/tmp/b', '/v/c'];
    await copyTo(
      service().client(),
      'c',
      paths.map((path) => ({ path, content: '' })),
      {},
    );
    expect(uploads.map(({ query, names }) => [query['path'], ...names])).to.deep.equal([
      ['/', 'x'],
      ['/tmp', 'b'],
      ['/v', 'a', 'c'],
    ]);
    expect(service().requests.filter((request) => request.startsWith('GET'))).to.have.length(1);
  });

  it('sends nothing when one entry would be lost, and rejects with COPY_FAILED', async () => {
    takeUploads(service(), { State: { Status: 'exited' } });
    const entries = [
      { path: '/a', content: '' },
      { path: '/dev/shm/b', content: '' },
    ];
    expect(await failureOf(copyTo(service().client(), 'c', entries, {}))).to.include({ code: 'COPY_FAILED' });
    expect(service().requests).to.deep.equal(['GET containers/c/json']);
  });

  context('with a folder of this machine', () => {
    beforeEach(() => {
      writeFileSync(join(folder, 'f'), 'f');
    });

    it('sends an entry for it when the container has none', async () => {
      const uploads = takeUploads(service());
      const paths = noteStats(service(), undefined);
      await copyTo(service().client(), 'c', [{ path: '/t', from: folder }], {});
      expect(uploads[0]?.names).to.deep.equal(['t', 't/f']);
      expect(paths).to.deep.equal(['/t']);
    });

    it('leaves the one that the container has as it is', async () => {
      const uploads = takeUploads(service());
      noteStats(service(), { isDir: true });
      await copyTo(service().client(), 'c', [{ path: '/t', from: folder }], {});
      expect(uploads[0]?.names).to.deep.equal(['t/f']);
    });

    it('does not ask about the root folder and mounts, and leaves them as they are', async () => {
      const uploads = takeUploads(service(), {
        State: { Status: 'running' },
        Mounts: [{ Type: 'bind', Destination: '/m', RW: true }],
      });
      await copyTo(
        service().client(),
        'c',
        [
          { path: '/', from: folder },
          { path: '/m', from: folder },
        ],
        {},
      );
      expect(uploads.map(({ query, names }) => [query['path'], ...names])).to.deep.equal([
        ['/', 'f'],
        ['/m', 'f'],
      ]);
    });

    it('rejects with PROTOCOL_ERROR when the answer about it makes no sense', async () => {
      takeUploads(service());
      service().on('HEAD containers/c/archive', ({ reply }) => {
        reply(200);
      });
      const error = await failureOf(copyTo(service().client(), 'c', [{ path: '/t', from: folder }], {}));
      expect(error).to.include({ code: 'PROTOCOL_ERROR' });
    });
  });

  for (const [title, make, path] of [
    ['is not there', () => undefined, '/t'],
    ['is a socket', (at: string) => createServer().listen(at).unref(), '/t'],
    [
      'is a file, but goes to the root folder',
      (at: string) => {
        writeFileSync(at, '');
      },
      '/',
    ],
    [
      'is a link, but goes to the root folder',
      (at: string) => {
        symlinkSync('.', at);
      },
      '/',
    ],
  ] as const) {
    it(`rejects with INVALID_ARGUMENT and sends nothing when a path of this machine ${title}`, async () => {
      const from = join(folder, 'x');
      const made = make(from);
      if (made !== undefined) await once(made, 'listening');
      const entries = [
        { path: '/a', content: '' },
        { path, from },
      ];
      const error = await failureOf(copyTo(service().client(), 'c', entries, {}));
      expect(error)
        .to.be.instanceOf(InvalidArgumentError)
        .that.includes({ field: 'entries[1].from', value: from });
      expect(service().requests).to.be.empty;
      made?.close();
    });
  }

  it('rejects with CONTAINER_NOT_FOUND', async () => {
    service().on('GET containers/c/json', ({ reply }) => {
      reply(404, { cause: 'no such container', message: 'no container with name or ID "c"', response: 404 });
    });
    const error = await failureOf(copyTo(service().client(), 'c', [{ path: '/a', content: '' }], {}));
    expect(error).to.include({ code: 'CONTAINER_NOT_FOUND', operation: 'copyTo' });
  });

  it("rejects with COPY_FAILED and Podman's words when they have no code of their own", async () => {
    takeUploads(service());
    service().on('PUT containers/c/archive', ({ reply }) => {
      reply(500, {
        cause: 'no space left on device',
        message: 'copier: put: no space left on device',
        response: 500,
      });
    });
    const error = await failureOf(copyTo(service().client(), 'c', [{ path: '/a', content: '' }], {}));
    expect(error).to.include({ code: 'COPY_FAILED', runtimeMessage: 'copier: put: no space left on device' });
  });

  it('rejects with CONNECTION_LOST, and does not send a stream again, when there is no answer', async () => {
    takeUploads(service());
    service().on('PUT containers/c/archive', ({ connection }) => {
      connection.destroy();
    });
    const content = Readable.from([Buffer.from('a')]);
    const copy = copyTo(service().client({ retries: 3 }), 'c', [{ path: '/a', content, sizeBytes: 1 }], {});
    expect(await failureOf(copy)).to.include({ code: 'CONNECTION_LOST' });
    expect(service().requests.filter((request) => request.startsWith('PUT'))).to.have.length(1);
  });

  it("rejects with the signal's reason at once when it was aborted before", async () => {
    const content = Readable.from([Buffer.from('a')]);
    const copy = copyTo(service().client(), 'c', [{ path: '/a', content, sizeBytes: 1 }], {
      signal: AbortSignal.abort('stop'),
    });
    expect(await failureOf(copy)).to.equal('stop');
    expect(content.destroyed).to.equal(true);
    expect(service().requests).to.be.empty;
  });

  it('closes streams also when something is refused', async () => {
    const content = Readable.from([Buffer.from('a')]);
    const entries = [{ path: '/a', content, sizeBytes: 1 }, { path: 'b', content: '' }, null as never];
    const error = await failureOf(copyTo(service().client(), 'c', entries, {}));
    expect(error).to.be.instanceOf(InvalidArgumentError).that.includes({ field: 'entries[1].path' });
    expect(content.destroyed).to.equal(true);
  });

  it('rejects with COPY_FAILED when a stream gives too few bytes', async () => {
    takeUploads(service());
    const content = Readable.from([Buffer.from('a')]);
    const copy = copyTo(service().client(), 'c', [{ path: '/short', content, sizeBytes: 2 }], {});
    const error = await failureOf(copy);
    expect(error).to.be.instanceOf(ContainerError).that.includes({ code: 'COPY_FAILED', container: 'c' });
    expect((error as Error).message).to.contain('/short');
  });

  it("rejects with a stream's own failure, and closes the others", async () => {
    takeUploads(service());
    // It fails before it is its turn, when nobody but the copy can listen.
    const failing = createReadStream(join(folder, 'absent'));
    const other = Readable.from([Buffer.from('a')]);
    const entries: CopyEntry[] = [
      { path: '/a', content: Buffer.alloc(1_000_000) },
      { path: '/b', content: failing, sizeBytes: 2 },
      { path: '/c', content: other, sizeBytes: 1 },
    ];
    expect(await failureOf(copyTo(service().client(), 'c', entries, {}))).to.include({
      code: 'ENOENT',
      syscall: 'open',
    });
    expect(other.destroyed).to.equal(true);
  });
});

describe('copyTo, of a service that does not read to the end', () => {
  let folder: string;
  let client: LibpodClient;
  let onUpload: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => {
    request.on('error', () => undefined);
    if (request.method === 'GET') response.end(JSON.stringify(RUNNING));
    else onUpload(request, response);
  });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
    const path = join(folder, 's.sock');
    server.listen(path);
    await once(server, 'listening');
    client = new LibpodClient({ kind: 'unix', path }, { requestTimeoutMs: 5000, retries: 0 });
  });
  after(async () => {
    await client.close();
    // One of them does not read, and so does not see that its other end is gone.
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A stream that goes on until it is closed. */
  function endless(): { entry: CopyEntry; closed: Promise<void> } {
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    async function* content(): AsyncGenerator<Uint8Array> {
      try {
        while (true) yield await Promise.resolve(Buffer.alloc(65_536));
      } finally {
        close();
      }
    }
    return { entry: { path: '/a', content: content(), sizeBytes: Number.MAX_SAFE_INTEGER }, closed };
  }

  it('rejects with its refusal, and closes the stream', async () => {
    onUpload = (request, response) => {
      request.once('data', () => {
        response.writeHead(500, { connection: 'close' });
        response.end(JSON.stringify({ cause: 'is full', message: 'it is full', response: 500 }));
      });
    };
    const { entry, closed } = endless();
    const error = await failureOf(copyTo(client, 'c', [entry], {}));
    expect(error).to.include({ code: 'COPY_FAILED', status: 500, runtimeMessage: 'it is full' });
    await closed;
  });

  it('rejects with COPY_FAILED when it says that all is well', async () => {
    onUpload = (request, response) => {
      request.once('data', () => response.end());
    };
    const { entry, closed } = endless();
    expect(await failureOf(copyTo(client, 'c', [entry], {}))).to.include({ code: 'COPY_FAILED' });
    await closed;
  });

  it('rejects with CONNECTION_LOST when it hangs up', async () => {
    onUpload = (request) => {
      request.once('data', () => request.socket.destroy());
    };
    const { entry, closed } = endless();
    expect(await failureOf(copyTo(client, 'c', [entry], {}))).to.include({ code: 'CONNECTION_LOST' });
    await closed;
  });

  it("rejects with the signal's reason when it reads no more and is given up", async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    onUpload = (request) => {
      request.once('data', () => {
        request.pause();
        abort.abort(reason);
      });
    };
    const { entry, closed } = endless();
    expect(await failureOf(copyTo(client, 'c', [entry], { signal: abort.signal }))).to.equal(reason);
    await closed;
  });

  it("rejects with the signal's reason while a stream gives nothing, and closes it", async () => {
    const abort = new AbortController();
    onUpload = (request) => {
      request.once('data', () => {
        abort.abort('enough');
      });
    };
    const content = new Readable({ read: () => undefined });
    content.push(Buffer.from('a'));
    const copy = copyTo(client, 'c', [{ path: '/a', content, sizeBytes: 2 }], { signal: abort.signal });
    expect(await failureOf(copy)).to.equal('enough');
    expect(content.destroyed).to.equal(true);
  });

  it("rejects with the signal's reason in the midst of a tree of many files", async () => {
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    for (let at = 0; at < 300; at += 1) {
      writeFileSync(join(tree, `f${at}`), 'x'.repeat(2000));
      symlinkSync('x', join(tree, `l${at}`));
    }
    // Wherever the reading of links and files is at that time, nothing may be thrown where nobody catches it.
    for (const least of [1, 20_000, 100_000, 300_000, 500_000]) {
      const abort = new AbortController();
      onUpload = (request) => {
        let received = 0;
        request.on('data', (chunk: Buffer) => {
          received += chunk.length;
          if (received > least) abort.abort('enough');
        });
      };
      const copy = copyTo(client, 'c', [{ path: '/', from: tree }], { signal: abort.signal });
      expect(await failureOf(copy)).to.equal('enough');
    }
  });
});
