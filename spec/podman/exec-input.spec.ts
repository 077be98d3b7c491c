import { expect } from 'chai';
import type { Socket } from 'node:net';
import type { ExecOptions, ExecResult } from '../../lib/container/exec.js';
import { frame } from '../support/frames.js';
import { rejectionOf } from '../support/rejection.js';
import { exec as execOn, openExec, ScriptedExec } from '../support/scripted-exec.js';
import { useScriptedService } from '../support/scripted-service.js';

describe('HijackedInput', () => {
  const service = useScriptedService();

  function exec(stdin: NonNullable<ExecOptions['stdin']>): Promise<ExecResult> {
    return execOn(service().client(), ['cat'], { stdin });
  }

  /** A command that writes back what it reads, and ends with its input. */
  function cat(): ScriptedExec {
    const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
      socket.on('data', (bytes) => socket.write(frame(1, bytes)));
      socket.on('end', () => {
        script.exit(0);
      });
    });
    return script;
  }

  /** A command that ends without reading, as the service shows that: with words of its own, and a reset. */
  function refusing(...output: Buffer[]): ScriptedExec {
    const script: ScriptedExec = new ScriptedExec(service(), (socket: Socket) => {
      socket.pause();
      script.exitCode = 4;
      script.running = false;
      const words = 'Error: write unixpacket @->/proc/self/fd/16/attach: write: connection reset by peer\n';
      socket.write(Buffer.concat([...output, frame(2, words)]), () => socket.destroy());
    });
    return script;
  }

  async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) {
      await Promise.resolve();
      yield Buffer.from(text);
    }
  }

  it('hands on text, bytes and streams, and then the end, while output goes on', async () => {
    for (const stdin of ['some input', Buffer.from('some input'), pieces('some', ' ', 'input')]) {
      const script = cat();
      expect((await exec(stdin)).stdout.toString()).to.equal('some input');
      expect(script.createBody).to.include({ AttachStdin: true });
    }
  });

  it('hands on an empty input as an end', async () => {
    cat();
    expect(await exec('')).to.include({ exitCode: 0, stdoutBytes: 0 });
  });

  it('drops what the command does not read, strips the service’s words, and says that output may be missing', async () => {
    refusing(frame(1, 'AAAAAAAAAA'), frame(2, 'own words\n'));
    const result = await exec(Buffer.alloc(4 * 1024 * 1024));
    expect(result).to.include({ exitCode: 4, stdoutBytes: 10, stderrBytes: 10, complete: false });
    expect(result.stderr.toString()).to.equal('own words\n');
  });

  it('says that output may be missing too when the connection ends properly after the service’s words', async () => {
    const words = 'Error: read unixpacket @->/proc/self/fd/16/attach: read: connection reset by peer\n';
    const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
      socket.write(frame(2, words));
      script.exit(4);
    });
    expect(await exec('x')).to.include({ exitCode: 4, stderrBytes: 0, complete: false });
  });

  it('takes the same words for output of a command without input', async () => {
    const words = 'Error: read unixpacket of my own\n';
    const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
      socket.write(frame(2, words));
      script.exit(4);
    });
    expect(await execOn(service().client(), ['sh'])).to.include({
      stderrBytes: words.length,
      complete: true,
    });
  });

  it('does not wait for an input that never ends when the command has ended', async () => {
    const script: ScriptedExec = new ScriptedExec(service(), () => {
      script.exit(0);
    });
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      await new Promise(() => undefined);
    }
    expect(await exec(silent())).to.include({ exitCode: 0, outcome: 'exited' });
  });

  it('ends the command when its input fails, and rejects with the same', async () => {
    const script = cat();
    const failure = new Error('unreadable');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      await Promise.resolve();
      throw failure;
    }
    expect(await rejectionOf(exec(failing()))).to.equal(failure);
    expect(script.signals).to.eql(['root TERM 7']);
  });

  it('reads a stream no faster than the command', async () => {
    let given = 0;
    async function* many(): AsyncGenerator<Uint8Array> {
      for (; given < 1000; given += 1) {
        await Promise.resolve();
        yield Buffer.alloc(65_536);
      }
    }
    const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
      socket.pause();
      let turns = 0;
      const look = (): void => {
        turns += 1;
        if (turns < 200) {
          setImmediate(look);
          return;
        }
        // 64 MB in all.
        expect(given).to.be.lessThan(50);
        socket.resume().on('end', () => {
          script.exit(0);
        });
      };
      look();
    });
    expect(await exec(many())).to.include({ exitCode: 0 });
    expect(given).to.equal(1000);
  });

  it('resolves a write and an end after the command has ended', async () => {
    const script: ScriptedExec = new ScriptedExec(service(), () => {
      script.exit(0);
    });
    const session = await openExec(service().client(), ['cat'], { stdin: true });
    for await (const chunk of session.output) expect(chunk).to.equal(undefined);
    await session.stdin?.write('late');
    await session.stdin?.end();
    await session.stdin?.end();
    expect(await session.ending).to.include({ exitCode: 0 });
  });

  it('is not there unless asked for', async () => {
    cat();
    await using session = await openExec(service().client(), ['cat']);
    expect(session.stdin).to.equal(undefined);
  });
});
