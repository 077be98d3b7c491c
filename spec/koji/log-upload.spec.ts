import { expect } from 'chai';
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogUpload, type LogUploadOptions } from '../../lib/koji/log-upload.js';
import { HubFiles } from '../support/hub-files.js';
import { rejection } from '../support/hub-rejection.js';
import { useScriptedHub } from '../support/hub-scripted.js';

const target = { path: 'tasks/47/47', name: 'build.log' };
const key = 'tasks/47/47/build.log';

describe('LogUpload', () => {
  const hub = useScriptedHub();
  let files: HubFiles;
  let folder: string;
  let file: string;
  let log: LogUpload | undefined;

  beforeEach(() => {
    files = new HubFiles();
    hub().on((call) => files.handle(call));
    folder = mkdtempSync(join(tmpdir(), 'podroot-log-'));
    file = join(folder, 'build.log');
  });
  afterEach(async () => {
    await log?.close();
    log = undefined;
    rmSync(folder, { recursive: true });
  });

  const logOf = (options: LogUploadOptions = {}): LogUpload => {
    log = new LogUpload(hub().loggedIn(), file, target, { retryDelayMs: 1, ...options });
    return log;
  };
  const offsets = (): unknown[] =>
    hub()
      .calls.filter(({ method }) => method === 'rawUpload')
      .map(({ query }) => query.get('offset'));

  it('sends what the file has gained since, at its offset', async () => {
    const upload = logOf();
    writeFileSync(file, 'first\n');
    await upload.flush();
    await upload.flush();
    appendFileSync(file, 'second\n');
    await upload.flush();
    expect(files.text(key)).to.equal('first\nsecond\n');
    expect(offsets()).to.deep.equal(['0', '6']);
    expect(hub().calls.map(({ query }) => query.get('overwrite'))).to.deep.equal(['1', '1']);
    expect(upload.sentBytes).to.equal(13);
  });

  it('sends chunks of 64 KiB, as kojid does', async () => {
    writeFileSync(file, 'x'.repeat(150_000));
    await logOf().flush();
    expect(offsets()).to.deep.equal(['0', '65536', '131072']);
    expect(files.text(key)).to.have.lengthOf(150_000);
  });

  it('sends nothing for a file that is not there yet, or empty', async () => {
    const upload = logOf();
    await upload.flush();
    writeFileSync(file, '');
    await upload.flush();
    expect(await upload.finish()).to.deep.equal({ size: 0, adler32: '00000001' });
    expect(hub().calls).to.deep.equal([]);
  });

  it('begins anew when the file is replaced, even by one that is longer', async () => {
    const upload = logOf();
    writeFileSync(file, 'of the first call of mock');
    await upload.flush();
    renameSync(file, join(folder, 'old'));
    writeFileSync(file, 'of the second call of mock, which says more');
    await upload.flush();
    expect(files.text(key)).to.equal('of the second call of mock, which says more');
    expect(offsets()).to.deep.equal(['0', '0']);
  });

  it('begins anew when another file, as long, takes the place of one that was deleted', async () => {
    const upload = logOf();
    writeFileSync(file, 'first');
    await upload.flush();
    // Its inode would be the next file's at once, were it not held.
    rmSync(file);
    writeFileSync(file, 'other');
    await upload.flush();
    expect(files.text(key)).to.equal('other');
  });

  it('begins anew when the file became shorter', async () => {
    const upload = logOf();
    writeFileSync(file, 'a long first version');
    await upload.flush();
    const { ino } = statSync(file);
    truncateSync(file);
    appendFileSync(file, 'short');
    expect(statSync(file).ino).to.equal(ino);
    await upload.flush();
    expect(files.text(key)).to.equal('short');
  });

  it('keeps what is due when a chunk does not arrive, and begins with it', async () => {
    const upload = logOf({ chunkBytes: 4 });
    writeFileSync(file, 'one two three');
    hub().on((call) => (call.query.get('offset') === '8' ? { fault: [1001, 'busy'] } : files.handle(call)));
    expect(await rejection(upload.flush())).to.have.property('faultName', 'LockError');
    expect(upload.sentBytes).to.equal(8);
    hub().on((call) => files.handle(call));
    await upload.flush();
    expect(files.text(key)).to.equal('one two three');
    expect(offsets()).to.deep.equal(['0', '4', '8', '8', '12']);
  });

  it('sends a damaged chunk again, and has the whole checksum compared at the end', async () => {
    const upload = logOf({ chunkBytes: 4 });
    writeFileSync(file, 'one two');
    let damaged = 2;
    hub().on((call) => {
      const reply = files.handle(call);
      if (call.query.get('offset') !== '4' || damaged === 0) return reply;
      damaged -= 1;
      return { value: { size: 3, offset: 4, hexdigest: '00000000' } };
    });
    await upload.finish();
    expect(offsets()).to.deep.equal(['0', '4', '4', '4']);
    expect(hub().calls.at(-1)?.keywords).to.deep.equal({ verify: 'adler32' });
  });

  it('rejects with KOJI_UPLOAD_FAILED when a chunk arrives damaged again and again', async () => {
    writeFileSync(file, 'one');
    hub().on(() => ({ value: { size: 3, offset: 0, hexdigest: '00000000' } }));
    const error = await rejection(logOf({ retries: 2 }).flush());
    expect(error).to.have.property('code', 'KOJI_UPLOAD_FAILED');
    expect(offsets()).to.deep.equal(['0', '0', '0']);
  });

  it('rejects with KOJI_UPLOAD_FAILED when the hub lacks something at the end', async () => {
    const upload = logOf();
    writeFileSync(file, 'one two');
    await upload.flush();
    files.files.set(key, Buffer.from('one'));
    expect(await rejection(upload.finish())).to.have.property('code', 'KOJI_UPLOAD_FAILED');
  });

  it('rejects with KOJI_UPLOAD_FAILED when the path is no file', async () => {
    log = new LogUpload(hub().loggedIn(), folder, target);
    expect(await rejection(log.flush())).to.have.nested.property('cause.code', 'EISDIR');
  });

  it('sends each byte once when flushes overlap', async () => {
    const upload = logOf();
    writeFileSync(file, 'one');
    await Promise.all([upload.flush(), upload.flush(), upload.finish()]);
    expect(offsets()).to.deep.equal(['0']);
  });

  it('rejects with the reason when it is aborted while it waits to send again', async () => {
    writeFileSync(file, 'one');
    const abort = new AbortController();
    hub().on(() => {
      setImmediate(() => {
        abort.abort('enough');
      });
      return { value: { size: 3, offset: 0, hexdigest: '00000000' } };
    });
    const upload = logOf({ retryDelayMs: 100_000 });
    expect(await rejection(upload.flush({ signal: abort.signal }))).to.equal('enough');
  });
});
