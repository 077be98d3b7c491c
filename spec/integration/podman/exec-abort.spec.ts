import { expect } from 'chai';
import type { ExecOptions, ExecResult } from '../../../lib/container/exec.js';
import { PodmanManager } from '../../../lib/podman/podman-manager.js';
import { runningCommands, useContainer } from '../../support/container.js';
import { usePodman } from '../../support/podman.js';
import { rejectionOf } from '../../support/rejection.js';
import { random } from '../../support/random.js';

describe('PodmanManager', function () {
  this.timeout(60_000);
  const podman = usePodman();

  describe('#exec', () => {
    const container = useContainer(podman, { capabilities: ['SETUID', 'SETGID'] });
    const reason = { what: 'the caller has had enough' };

    afterEach(async () => {
      expect(await runningCommands(podman.manager, container())).to.eql([]);
    });

    function sh(script: string, options?: ExecOptions): Promise<ExecResult> {
      return podman.manager.exec(container(), ['/bin/sh', '-c', script], options);
    }

    /** Aborts as soon as the command writes. */
    async function aborted(
      script: string,
      options: ExecOptions = {},
    ): Promise<{ error: unknown; elapsedMs: number }> {
      const controller = new AbortController();
      let abortedAt = 0;
      const output = (): void => {
        abortedAt ||= performance.now();
        controller.abort(reason);
      };
      const error = await rejectionOf(sh(script, { output, signal: controller.signal, ...options }));
      return { error, elapsedMs: performance.now() - abortedAt };
    }

    context('when the signal aborts', () => {
      it('rejects with the very same reason in less than 1 s, and the command is gone', async () => {
        const { error, elapsedMs } = await aborted('echo; exec sleep 600');
        expect(error).to.equal(reason);
        expect(elapsedMs).to.be.lessThan(1000);
      });

      it('ends a tree that ignores SIGTERM after the grace time', async () => {
        const script =
          'trap "" TERM; (sleep 600; sleep 600) & sh -c "sleep 600; sleep 600" & echo; sleep 600; sleep 600';
        const { error, elapsedMs } = await aborted(script, { killGraceMs: 300 });
        expect(error).to.equal(reason);
        expect(elapsedMs).to.be.greaterThan(300);
      });

      for (const [what, script] of Object.entries({
        'a child with a session of its own': 'setsid sleep 600 & echo; sleep 600',
        'a child whose parent has gone': '(sleep 600 &); echo; sleep 600',
        'a loop that starts more and more': 'while :; do sleep 1 & echo; done',
        'a loop that starts more, deaf to SIGTERM':
          'trap "" TERM; echo; while :; do sh -c "sleep 0.2" & sleep 0.01; done',
        'a command run as another user by su': 'su nobody -s /bin/sh -c "echo; sleep 600"',
      })) {
        it(`ends ${what}`, async () => {
          expect((await aborted(script, { killGraceMs: 300 })).error).to.equal(reason);
        });
      }

      it('ends the command of an ordinary user', async () => {
        expect((await aborted('echo; sleep 600 & sleep 600', { user: '1234' })).error).to.equal(reason);
      });

      it('ends a command that reads its input', async () => {
        async function* silent(): AsyncGenerator<Uint8Array> {
          yield Buffer.from('x');
          await new Promise(() => undefined);
        }
        expect((await aborted('cat', { stdin: silent() })).error).to.equal(reason);
      });

      it('ends a command whose output nobody takes', async () => {
        const controller = new AbortController();
        const output = (): Promise<void> => {
          controller.abort(reason);
          return new Promise(() => undefined);
        };
        const running = rejectionOf(sh('yes', { output, signal: controller.signal, captureBytes: 0 }));
        expect(await running).to.equal(reason);
      });

      it('starts nothing when that was before', async () => {
        expect(await rejectionOf(sh('sleep 600', { signal: AbortSignal.abort(reason) }))).to.equal(reason);
      });

      it('leaves nothing behind, whenever it is', async () => {
        const next = random(20_261_123);
        for (let i = 0; i < 12; i += 1) {
          const controller = new AbortController();
          const running = rejectionOf(sh('sleep 600', { signal: controller.signal, killGraceMs: 300 }));
          setTimeout(() => {
            controller.abort(reason);
          }, next() * 150);
          expect(await running).to.equal(reason);
          expect(await runningCommands(podman.manager, container()), `command ${i}`).to.eql([]);
        }
      });
    });

    context('when the time limit runs out', () => {
      it('gives what came, and says how the command was ended', async () => {
        const result = await sh('echo word; sleep 600', { timeoutMs: 300 });
        expect(result).to.include({ outcome: 'timed-out', signal: 'SIGTERM', exitCode: 143, reaped: true });
        expect(result.stdout.toString()).to.equal('word\n');
      });

      it('gives a command the grace time to end by itself', async () => {
        const result = await sh('trap "echo clean; exit 3" TERM; echo; sleep 600 & wait', { timeoutMs: 300 });
        expect(result).to.include({ outcome: 'timed-out', exitCode: 3, signal: null, complete: true });
        expect(result.stdout.toString()).to.equal('\nclean\n');
      });
    });

    it('ends the command when the sink throws, and rejects with the same', async () => {
      const failure = new Error('disk full');
      const output = (): never => {
        throw failure;
      };
      expect(await rejectionOf(sh('echo; sleep 600', { output }))).to.equal(failure);
    });

    it('ends the command when its input fails, and rejects with the same', async () => {
      const failure = new Error('unreadable');
      async function* failing(): AsyncGenerator<Uint8Array> {
        await Promise.resolve();
        yield Buffer.from('x');
        throw failure;
      }
      expect(await rejectionOf(sh('cat; sleep 600', { stdin: failing() }))).to.equal(failure);
    });
  });

  describe('#openExec', () => {
    const container = useContainer(podman);

    it('ends the command after a break', async () => {
      const session = await podman.manager.openExec(container(), ['sh', '-c', 'echo; sleep 600']);
      for await (const { channel } of session.output) {
        expect(channel).to.equal('stdout');
        break;
      }
      expect(await session.ending).to.include({ outcome: 'aborted', reaped: true });
      expect(await runningCommands(podman.manager, container())).to.eql([]);
    });

    it('ends the command at its close, of which there may be several', async () => {
      const session = await podman.manager.openExec(container(), ['sleep', '600']);
      await Promise.all([session.close(), session.close()]);
      await session.close();
      expect(await runningCommands(podman.manager, container())).to.eql([]);
    });
  });

  describe('#close', () => {
    const container = useContainer(podman);

    it('ends running commands, which reject with CLOSED', async () => {
      const manager = new PodmanManager({ address: podman.address });
      let closing: Promise<void> | undefined;
      const output = (): void => {
        closing ??= manager.close();
      };
      const commands = [1, 2, 3].map(() =>
        rejectionOf(manager.exec(container(), ['sh', '-c', 'echo; sleep 600'], { output })),
      );
      for (const error of await Promise.all(commands)) expect(error).to.include({ code: 'CLOSED' });
      await closing;
      expect(await runningCommands(podman.manager, container())).to.eql([]);
      expect(await rejectionOf(manager.exec(container(), ['true']))).to.include({ code: 'CLOSED' });
    });
  });
});
