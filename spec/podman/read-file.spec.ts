import { expect } from 'chai';
import { ContainerError, InvalidArgumentError } from '../../lib/errors.js';
import { readFile } from '../../lib/podman/read-file.js';
import { directory, file, readAll, symlink, tarOf } from '../support/hostile-archives.js';
import { useScriptedService } from '../support/scripted-service.js';

describe('readFile', () => {
  const service = useScriptedService();

  function serve(archive: Uint8Array): void {
    service().on('GET containers/c/archive', ({ response }) => {
      response.end(archive);
    });
  }

  function read(path = '/t', signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return readFile(service().client(), 'c', path, { signal });
  }

  async function failureOf(content: AsyncIterable<Uint8Array>): Promise<ContainerError> {
    const error: unknown = await readAll(content).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ContainerError);
    return error as ContainerError;
  }

  it('gives the content', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
    serve(await tarOf([file('t', content)]));
    expect((await readAll(read())).equals(content)).to.equal(true);
  });

  it('gives nothing of an empty file', async () => {
    serve(await tarOf([file('t', '')]));
    expect(await readAll(read())).to.be.empty;
  });

  it('asks for nothing until it is read', () => {
    read();
    expect(service().requests).to.be.empty;
  });

  it('does not run ahead of its reader', async () => {
    const big = await tarOf([file('t', Buffer.alloc(32 * 1024 * 1024))]);
    let written = false;
    service().on('GET containers/c/archive', ({ response }) => {
      response.write(big, () => (written = true));
      response.end();
    });
    const reader = read()[Symbol.asyncIterator]();
    await reader.next();
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).to.equal(false);
    let length = 0;
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      length += next.value.length;
    expect(length).to.be.within(31 * 1024 * 1024, 32 * 1024 * 1024);
    expect(written).to.equal(true);
  });

  it('ends the request at a break, though the service says nothing more', async () => {
    const archive = await tarOf([file('t', 'x'.repeat(100_000))]);
    service().on('GET containers/c/archive', ({ response }) => {
      response.write(archive.subarray(0, 50_000));
    });
    for await (const chunk of read()) {
      expect(chunk.length).to.be.above(0);
      break;
    }
    await service().settled();
  });

  it("rejects with the signal's reason", async () => {
    const archive = await tarOf([file('t', 'x'.repeat(100_000))]);
    service().on('GET containers/c/archive', ({ response }) => {
      response.write(archive.subarray(0, 50_000));
    });
    const abort = new AbortController();
    const reading = (async () => {
      for await (const chunk of read('/t', abort.signal)) {
        expect(chunk.length).to.be.above(0);
        abort.abort('enough');
      }
    })();
    expect(await reading.catch((error: unknown) => error)).to.equal('enough');
  });

  it("rejects with the signal's reason when it was aborted before", async () => {
    const reason: unknown = await readAll(read('/t', AbortSignal.abort())).catch((error: unknown) => error);
    expect(reason).to.include({ name: 'AbortError' });
    expect(service().requests).to.be.empty;
  });

  it('rejects with COPY_FAILED at whatever block the archive ends', async () => {
    const archive = await tarOf([file('t', 'x'.repeat(1500))]);
    for (let length = 0; length < archive.length; length += 512) {
      serve(archive.subarray(0, length));
      expect((await failureOf(read())).code, `after ${length} bytes`).to.equal('COPY_FAILED');
    }
  });

  it('rejects with CONNECTION_LOST when the connection breaks', async () => {
    const archive = await tarOf([file('t', 'x'.repeat(100_000))]);
    service().on('GET containers/c/archive', ({ response, connection }) => {
      response.write(archive.subarray(0, 50_000), () => connection.destroy());
    });
    expect((await failureOf(read())).code).to.equal('CONNECTION_LOST');
  });

  for (const [title, entries] of [
    ['a folder', [directory('t')]],
    ['a link', [symlink('t', 'x')]],
    ['a fifo', [[{ name: 't', type: 'fifo' }]]],
    ['more than one thing', [file('t'), file('t/u')]],
  ] as const) {
    it(`rejects ${title} with COPY_FAILED`, async () => {
      serve(await tarOf(entries));
      const error = await failureOf(read());
      expect(error).to.include({ code: 'COPY_FAILED', operation: 'readFile', container: 'c' });
      expect(error.message).to.contain('/t');
    });
  }

  it('rejects with PATH_NOT_FOUND naming the path', async () => {
    service().on('GET containers/c/archive', ({ reply }) => {
      reply(404, { cause: 'no such file or directory', message: 'no such file or directory', response: 404 });
    });
    const error = await failureOf(read('/absent'));
    expect(error.code).to.equal('PATH_NOT_FOUND');
    expect(error.message).to.contain('/absent');
  });

  it('rejects a relative path with INVALID_ARGUMENT', async () => {
    const error: unknown = await readAll(read('t')).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InvalidArgumentError).that.includes({ field: 'path' });
  });
});
