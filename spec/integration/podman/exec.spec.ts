import { expect } from 'chai';
import { createHash } from 'node:crypto';
import type { ExecOptions, ExecResult } from '../../../lib/container/exec.js';
import { startContainer, useContainer } from '../../support/container.js';
import { usePodman } from '../../support/podman.js';
import { rejectionOf } from '../../support/rejection.js';

const MEBIBYTE = 1024 * 1024;

describe('PodmanManager', function () {
  this.timeout(60_000);
  const podman = usePodman();

  describe('#exec', () => {
    const container = useContainer(podman, { mounts: [{ type: 'tmpfs', target: '/data' }] });

    function exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
      return podman.manager.exec(container(), argv, options);
    }

    function sh(script: string, options?: ExecOptions): Promise<ExecResult> {
      return exec(['/bin/sh', '-c', script], options);
    }

    async function stdoutOf(script: string, options?: ExecOptions): Promise<string> {
      return (await sh(script, options)).stdout.toString();
    }

    it('gives the exit code and the output of each of 50 commands in a row', async () => {
      for (let i = 0; i < 50; i += 1) {
        const result = await sh(`echo ${i}; echo e${i} >&2; exit 7`);
        expect(result).to.include({ outcome: 'exited', exitCode: 7, complete: true, reaped: true });
        expect([result.stdout.toString(), result.stderr.toString()]).to.eql([`${i}\n`, `e${i}\n`]);
      }
    });

    it('names the signal that ended the command', async () => {
      expect(await sh('kill -9 $$')).to.include({ exitCode: 137, signal: 'SIGKILL', outcome: 'exited' });
      expect(await sh('kill -TERM $$')).to.include({ exitCode: 143, signal: 'SIGTERM', outcome: 'exited' });
    });

    it('runs it as asked', async () => {
      const options = {
        user: '1234:2345',
        workdir: '/data',
        env: { GREETING: 'hello world', EMPTY: '', EQ: 'a=b' },
      };
      expect(await stdoutOf('id -u; id -g; pwd; echo "$GREETING,$EMPTY,$EQ"', options)).to.equal(
        '1234\n2345\n/data\nhello world,,a=b\n',
      );
    });

    it('hands arguments on as they are', async () => {
      const argv = ['printf', '%s|', '', ' ', '$HOME', '"', 'ü\n', '-n'];
      expect((await exec(argv)).stdout.toString()).to.equal('| |$HOME|"|ü\n|-n|');
    });

    it('keeps a character whole that comes in pieces with other output between', async () => {
      const result = await sh(`printf '\\360\\237'; printf no >&2; printf '\\232\\200'`);
      expect([result.stdout.toString(), result.stderr.toString()]).to.eql(['🚀', 'no']);
    });

    it('does not wait for what the command left running', async () => {
      const started = performance.now();
      expect(await sh('sleep 5 & exit 5')).to.include({ exitCode: 5 });
      expect(performance.now() - started).to.be.lessThan(4000);
    });

    for (const [what, argv, options, codes] of [
      ['an unknown executable', ['nope'], {}, [127]],
      ['a folder', ['/tmp'], {}, [125, 126]],
      ['an unknown working folder', ['true'], { workdir: '/nope' }, [127]],
      ['an unknown executable in a terminal', ['nope'], { terminal: { rows: 24, columns: 80 } }, [127]],
      ['an unknown user', ['true'], { user: 'nobody-knows' }, [undefined]],
    ] as const) {
      it(`rejects ${what} with EXEC_NOT_STARTED, in less than 2 s`, async () => {
        const started = performance.now();
        const error = await rejectionOf(exec(argv, options));
        expect(performance.now() - started).to.be.lessThan(2000);
        expect(error).to.include({ code: 'EXEC_NOT_STARTED', operation: 'exec', container: container() });
        expect(error.exitCode).to.be.oneOf([...codes]);
        expect(error.runtimeMessage).not.to.equal('');
      });
    }

    it('takes such a message for output when the command wrote it', async () => {
      const result = await sh('echo "Error: runc: exec failed: OCI runtime error" >&2; exit 1');
      expect(result).to.include({ exitCode: 1 });
      expect(result.stderr.toString()).to.equal('Error: runc: exec failed: OCI runtime error\n');
    });

    it('rejects with CONTAINER_NOT_FOUND', async () => {
      const error = await rejectionOf(podman.manager.exec('no-such-container', ['true']));
      expect(error).to.include({ code: 'CONTAINER_NOT_FOUND', status: 404, container: 'no-such-container' });
    });

    it('rejects with CONTAINER_NOT_RUNNING', async () => {
      await using stopped = await startContainer(podman.manager, { command: ['true'] });
      await podman.manager.wait(stopped);
      expect(await rejectionOf(podman.manager.exec(stopped, ['true']))).to.include({
        code: 'CONTAINER_NOT_RUNNING',
      });
    });

    context('with input', () => {
      it('hands on 200 000 bytes and their end', async () => {
        expect(await stdoutOf('wc -c', { stdin: Buffer.alloc(200_000) })).to.equal('200000\n');
      });

      it('hands on a stream of 20 MB, byte for byte', async () => {
        const block = Buffer.from(Array.from({ length: 65_521 }, (_, i) => (i * 31) & 0xff));
        const hash = createHash('sha256');
        async function* blocks(): AsyncGenerator<Uint8Array> {
          for (let i = 0; i < 320; i += 1) {
            await Promise.resolve();
            hash.update(block);
            yield block;
          }
        }
        const sum = await stdoutOf('sha256sum', { stdin: blocks() });
        expect(sum.split(' ')[0]).to.equal(hash.digest('hex'));
      });

      it('lets go of 20 MB of which the command reads 10 bytes', async () => {
        const result = await sh('head -c 10; exit 4', { stdin: Buffer.alloc(20_000_000, 'A') });
        expect(result).to.include({ exitCode: 4 });
        expect([result.stdout.toString(), result.stderr.toString()]).to.eql(['AAAAAAAAAA', '']);
      });

      it('hands on the bytes that detach a terminal, one by one', async () => {
        await using session = await podman.manager.openExec(container(), ['cat'], { stdin: true });
        const echoed: number[] = [];
        await session.stdin?.write(Buffer.from([0x10]));
        for await (const { bytes } of session.output) {
          echoed.push(...bytes);
          if (echoed.length === 1) await session.stdin?.write(Buffer.from([0x11]));
          else await session.stdin?.end();
        }
        expect(echoed).to.eql([0x10, 0x11]);
        expect(await session.ending).to.include({ exitCode: 0, complete: true });
      });

      it('ends reading at once when there is none', async () => {
        expect(await stdoutOf('cat; echo end')).to.equal('end\n');
      });
    });

    context('with 100 MB on each channel at the same time', () => {
      it('gives every byte, in constant memory', async () => {
        const sums = await stdoutOf(
          'for f in a b; do dd if=/dev/urandom of=/data/$f bs=1M count=100 2>/dev/null; done; cd /data; sha256sum a b',
        );
        const [first, second] = sums.split('\n').map((line) => line.split(' ')[0]);
        const hashes = { stdout: createHash('sha256'), stderr: createHash('sha256') };
        const before = process.memoryUsage.rss();
        let peak = 0;
        let changes = 0;
        let last = '';
        const result = await sh('cat /data/a & cat /data/b >&2; wait', {
          captureBytes: 0,
          output: ({ channel, bytes }) => {
            hashes[channel].update(bytes);
            if (channel !== last) changes += 1;
            last = channel;
            peak = Math.max(peak, process.memoryUsage.rss());
          },
        });
        expect(result).to.include({
          stdoutBytes: 100 * MEBIBYTE,
          stderrBytes: 100 * MEBIBYTE,
          complete: true,
        });
        expect(hashes.stdout.digest('hex')).to.equal(first);
        expect(hashes.stderr.digest('hex')).to.equal(second);
        expect(changes, 'how often the channel changed').to.be.greaterThan(100);
        expect(peak - before, 'bytes of memory').to.be.lessThan(150 * MEBIBYTE);
      });
    });

    context('when the sink is slow', () => {
      it('holds the command up', async () => {
        let release: (() => void) | undefined;
        const gate = new Promise<void>((resolve) => (release = resolve));
        const running = sh(
          'for i in $(seq 250); do head -c 262144 /dev/zero; echo $i >/data/progress; done',
          {
            output: () => gate,
            captureBytes: 0,
          },
        );
        let progress = -1;
        for (let now = 0; now !== progress;) {
          progress = now;
          now = Number(await stdoutOf('sleep 0.2; cat /data/progress 2>/dev/null || echo 0'));
        }
        // 64 MB in all; the rest is in the buffers on the way.
        expect(progress).to.be.lessThan(50);
        release?.();
        expect(await running).to.include({ stdoutBytes: 250 * 262_144, exitCode: 0 });
      });
    });
  });

  describe('#openExec', () => {
    const container = useContainer(podman);

    it('gives a terminal of the size asked for, and of a new one', async () => {
      await using session = await podman.manager.openExec(
        container(),
        ['sh', '-c', 'stty size; read x; stty size'],
        {
          stdin: true,
          terminal: { rows: 24, columns: 80 },
        },
      );
      let text = '';
      for await (const { channel, bytes } of session.output) {
        expect(channel).to.equal('stdout');
        text += Buffer.from(bytes).toString();
        if (text === '24 80\r\n') {
          await session.resize({ rows: 50, columns: 132 });
          await session.stdin?.write('\n');
        }
      }
      expect(text).to.equal('24 80\r\n\r\n50 132\r\n');
      expect(await session.ending).to.include({ exitCode: 0 });
    });
  });
});
