import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import type { ExecOptions, ExecResult } from '../../lib/container/exec.js';
import type { OutputChunk } from '../../lib/container/output-chunk.js';
import { frame } from '../support/frames.js';
import { hurry } from '../support/hurry.js';
import { rejectionOf } from '../support/rejection.js';
import { exec as execOn, openExec, ScriptedExec } from '../support/scripted-exec.js';
import { Held, useScriptedService } from '../support/scripted-service.js';

describe('PodmanExecSession', () => {
  const service = useScriptedService();
  let controller: AbortController;
  const reason = { what: 'the caller has had enough' };

  beforeEach(() => {
    controller = new AbortController();
  });

  afterEach(() => {
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
  });

  function exec(options: ExecOptions = {}): Promise<ExecResult> {
    return execOn(service().client(), ['sh'], { signal: controller.signal, ...options });
  }

  /** A command that writes a word and goes on until it is ended. */
  function endless(onStart: () => void = () => undefined): ScriptedExec {
    return new ScriptedExec(service(), (socket) => {
      socket.write(frame(1, 'word'));
      onStart();
    });
  }

  context('when the signal aborts', () => {
    it('makes no request when that was before', async () => {
      controller.abort(reason);
      expect(await rejectionOf(exec())).to.equal(reason);
      expect(service().requests).to.eql([]);
    });

    it('does not start the command when that was during its creation', async () => {
      const held = new Held();
      service().on('POST containers/*/exec', held.handler);
      const running = rejectionOf(exec());
      await held.next();
      controller.abort(reason);
      expect(await running).to.equal(reason);
      expect(service().requests).to.eql(['POST containers/c1/exec']);
    });

    it('ends the command as soon as it has started when that was during its start', async () => {
      const script = endless();
      script.start = (exchange) => {
        controller.abort(reason);
        setImmediate(() => {
          script.run(exchange.upgrade());
        });
      };
      expect(await rejectionOf(exec())).to.equal(reason);
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('waits 10 s for the start’s answer and no longer, and ends what has started', async () => {
      const script = new ScriptedExec(service(), () => undefined);
      script.start = ({ connection }) => {
        controller.abort(reason);
        script.run(connection);
      };
      const client = service().client({ requestTimeoutMs: 0 });
      const running = hurry(() => rejectionOf(execOn(client, ['sh'], { signal: controller.signal })));
      expect(await running).to.equal(reason);
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('ends the running command, and rejects with the very same reason', async () => {
      const script = endless(() => {
        controller.abort(reason);
      });
      expect(await rejectionOf(exec())).to.equal(reason);
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('hands on what the command still wrote when it was told to end', async () => {
      let text = '';
      const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
        socket.write(frame(1, 'word, '));
        script.onSignal = () => {
          socket.write(frame(1, 'last words'));
          script.exit(0);
        };
      });
      const output = ({ bytes }: OutputChunk): void => {
        text += Buffer.from(bytes).toString();
        controller.abort(reason);
      };
      expect(await rejectionOf(exec({ output }))).to.equal(reason);
      expect(text).to.equal('word, last words');
    });

    it('rejects though a sink is stuck', async () => {
      const script = endless();
      const running = hurry(() =>
        rejectionOf(
          exec({
            output: () => {
              controller.abort(reason);
              return new Promise(() => undefined);
            },
          }),
        ),
      );
      expect(await running).to.equal(reason);
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('rejects though what escaped holds the connection open', async () => {
      const script = endless(() => {
        controller.abort(reason);
      });
      script.onSignal = () => {
        script.running = false;
        script.processes = [];
      };
      expect(await hurry(() => rejectionOf(exec()))).to.equal(reason);
    });
  });

  context('when the time limit runs out', () => {
    it('ends the command and says so', async () => {
      const script = endless();
      const result = await exec({ timeoutMs: 20 });
      expect(result).to.include({
        outcome: 'timed-out',
        exitCode: 143,
        signal: 'SIGTERM',
        reaped: true,
        complete: true,
      });
      expect(result.stdout.toString()).to.equal('word');
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('sends SIGKILL after the grace time to what ignores SIGTERM', async () => {
      const script = endless();
      script.onSignal = (name) => {
        if (name === 'KILL') script.exit(137);
      };
      expect(await exec({ timeoutMs: 10, killGraceMs: 100 })).to.include({
        outcome: 'timed-out',
        signal: 'SIGKILL',
      });
      expect(script.signals).to.eql(['root TERM 7', 'root KILL 7']);
    });

    it('says what it could not end', async () => {
      const script = endless();
      script.onSignal = () => undefined;
      const result = await hurry(() => exec({ timeoutMs: 10, killGraceMs: 100 }));
      expect(result).to.include({ outcome: 'timed-out', exitCode: null, reaped: false, complete: false });
    });
  });

  context('when the sink throws', () => {
    for (const [how, output] of Object.entries({
      'at once': () => {
        throw new Error('disk full');
      },
      later: () => Promise.reject(new Error('disk full')),
    })) {
      it(`ends the command and rejects with the same, ${how}`, async () => {
        const script = endless();
        expect(await rejectionOf(exec({ output }))).to.have.property('message', 'disk full');
        expect(script.signals).to.eql(['root TERM 7']);
      });
    }
  });

  describe('#output', () => {
    it('ends the command after a break', async () => {
      const script = endless();
      const session = await openExec(service().client(), ['sh'], { signal: controller.signal });
      for await (const { channel } of session.output) {
        expect(channel).to.equal('stdout');
        break;
      }
      expect(script.running).to.equal(false);
      expect(await session.ending).to.include({ outcome: 'aborted', exitCode: 143, reaped: true });
      await service().settled();
    });

    it('rejects with CLOSED when it is read twice', async () => {
      const script: ScriptedExec = new ScriptedExec(service(), () => {
        script.exit(0);
      });
      const session = await openExec(service().client(), ['sh']);
      const first = session.output[Symbol.asyncIterator]();
      const second = session.output[Symbol.asyncIterator]();
      const reading = first.next();
      expect(await rejectionOf(second.next())).to.include({ code: 'CLOSED' });
      expect(await reading).to.eql({ done: true, value: undefined });
      expect(await session.ending).to.include({ outcome: 'exited' });
    });
  });

  describe('#close', () => {
    it('ends a command whose output nobody reads, and can be called again', async () => {
      const script = endless();
      const session = await openExec(service().client(), ['sh'], {
        signal: controller.signal,
        timeoutMs: 60_000,
      });
      await Promise.all([session.close(), session.close()]);
      await session.close();
      expect(script.signals).to.eql(['root TERM 7']);
      expect(await session.ending).to.include({ outcome: 'aborted', exitCode: 143 });
      await service().settled();
    });

    it('leaves alone what has ended', async () => {
      const script: ScriptedExec = new ScriptedExec(service(), () => {
        script.exit(3);
      });
      await using session = await openExec(service().client(), ['sh'], { signal: controller.signal });
      for await (const chunk of session.output) expect(chunk).to.equal(undefined);
      await session.close();
      expect(script.signals).to.eql([]);
      expect(await session.ending).to.include({ outcome: 'exited', exitCode: 3 });
    });

    it('resolves while a reader is stuck', async () => {
      endless();
      const session = await openExec(service().client(), ['sh'], { signal: controller.signal });
      await session.output[Symbol.asyncIterator]().next();
      await session.close();
      await service().settled();
    });
  });

  it('leaves no listener and no timer after 200 commands, however they ended', async () => {
    let goesOn = false;
    const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
      socket.write(frame(1, 'word'));
      if (!goesOn) script.exit(0);
    });
    const client = service().client();
    const run = (options: ExecOptions = {}): Promise<unknown> => {
      script.restart();
      const running = execOn(client, ['sh'], { signal: controller.signal, timeoutMs: 600_000, ...options });
      return running.catch(() => undefined);
    };
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await run();
    const before = timers();
    for (let i = 0; i < 8; i += 1) {
      for (let j = 0; j < 21; j += 1) await run();
      script.inspect = () => 404;
      for (let j = 0; j < 2; j += 1) await run();
      script.inspect = undefined;
      goesOn = true;
      await run({ timeoutMs: 5 });
      await run({ output: () => Promise.reject(new Error('disk full')) });
      goesOn = false;
    }
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
    expect(timers()).to.equal(before);
  });
});
