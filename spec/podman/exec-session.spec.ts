import { expect } from 'chai';
import type { Socket } from 'node:net';
import type { ExecOptions, ExecResult } from '../../lib/container/exec.js';
import { frame } from '../support/frames.js';
import { hurry } from '../support/hurry.js';
import { rejectionOf } from '../support/rejection.js';
import { exec as execOn, openExec, ScriptedExec } from '../support/scripted-exec.js';
import { useScriptedService } from '../support/scripted-service.js';

describe('PodmanExecSession', () => {
  const service = useScriptedService();

  function exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    return execOn(service().client(), argv, options);
  }

  /** Lets the command of the spec begin, and end after it wrote this. */
  function scripted(exitCode: number, ...output: Uint8Array[]): ScriptedExec {
    const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
      for (const bytes of output) socket.write(bytes);
      script.exit(exitCode);
    });
    return script;
  }

  it('asks for what the options say, attached, and with keys that never detach', async () => {
    const script = scripted(0);
    await exec(['make', '-j', '2'], { env: { A: '1', B: 'x=y' }, user: '1000:1000', workdir: '/src' });
    expect(script.createBody).to.eql({
      Cmd: ['make', '-j', '2'],
      AttachStdin: false,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Env: ['A=1', 'B=x=y'],
      User: '1000:1000',
      WorkingDir: '/src',
      Privileged: false,
      DetachKeys: 'ctrl-@,ctrl-^,ctrl-_,ctrl-@,ctrl-^,ctrl-_',
    });
    expect(script.startBody).to.eql({ Detach: false, Tty: false });
  });

  it('takes three requests', async () => {
    scripted(0);
    await exec(['true']);
    expect(service().requests).to.eql(['POST containers/c1/exec', 'POST exec/e1/start', 'GET exec/e1/json']);
  });

  it('gives output, exit code and counts', async () => {
    scripted(7, frame(1, 'out'), frame(2, 'problem'), frame(1, '!'));
    const result = await exec(['sh']);
    expect(result).to.deep.include({
      outcome: 'exited',
      exitCode: 7,
      signal: null,
      complete: true,
      reaped: true,
    });
    expect(result).to.include({ stdoutBytes: 4, stderrBytes: 7, captureTruncated: false });
    expect([result.stdout.toString(), result.stderr.toString()]).to.eql(['out!', 'problem']);
    expect(result.endedAt).to.be.at.least(result.startedAt);
  });

  it('names the signal that an exit code stands for', async () => {
    scripted(137);
    expect(await exec(['sh'])).to.include({ outcome: 'exited', exitCode: 137, signal: 'SIGKILL' });
  });

  it('hands on the bytes of a character that is cut, with other output between', async () => {
    const rocket = Buffer.from('🚀');
    scripted(0, frame(1, rocket.subarray(0, 2)), frame(2, 'no'), frame(1, rocket.subarray(2)));
    const channels: string[] = [];
    const result = await exec(['sh'], { output: ({ channel }) => void channels.push(channel) });
    expect([result.stdout.toString(), result.stderr.toString()]).to.eql(['🚀', 'no']);
    expect(channels).to.eql(['stdout', 'stderr', 'stdout']);
  });

  context('with a terminal', () => {
    it('gives its raw output, and tells its size', async () => {
      const script = scripted(0, Buffer.from('A prompt, not a frame\r\n'));
      service().on('POST exec/e1/resize', ({ reply }) => {
        reply(201);
      });
      const session = await openExec(service().client(), ['sh'], { terminal: { rows: 24, columns: 80 } });
      await session.resize({ rows: 50, columns: 132 });
      let text = '';
      for await (const { bytes } of session.output) text += Buffer.from(bytes).toString();
      expect(text).to.equal('A prompt, not a frame\r\n');
      expect(script.startBody).to.eql({ Detach: false, Tty: true, h: 24, w: 80 });
      expect(await session.ending).to.include({ exitCode: 0, complete: true });
    });

    it('rejects with EXEC_NOT_STARTED when the command could not be started', async () => {
      scripted(127, Buffer.from('Error: runc: no such thing: OCI runtime attempted to invoke a command\r\n'));
      const error = await rejectionOf(exec(['nope'], { terminal: { rows: 24, columns: 80 } }));
      expect(error).to.include({ code: 'EXEC_NOT_STARTED', exitCode: 127 });
    });
  });

  context('without a terminal', () => {
    it('rejects a new size with NOT_SUPPORTED', async () => {
      scripted(0);
      const session = await openExec(service().client(), ['sh']);
      expect(await rejectionOf(session.resize({ rows: 1, columns: 1 }))).to.include({
        code: 'NOT_SUPPORTED',
      });
      await session.close();
    });
  });

  context('when the command could not be started', () => {
    const lines = [
      'Error: runc: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: OCI runtime attempted to invoke a command that was not found\r\n',
      'Error: read unixpacket @->/proc/self/fd/16/attach: read: connection reset by peer\r\n',
    ] as const;

    it('rejects with EXEC_NOT_STARTED, its code and the words of the runtime', async () => {
      scripted(127, frame(2, lines[0]), frame(2, lines[1]));
      const output: string[] = [];
      const running = exec(['nope'], {
        output: ({ bytes }) => void output.push(Buffer.from(bytes).toString()),
      });
      const error = await rejectionOf(running);
      expect(error).to.include({
        code: 'EXEC_NOT_STARTED',
        operation: 'exec',
        container: 'c1',
        exitCode: 127,
      });
      expect(error.runtimeMessage).to.match(/^runc: exec failed: .* not found$/);
      expect(output).to.eql([]);
    });

    it('takes the same words for output when the command wrote before them', async () => {
      scripted(127, frame(1, 'hello'), frame(2, lines[0]));
      expect(await exec(['sh'])).to.include({ exitCode: 127, stdoutBytes: 5, stderrBytes: lines[0].length });
    });

    it('takes the same words for output when the exit code is the command’s own', async () => {
      scripted(1, frame(2, lines[0]));
      expect((await exec(['sh'])).stderr.toString()).to.equal(lines[0]);
    });
  });

  context('when the service is slow to know that the command has ended', () => {
    it('asks until it knows', async () => {
      const script = scripted(3, frame(1, 'x'));
      script.inspect = (inspection) =>
        inspection < 3 ? { Running: true, CanRemove: false, ExitCode: 0 } : {};
      expect(await exec(['sh'])).to.include({ exitCode: 3, complete: true });
      expect(script.inspections).to.equal(3);
    });
  });

  context('when the service does not know how the command ended', () => {
    it('rejects with CONNECTION_LOST for one that never started, and not with exit code 0', async () => {
      const script = scripted(0);
      script.inspect = () => ({ Running: false, CanRemove: false, ExitCode: 0 });
      expect(await hurry(() => rejectionOf(exec(['sh'])))).to.include({
        code: 'CONNECTION_LOST',
        container: 'c1',
      });
    });

    it('rejects with CONNECTION_LOST for one it has forgotten, with the cause', async () => {
      const script = scripted(0);
      script.inspect = () => 404;
      const error = await rejectionOf(exec(['sh']));
      expect(error).to.include({ code: 'CONNECTION_LOST', operation: 'exec' });
      expect(error.cause).to.include({ status: 404, runtimeMessage: 'no such exec session' });
    });

    it('ends one that goes on running without a connection, and rejects with CONNECTION_LOST', async () => {
      const script: ScriptedExec = new ScriptedExec(service(), (socket) => socket.end());
      expect(await hurry(() => rejectionOf(exec(['sh'])))).to.include({ code: 'CONNECTION_LOST' });
      expect(script.signals).to.eql(['root TERM 7']);
    });
  });

  context('when a sink is slow', () => {
    it('reads no more than what buffers hold, and all in the end', async () => {
      const total = 2500;
      let sent = 0;
      let filled: (() => void) | undefined;
      const full = new Promise<void>((resolve) => (filled = resolve));
      const script: ScriptedExec = new ScriptedExec(service(), (socket: Socket) => {
        const send = (): void => {
          while (sent < total) {
            sent += 1;
            if (!socket.write(frame(1, Buffer.alloc(8192)))) break;
          }
          if (sent === total) script.exit(0);
          else filled?.();
        };
        socket.on('drain', send);
        send();
      });
      let release: (() => void) | undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      const running = exec(['sh'], { output: () => gate, captureBytes: 0 });
      await full;
      for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
      // 20 MB in all; what is on its way are the sockets' buffers.
      expect(sent).to.be.lessThan(500);
      release?.();
      expect(await running).to.include({ stdoutBytes: total * 8192, exitCode: 0 });
    });
  });
});
