import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adler32, toHexDigest } from '../../lib/koji/adler32.js';
import type { KojiSession } from '../../lib/koji/koji-session.js';
import { taskUploadPath } from '../../lib/koji/upload.js';
import { uploadFile } from '../../lib/koji/upload-file.js';
import { HubFiles } from '../support/hub-files.js';
import { rejection } from '../support/hub-rejection.js';
import { useScriptedHub, type HubCall } from '../support/hub-scripted.js';

const target = { path: 'tasks/47/47', name: 'a.rpm' };
const key = 'tasks/47/47/a.rpm';

describe('uploadFile', () => {
  const hub = useScriptedHub();
  let files: HubFiles;
  let folder: string;
  let file: string;

  beforeEach(() => {
    files = new HubFiles();
    hub().on((call) => files.handle(call));
    folder = mkdtempSync(join(tmpdir(), 'podroot-upload-'));
    file = join(folder, 'a.rpm');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const offsets = (): unknown[] => uploads().map(({ query }) => query.get('offset'));
  const uploads = (): HubCall[] => hub().calls.filter(({ method }) => method === 'rawUpload');

  it('sends a file in chunks, each replacing what was there, and asks what the hub has', async () => {
    const content = randomBytes(2500);
    writeFileSync(file, content);
    const progress: unknown[] = [];
    const result = await uploadFile(hub().loggedIn(), file, target, {
      blockBytes: 1000,
      onProgress: (...args) => progress.push(args),
    });
    expect(files.files.get(key)?.equals(content)).to.equal(true);
    expect(result).to.have.property('size', 2500);
    expect(progress).to.deep.equal([
      [1000, 2500],
      [2000, 2500],
      [2500, 2500],
    ]);
    const [first] = uploads();
    expect(first?.query.toString()).to.equal(
      'filename=a.rpm&filepath=tasks%2F47%2F47&fileverify=adler32&offset=0&overwrite=1',
    );
    expect(first?.headers).to.include({
      'content-type': 'application/octet-stream',
      'content-length': '1000',
    });
    expect(offsets()).to.deep.equal(['0', '1000', '2000']);
    expect(hub().calls.at(-1)).to.deep.include({
      method: 'checkUpload',
      args: ['tasks/47/47', 'a.rpm'],
      keywords: {},
    });
    expect(hub().calls.map(({ headers }) => headers['koji-session-callnum'])).to.deep.equal([
      '0',
      '1',
      '2',
      '3',
    ]);
  });

  it('sends an empty file as one empty chunk', async () => {
    writeFileSync(file, '');
    expect(await uploadFile(hub().loggedIn(), file, target)).to.deep.equal({ size: 0, adler32: '00000001' });
    expect(uploads().map(({ headers }) => headers['content-length'])).to.deep.equal(['0']);
    expect(files.text(key)).to.equal('');
  });

  it('sends a file that is a whole number of chunks without an empty one', async () => {
    writeFileSync(file, 'x'.repeat(20));
    await uploadFile(hub().loggedIn(), file, target, { blockBytes: 10 });
    expect(offsets()).to.deep.equal(['0', '10']);
  });

  it('rejects with a fault when the file is there and must not be replaced', async () => {
    writeFileSync(file, 'new');
    files.files.set(key, Buffer.from('old'));
    const upload = uploadFile(hub().loggedIn(), file, target, { overwrite: false });
    expect(await rejection(upload)).to.have.property('faultCode', 1000);
    expect(files.text(key)).to.equal('old');
  });

  it('names a volume, but not the default one', async () => {
    writeFileSync(file, 'x');
    const session = hub().loggedIn();
    await uploadFile(session, file, { ...target, volume: 'DEFAULT' });
    await uploadFile(session, file, { ...target, volume: 'big' });
    expect(uploads().map(({ query }) => query.get('volume'))).to.deep.equal([null, 'big']);
    expect(hub().calls.at(-1)?.keywords).to.deep.equal({ volume: 'big' });
  });

  it('sends the chunk whose connection breaks again, not the file, and then has the whole checksum compared', async () => {
    const content = randomBytes(3_000_000);
    writeFileSync(file, content);
    const broken: number[] = [];
    hub().on((call) => {
      if (uploads().length === 1 && call.method === 'rawUpload')
        hub().onNextBytes((socket, received) => {
          broken.push(received);
          socket.resetAndDestroy();
        });
      return files.handle(call);
    });
    await uploadFile(hub().loggedIn(), file, target);
    expect(broken[0]).to.be.below(1024 * 1024);
    expect(offsets()).to.deep.equal(['0', '1048576', '2097152']);
    expect(files.files.get(key)?.equals(content)).to.equal(true);
    expect(hub().calls.at(-1)?.keywords).to.deep.equal({ verify: 'adler32' });
  });

  it('writes a chunk again whose answer was lost', async () => {
    writeFileSync(file, 'abcdef');
    let lost = false;
    hub().on((call) => {
      const reply = files.handle(call);
      if (lost || call.query.get('offset') !== '3') return reply;
      lost = true;
      return 'drop';
    });
    await uploadFile(hub().loggedIn(), file, target, { blockBytes: 3 });
    expect(files.text(key)).to.equal('abcdef');
    expect(offsets()).to.deep.equal(['0', '3', '3']);
  });

  for (const [name, reply, words] of [
    ['another checksum', { size: 3, offset: 0, hexdigest: 'ffffffff' }, 'checksum'],
    ['another size', { size: 2, offset: 0, hexdigest: '024d0127' }, '2 bytes'],
  ] as const) {
    it(`rejects with KOJI_UPLOAD_FAILED when the hub wrote ${name}`, async () => {
      writeFileSync(file, 'abc');
      hub().answer({ value: reply });
      const error = await rejection(uploadFile(hub().loggedIn(), file, target));
      expect(error).to.have.property('code', 'KOJI_UPLOAD_FAILED');
      expect(String(error)).to.include(words);
    });
  }

  it('rejects with KOJI_UPLOAD_FAILED when the hub has another size at the end', async () => {
    writeFileSync(file, 'abc');
    hub().on((call) =>
      call.method === 'checkUpload' ? { value: { size: 2, mtime: 1.5 } } : files.handle(call),
    );
    const error = await rejection(uploadFile(hub().loggedIn(), file, target));
    expect(error).to.have.property('code', 'KOJI_UPLOAD_FAILED');
  });

  it('rejects with KOJI_UPLOAD_FAILED when the hub has another checksum after a chunk was sent again', async () => {
    writeFileSync(file, 'abc');
    hub().answer('drop');
    hub().on((call) =>
      call.method === 'checkUpload' ? { value: { size: 3, hexdigest: 'ffffffff' } } : files.handle(call),
    );
    const error = await rejection(uploadFile(hub().loggedIn(), file, target));
    expect(error).to.have.property('code', 'KOJI_UPLOAD_FAILED');
    expect(String(error)).to.include('checksum');
  });

  it('rejects with KOJI_UPLOAD_FAILED when the hub has no such file at the end', async () => {
    writeFileSync(file, 'abc');
    hub().on((call) => (call.method === 'checkUpload' ? { value: null } : files.handle(call)));
    expect(await rejection(uploadFile(hub().loggedIn(), file, target))).to.have.property(
      'code',
      'KOJI_UPLOAD_FAILED',
    );
  });

  for (const [name, change] of [
    [
      'grows',
      (path: string) => {
        appendFileSync(path, 'more');
      },
    ],
    [
      'shrinks',
      (path: string) => {
        truncateSync(path, 4);
      },
    ],
  ] as const) {
    it(`rejects with KOJI_UPLOAD_FAILED when the file ${name} meanwhile`, async () => {
      writeFileSync(file, 'abcdefgh');
      let changed = false;
      hub().on((call) => {
        if (!changed) change(file);
        changed = true;
        return files.handle(call);
      });
      const upload = uploadFile(hub().loggedIn(), file, target, { blockBytes: 4 });
      expect(String(await rejection(upload))).to.include('changed its size');
    });
  }

  it('rejects with KOJI_UPLOAD_FAILED when there is no such file', async () => {
    const error = await rejection(uploadFile(hub().loggedIn(), join(folder, 'none'), target));
    expect(error).to.have.property('code', 'KOJI_UPLOAD_FAILED');
    expect(error).to.have.nested.property('cause.code', 'ENOENT');
  });

  it('rejects with KOJI_NO_SESSION without being logged in, and sends nothing', async () => {
    writeFileSync(file, 'abc');
    expect(await rejection(uploadFile(hub().session(), file, target))).to.have.property(
      'code',
      'KOJI_NO_SESSION',
    );
    expect(hub().calls).to.deep.equal([]);
  });

  it('rejects with the reason when it is aborted, and sends no further chunk', async () => {
    writeFileSync(file, 'abcdef');
    const abort = new AbortController();
    hub().on((call) => {
      abort.abort('enough');
      return files.handle(call);
    });
    const upload = uploadFile(hub().loggedIn(), file, target, { blockBytes: 2, signal: abort.signal });
    expect(await rejection(upload)).to.equal('enough');
    expect(offsets()).to.deep.equal(['0']);
  });

  it('has one chunk in memory, however large the file is', async () => {
    const size = 32 * 1024 * 1024;
    writeFileSync(file, '');
    truncateSync(file, size);
    const buffers = new Map<ArrayBufferLike, number>();
    const session: KojiSession = {
      call: () => Promise.resolve({ size }),
      rawUpload: (chunk, { offset }) => {
        buffers.set(chunk.buffer, chunk.buffer.byteLength);
        return Promise.resolve({ size: chunk.length, offset, hexdigest: toHexDigest(adler32(chunk)) });
      },
      subsession: () => Promise.reject(new Error('not asked for')),
      logout: () => Promise.resolve(),
    };
    await uploadFile(session, file, target);
    expect([...buffers.values()]).to.deep.equal([1024 * 1024]);
  });
});

describe('taskUploadPath', () => {
  it('is where kojiweb looks for a task’s files', () => {
    expect([taskUploadPath(47), taskUploadPath(123_456)]).to.deep.equal(['tasks/47/47', 'tasks/3456/123456']);
  });
});
