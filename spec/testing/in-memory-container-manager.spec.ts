import { expect } from 'chai';
import type { ContainerHandle } from '../../lib/container/container-manager.js';
import {
  InMemoryContainerManager,
  type InMemoryImageOptions,
  type InMemoryProgram,
} from '../../lib/testing/index.js';
import { rejectionOf } from '../support/rejection.js';

const image = 'localhost/image:1';

describe('InMemoryContainerManager', () => {
  let manager: InMemoryContainerManager;

  function use(
    programs: Readonly<Record<string, InMemoryProgram>>,
    options: InMemoryImageOptions = {},
  ): void {
    manager = new InMemoryContainerManager({ images: { [image]: options }, programs });
  }

  async function running(changes: object = {}): Promise<ContainerHandle> {
    const handle = await manager.create({ image, command: ['sleep', 'infinity'], ...changes });
    await manager.start(handle);
    return handle;
  }

  describe('a program', () => {
    it('is found by the name and the path of its executable', async () => {
      use({ rpmbuild: () => 0, '/opt/bin/rpmbuild': () => 7 });
      const container = await running();
      expect((await manager.exec(container, ['/usr/bin/rpmbuild'])).exitCode).to.equal(0);
      expect((await manager.exec(container, ['/opt/bin/rpmbuild'])).exitCode).to.equal(7);
    });

    it('is none of what every object has', async () => {
      use({});
      const container = await running();
      for (const name of ['toString', '__proto__', 'constructor']) {
        expect(await rejectionOf(manager.exec(container, [name]))).to.include({ code: 'EXEC_NOT_STARTED' });
      }
    });

    it('writes files that the host sees, and reads those of the host', async () => {
      use({
        build({ files, argv }) {
          files.writeFile('/result', files.readFile(argv[1]!).toString().toUpperCase());
          return 0;
        },
      });
      const container = await running();
      manager.files(container).writeFile('/source', 'content');
      await manager.exec(container, ['build', '/source']);
      expect(manager.files(container).readFile('/result').toString()).to.equal('CONTENT');
    });

    it('that throws ends with 1, and says why on its stderr', async () => {
      use({
        broken() {
          throw new Error('not today');
        },
      });
      const { exitCode, stderr } = await manager.exec(await running(), ['broken']);
      expect([exitCode, stderr.toString()]).to.deep.equal([1, 'broken: Error: not today\n']);
    });

    it('that gives no byte ends with what is left of it', async () => {
      use({ large: () => 256 + 7, negative: () => -1 });
      const container = await running();
      expect((await manager.exec(container, ['large'])).exitCode).to.equal(7);
      expect((await manager.exec(container, ['negative'])).exitCode).to.equal(255);
    });

    it('cannot write any more, and is told so by its signal, once it was killed', async () => {
      let seen: unknown;
      const program = new Promise<void>((resolve) => {
        use({
          async stubborn(process) {
            process.trap('SIGKILL', () => undefined);
            await process.stdout.write('ready\n');
            await new Promise((ended) => {
              process.signal.addEventListener('abort', ended);
            });
            seen = await rejectionOf(process.stdout.write('too late'));
            resolve();
            return 0;
          },
        });
      });
      const container = await running();
      const controller = new AbortController();
      const command = manager.exec(container, ['stubborn'], {
        signal: controller.signal,
        killGraceMs: 0,
        output() {
          controller.abort();
        },
      });
      await rejectionOf(command);
      await program;
      expect(seen).to.match(/has ended with/);
    });

    it('is ended when all of a container use more memory than they may', async () => {
      use({
        async use(process) {
          process.useMemory(Number(process.argv[1]));
          await process.stdout.write('used');
          return process.argv[2] === 'hold' ? new Promise<number>(() => undefined) : 0;
        },
      });
      const container = await running({ resources: { memoryBytes: 10_000_000 } });
      const holding = manager.exec(container, ['use', '6000000', 'hold']);
      expect((await manager.exec(container, ['use', '4000000'])).exitCode).to.equal(0);
      expect((await manager.exec(container, ['use', '4000001'])).signal).to.equal('SIGKILL');
      expect((await manager.inspect(container)).oomKilled).to.equal(true);
      await container.remove();
      expect((await holding).exitCode).to.equal(137);
    });

    it('may go on with the rest of its input after a break', async () => {
      use({
        async twice({ stdin, stdout }) {
          for await (const bytes of stdin) {
            await stdout.write(bytes);
            break;
          }
          for await (const bytes of stdin) await stdout.write(Buffer.from(bytes).toString().toUpperCase());
          return 0;
        },
      });
      async function* input(): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('first '));
        yield Buffer.from('second');
      }
      const { stdout } = await manager.exec(await running(), ['twice'], { stdin: input() });
      expect(stdout.toString()).to.equal('first SECOND');
    });

    it('finds the numbers of its users in the files of its container', async () => {
      use(
        {
          async id({ uid, gid, stdout }) {
            await stdout.write(`${uid}:${gid}`);
            return 0;
          },
        },
        {
          files: { '/etc/passwd': 'mock:x:1000:135::/:\n', '/etc/group': 'mock:x:135:\nwheel:x:10:\n' },
          user: 'mock',
        },
      );
      const container = await running();
      const idOf = async (user?: string): Promise<string> =>
        (await manager.exec(container, ['id'], { user })).stdout.toString();
      expect(await idOf()).to.equal('1000:135');
      expect(await idOf('mock:wheel')).to.equal('1000:10');
      expect(await idOf('1000')).to.equal('1000:135');
      expect(await idOf('5')).to.equal('5:0');
      expect(await rejectionOf(idOf('root'))).to.include({ code: 'EXEC_NOT_STARTED' });
      expect(await rejectionOf(idOf('mock:nogroup'))).to.include({ code: 'EXEC_NOT_STARTED' });
    });
  });

  describe('built-in programs', () => {
    beforeEach(() => {
      use({}, { env: { GREETING: 'hello' }, files: { '/file': 'content' } });
    });

    for (const [argv, exitCode, stdout] of [
      [['true'], 0, ''],
      [['/bin/false'], 1, ''],
      [['echo', 'one', 'two'], 0, 'one two\n'],
      [['cat', '/file', '/file'], 0, 'contentcontent'],
      [['cat', '/nothing'], 1, ''],
      [['pwd'], 0, '/\n'],
      [['printenv', 'GREETING'], 0, 'hello\n'],
      [['printenv', 'NOTHING'], 1, ''],
      [['sleep', '0'], 0, ''],
    ] as const) {
      it(argv.join(' '), async () => {
        const result = await manager.exec(await running(), argv);
        expect([result.exitCode, result.stdout.toString()]).to.deep.equal([exitCode, stdout]);
      });
    }

    it('printenv', async () => {
      const { stdout } = await manager.exec(await running({ env: { ADDED: 'x' } }), ['printenv']);
      expect(stdout.toString()).to.match(/^PATH=\/usr.*\nGREETING=hello\nADDED=x\n$/);
    });
  });

  describe('#ensureImage', () => {
    const registry = { 'registry.example/a:1': { env: { FROM: 'registry' } } };

    it('takes an image of the registry, and says so', async () => {
      manager = new InMemoryContainerManager({ registry });
      const lines: string[] = [];
      const { env } = await manager.ensureImage('registry.example/a:1', {
        onProgress({ text }) {
          lines.push(text);
        },
      });
      expect(env['FROM']).to.equal('registry');
      expect(lines).to.deep.equal(['Trying to pull registry.example/a:1']);
      expect((await manager.inspectImage('registry.example/a:1')).env).to.deep.equal(env);
    });

    it('takes it again when the policy is "always" or "newer", and its old image has no name then', async () => {
      manager = new InMemoryContainerManager({ registry });
      const ids = new Set<string>();
      for (const policy of ['missing', 'missing', 'always', 'newer'] as const) {
        ids.add((await manager.ensureImage('registry.example/a:1', { policy })).id);
      }
      expect(ids.size).to.equal(3);
      expect((await manager.inspectImage([...ids][0]!)).references).to.deep.equal([]);
    });

    it('keeps what is in storage when the registry has nothing newer', async () => {
      use({});
      const { id } = await manager.inspectImage(image);
      expect((await manager.ensureImage(image, { policy: 'newer' })).id).to.equal(id);
      expect(await rejectionOf(manager.ensureImage(image, { policy: 'always' }))).to.include({
        code: 'IMAGE_PULL_FAILED',
        image,
      });
    });
  });

  describe('#commit', () => {
    it('applies the instructions of a container file', async () => {
      use({});
      const source = await manager.create({ image });
      await manager.commit(source, {
        reference: 'localhost/changed:1',
        changes: [
          'ENV A=b c',
          'env QUOTED "x y"',
          'LABEL task="1"',
          'WORKDIR /made',
          'USER nobody',
          'ENTRYPOINT ["printenv"]',
          'CMD ["A"]',
        ],
      });
      const { labels, env } = await manager.inspectImage('localhost/changed:1');
      expect([env['A'], env['QUOTED'], labels['task']]).to.deep.equal(['b c', 'x y', '1']);
      const output: string[] = [];
      await manager.run(
        { image: 'localhost/changed:1' },
        {
          output({ bytes }) {
            output.push(Buffer.from(bytes).toString());
          },
        },
      );
      expect(output).to.deep.equal(['b c\n']);
    });

    for (const change of ['RUN true', 'CMD true', 'CMD {"a": 1}', 'ENTRYPOINT ["a"', 'CMD [1]']) {
      it(`rejects ${change} with NOT_SUPPORTED`, async () => {
        use({});
        const source = await manager.create({ image });
        const call = manager.commit(source, {
          reference: 'localhost/changed:1',
          changes: ['ENV A=b', change],
        });
        expect(await rejectionOf(call)).to.include({ code: 'NOT_SUPPORTED' });
        expect(await rejectionOf(manager.inspectImage('localhost/changed:1'))).to.include({
          code: 'IMAGE_NOT_FOUND',
        });
      });
    }

    for (const change of ['', 'ENV', '# nothing']) {
      it(`rejects "${change}" with INVALID_ARGUMENT`, async () => {
        use({});
        const source = await manager.create({ image });
        expect(await rejectionOf(manager.commit(source, { changes: ['ENV A=b', change] }))).to.include({
          code: 'INVALID_ARGUMENT',
          field: 'changes[1]',
        });
      });
    }
  });

  it('has one volume for all containers that name it, and leaves it out of images', async () => {
    use({});
    const mounts = [{ type: 'volume', source: 'cache', target: '/cache' }] as const;
    const [one, other] = [await manager.create({ image, mounts }), await manager.create({ image, mounts })];
    await manager.copyTo(one, [{ path: '/cache/file', content: 'shared' }]);
    expect(manager.files(other).readFile('/cache/file').toString()).to.equal('shared');
    const committed = await manager.commit(one);
    expect(manager.files(await manager.create({ image: committed.id })).lookup('/cache/file')).to.equal(
      undefined,
    );
  });

  it('connects containers to the networks that there are', async () => {
    manager = new InMemoryContainerManager({ images: { [image]: {} }, networks: ['builds'] });
    const { id } = await manager.create({ image, network: { name: 'builds' } });
    expect((await manager.inspect(id)).networks).to.deep.equal(['builds']);
    expect(await rejectionOf(manager.create({ image, network: { name: 'other' } }))).to.include({
      code: 'NETWORK_NOT_FOUND',
    });
  });

  it('writes down every call, with what it was called with', async () => {
    use({});
    await using container = await manager.create({ image });
    await rejectionOf(manager.exec(container, ['true'], { timeoutMs: 5 }));
    manager.logs(container);
    expect(manager.calls.map(({ method, arguments: args }) => [method, ...args])).to.deep.equal([
      ['create', { image }, {}],
      ['exec', container, ['true'], { timeoutMs: 5 }],
      ['logs', container, {}],
    ]);
  });

  it('shares all but its end and its calls with the manager that it is shared with', async () => {
    use({});
    const peer = new InMemoryContainerManager({ sharedWith: manager });
    const { id } = await manager.create({ image });
    expect((await peer.inspect(id)).id).to.equal(id);
    expect(peer.calls.map(({ method }) => method)).to.deep.equal(['inspect']);
    await peer.close();
    expect((await manager.list()).length).to.equal(1);
  });

  it('lets events begin with the call, not with the first that is asked for', async () => {
    use({});
    await manager.create({ image });
    const events = manager.events();
    const { id } = await manager.create({ image });
    for await (const { action, containerId } of events) {
      expect([action, containerId]).to.deep.equal(['create', id]);
      break;
    }
  });
});
