import { expect } from 'chai';
import fc from 'fast-check';
import { ContainerError } from '../../lib/errors.js';
import { readEntries, type UnpackRequest } from '../../lib/podman/archive-unpack.js';
import { cutAt } from '../support/frames.js';
import { directory, file, headerOf, readAll, symlink, tarOf } from '../support/hostile-archives.js';

const REQUEST: UnpackRequest = { operation: 'copyFrom', container: 'c', path: '/t', signal: undefined };

async function read(bytes: AsyncIterable<Uint8Array>): Promise<string[]> {
  const entries: string[] = [];
  await readEntries(
    bytes,
    REQUEST,
    async (header, content) => {
      const text = await readAll(content as AsyncIterable<Uint8Array>);
      entries.push(`${header.type ?? ''} ${header.name} ${text.toString()}`);
    },
    () => undefined,
  );
  return entries;
}

async function failureOf(promise: Promise<unknown>): Promise<ContainerError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(ContainerError);
  return error as ContainerError;
}

describe('readEntries', () => {
  let archive: Buffer;
  const entries = [
    'directory t ',
    'file t/f content',
    'symlink t/l ',
    'file t/e ',
    `file t/g ${'g'.repeat(600)}`,
  ];

  before(async () => {
    archive = await tarOf([
      directory('t'),
      file('t/f', 'content'),
      symlink('t/l', 'f'),
      file('t/e', ''),
      file('t/g', 'g'.repeat(600)),
    ]);
  });

  it('gives the same entries however the bytes are cut', async () => {
    const positions = fc.array(fc.integer({ min: 1, max: archive.length - 1 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(positions, async (cuts) => {
        expect(await read(cutAt(archive, cuts))).to.deep.equal(entries);
      }),
    );
  });

  it('takes more padding than it needs', async () => {
    expect(await read(cutAt(Buffer.concat([archive, Buffer.alloc(9216)]), []))).to.deep.equal(entries);
  });

  it('rejects at whatever byte the archive ends early', async () => {
    for (let length = 0; length < archive.length; length += 1) {
      const { code } = await failureOf(read(cutAt(archive.subarray(0, length), [])));
      expect(code, `after ${length} bytes`).to.equal('COPY_FAILED');
    }
  });

  it('does not take zeros of a content for the end', async () => {
    const zeros = await tarOf([file('t', '\0'.repeat(4096))]);
    expect((await failureOf(read(cutAt(zeros.subarray(0, -1024), [])))).code).to.equal('COPY_FAILED');
    expect((await failureOf(read(cutAt(zeros.subarray(0, -512), [])))).code).to.equal('COPY_FAILED');
  });

  it('rejects an archive without entries with COPY_FAILED', async () => {
    expect((await failureOf(read(cutAt(Buffer.alloc(1024), [])))).code).to.equal('COPY_FAILED');
  });

  it('rejects what is no archive with PROTOCOL_ERROR', async () => {
    expect((await failureOf(read(cutAt(Buffer.alloc(2048, 'x'), [])))).code).to.equal('PROTOCOL_ERROR');
  });

  it('rejects padding without end with ARCHIVE_LIMIT', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield archive;
      const zeros = Buffer.alloc(1024 * 1024);
      while (true) yield await Promise.resolve(zeros);
    }
    expect((await failureOf(read(endless()))).code).to.equal('ARCHIVE_LIMIT');
  });

  it('rejects headers without end with ARCHIVE_LIMIT', async () => {
    const record = Buffer.alloc(1024 * 1024, ' ');
    const text = `${record.length} comment=`;
    record.write(text);
    record.write('\n', record.length - 1);
    const header = await headerOf({ name: 'PaxHeader', size: record.length });
    header.write('x', 156);
    let sum = 8 * 32;
    for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += header[at]!;
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    async function* endless(): AsyncGenerator<Uint8Array> {
      while (true) {
        yield await Promise.resolve(header.subarray(0, 512));
        yield record;
      }
    }
    expect((await failureOf(read(endless()))).code).to.equal('ARCHIVE_LIMIT');
  });

  it("rejects with the bytes' own failure", async () => {
    const failure = new Error('gone');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield archive.subarray(0, 600);
      await Promise.resolve();
      throw failure;
    }
    expect(await read(failing()).catch((error: unknown) => error)).to.equal(failure);
  });

  it("rejects with the handler's failure, and stops bytes that do not come", async () => {
    const failure = new Error('full');
    let stop: (() => void) | undefined;
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield archive.subarray(0, 1536);
      await new Promise<void>((resolve) => (stop = resolve));
      throw new Error('stopped');
    }
    const reading = readEntries(
      stuck(),
      REQUEST,
      () => Promise.reject(failure),
      () => stop?.(),
    );
    expect(await reading.catch((error: unknown) => error)).to.equal(failure);
  });

  it('does not read on while the handler is busy', async () => {
    const big = await tarOf([file('a', 'x'.repeat(10)), file('b', 'y'.repeat(1024 * 1024))]);
    let given = 0;
    async function* counting(): AsyncGenerator<Uint8Array> {
      for await (const chunk of cutAt(
        big,
        Array.from({ length: 500 }, (_, at) => at * 4096),
      )) {
        given += chunk.length;
        yield chunk;
      }
    }
    let proceed: () => void = () => undefined;
    const busy = new Promise<void>((resolve) => (proceed = resolve));
    let seen = 0;
    const reading = readEntries(
      counting(),
      REQUEST,
      async (_header, content) => {
        await busy;
        for await (const chunk of content as AsyncIterable<Uint8Array>) seen += chunk.length;
      },
      () => undefined,
    );
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    for (let turn = 0; turn < 1000; turn += 1) await Promise.resolve();
    expect(given).to.be.below(64 * 1024);
    proceed();
    await reading;
    expect(seen).to.equal(1024 * 1024 + 10);
  });
});
