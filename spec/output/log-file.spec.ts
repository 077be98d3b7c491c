import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogFile } from '../../lib/output/log-file.js';

describe('openLogFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podroot-spec-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes both channels byte for byte in their order, awaited or not', async () => {
    const path = join(folder, 'build.log');
    const log = await openLogFile(path);
    void log.write({ channel: 'stdout', bytes: Buffer.from([0xff, 0x00]), time: 0 });
    void log.write({ channel: 'stderr', bytes: Buffer.from('err\n'), time: 0 });
    await log.write('text');
    await log.close();
    expect((await readFile(path)).equals(Buffer.from([0xff, 0, ...Buffer.from('err\ntext')]))).to.equal(true);
  });

  it('goes on where an existing file ends, and says where that is', async () => {
    const path = join(folder, 'build.log');
    await writeFile(path, 'before\n');
    await using log = await openLogFile(path);
    expect(log.bytes).to.equal(7);
    await log.write('after\n');
    expect(log.bytes).to.equal(13);
    expect(await readFile(path, 'utf8')).to.equal('before\nafter\n');
  });

  it('rejects what is written after it was closed', async () => {
    const log = await openLogFile(join(folder, 'build.log'));
    await log.close();
    await log.close();
    const failure = await log.write('late').catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
  });
});
