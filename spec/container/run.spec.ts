import { expect } from 'chai';
import type { OutputChunk } from '../../lib/container/output-chunk.js';
import { runContainer } from '../../lib/container/run.js';
import { InMemoryContainerManager } from '../../lib/testing/index.js';
import { rejectionOf } from '../support/rejection.js';

describe('runContainer', () => {
  const image = 'localhost/image:1';

  function createManager(): InMemoryContainerManager {
    return new InMemoryContainerManager({ images: { [image]: {} } });
  }

  it('gives how the container ended, and removes it', async () => {
    const manager = createManager();
    const { containerId, ...ending } = await runContainer(manager, { image, command: ['false'] });
    expect(ending).to.deep.equal({ exitCode: 1, timedOut: false, oomKilled: false });
    expect(await rejectionOf(manager.inspect(containerId))).to.include({ code: 'CONTAINER_NOT_FOUND' });
  });

  it('gives the whole output before it gives the end', async () => {
    const chunks: OutputChunk[] = [];
    await runContainer(
      createManager(),
      { image, command: ['echo', 'hello'] },
      {
        async output(chunk) {
          await Promise.resolve();
          chunks.push(chunk);
        },
      },
    );
    expect(chunks.map(({ channel, bytes }) => [channel, Buffer.from(bytes).toString()])).to.deep.equal([
      ['stdout', 'hello\n'],
    ]);
  });

  it('reads no output that nobody wants', async () => {
    const manager = createManager();
    await runContainer(manager, { image, command: ['true'] });
    expect(manager.calls.map(({ method }) => method)).to.deep.equal(['create', 'start', 'wait', 'remove']);
  });

  it('creates nothing when the signal has aborted before', async () => {
    const manager = createManager();
    const reason = { why: 'the spec says so' };
    const running = runContainer(manager, { image }, { signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(running)).to.equal(reason);
    expect(manager.calls.map(({ method }) => method)).to.deep.equal(['create']);
  });

  context('when it is aborted while the container runs', () => {
    it('removes the container, though the signal has aborted, and rejects with the reason', async () => {
      const manager = createManager();
      const controller = new AbortController();
      const reason = { why: 'the spec says so' };
      const running = runContainer(
        manager,
        { image, command: ['sleep', 'infinity'] },
        { signal: controller.signal },
      );
      setImmediate(() => {
        controller.abort(reason);
      });
      expect(await rejectionOf(running)).to.equal(reason);
      expect(await manager.list()).to.deep.equal([]);
    });
  });

  context('when the container cannot be started', () => {
    it('removes it and rejects with EXEC_NOT_STARTED', async () => {
      const manager = createManager();
      expect(await rejectionOf(runContainer(manager, { image, command: ['nothing'] }))).to.include({
        code: 'EXEC_NOT_STARTED',
      });
      expect(await manager.list()).to.deep.equal([]);
    });
  });

  context('when the sink throws', () => {
    it('removes the container and rejects with the same', async () => {
      const manager = createManager();
      const failure = new Error('the disk is full');
      const running = runContainer(
        manager,
        { image, command: ['echo'] },
        {
          output() {
            throw failure;
          },
        },
      );
      expect(await rejectionOf(running)).to.equal(failure);
      expect(await manager.list()).to.deep.equal([]);
    });
  });
});
