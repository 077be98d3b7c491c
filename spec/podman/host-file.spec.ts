import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHostFileStream } from '../../lib/podman/host-file.js';
import { rejectionOf } from '../support/rejection.js';

const READ_BYTES = 256 * 1024;

describe('createHostFileStream', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podroot-spec-'));
    path = join(folder, 'file');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function read(sizeBytes: number): Promise<Buffer> {
    const stream = createHostFileStream(path, sizeBytes, (...parts) => new Error(parts.join(' ')));
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  for (const size of [0, 1, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, 2 * READ_BYTES, 1_000_000]) {
    context(`when the file has ${size} bytes`, () => {
      const content = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
      beforeEach(() => {
        writeFileSync(path, content);
      });

      it('gives them all', async () => {
        expect((await read(size)).equals(content)).to.equal(true);
      });

      it('fails if one byte more was promised', async () => {
        expect(await rejectionOf(read(size + 1)))
          .to.have.property('message')
          .that.contains('changed its size');
      });

      if (size > 0) {
        it('fails if one byte less was promised', async () => {
          expect(await rejectionOf(read(size - 1)))
            .to.have.property('message')
            .that.contains('changed its size');
        });
      }
    });
  }

  it('fails with the reason of the file system', async () => {
    expect(await rejectionOf(read(1))).to.include({ code: 'ENOENT' });
  });
});
