import { expect } from 'chai';
import type { ExecOptions, ExecResult } from '../../lib/container/exec.js';
import { frame } from '../support/frames.js';
import { hurry } from '../support/hurry.js';
import { rejectionOf } from '../support/rejection.js';
import { exec as execOn, ScriptedExec } from '../support/scripted-exec.js';
import { cut, useScriptedService } from '../support/scripted-service.js';

const sent = Buffer.concat([frame(1, 'whole'), frame(1, 'a part of it')]);
const midFrame = sent.subarray(0, sent.length - 5);
const midHeader = sent.subarray(0, 16);

for (const transport of ['unix', 'tcp'] as const) {
  describe(`PodmanExecSession over ${transport}`, () => {
    const service = useScriptedService(transport);

    function exec(options?: ExecOptions): Promise<ExecResult> {
      return execOn(service().client(), ['sh'], options);
    }

    for (const [where, bytes] of Object.entries({
      'within a frame': midFrame,
      'within a header': midHeader,
    })) {
      context(`when the connection ends ${where} and the command has ended`, () => {
        it('gives its exit code, and says that the output is not complete', async () => {
          const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
            socket.write(bytes);
            script.exit(3);
          });
          expect(await exec()).to.include({ outcome: 'exited', exitCode: 3, complete: false, reaped: true });
          expect(script.signals).to.eql([]);
        });
      });
    }

    context('when the connection is reset', () => {
      it('gives the exit code, and says that the output is not complete', async () => {
        const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
          socket.pause();
          socket.write(sent, () => {
            script.exitCode = 3;
            script.running = false;
            // Closing with bytes unread is what resets.
            socket.destroy();
          });
        });
        expect(await exec({ stdin: Buffer.alloc(8 * 1024 * 1024) })).to.include({
          exitCode: 3,
          complete: false,
        });
      });
    });

    context('when the connection breaks and the command goes on', () => {
      it('ends the command, and rejects with CONNECTION_LOST', async () => {
        const script: ScriptedExec = new ScriptedExec(service(), (socket) => socket.end(midFrame));
        expect(await hurry(() => rejectionOf(exec()))).to.include({
          code: 'CONNECTION_LOST',
          container: 'c1',
        });
        expect(script.signals).to.eql(['root TERM 7']);
      });
    });

    context('when the service is gone with the connection', () => {
      it('rejects with CONNECTION_LOST', async () => {
        const script: ScriptedExec = new ScriptedExec(service(), (socket) => {
          for (const route of ['GET exec/e1/json', 'GET containers/*/top']) service().on(route, cut);
          socket.end(midFrame);
        });
        const error = await rejectionOf(exec());
        expect(error).to.include({ code: 'CONNECTION_LOST', operation: 'exec' });
        expect(error.cause).to.include({ code: 'CONNECTION_LOST' });
        expect(script.signals).to.eql([]);
      });
    });
  });
}

describe('PodmanExecSession', () => {
  const service = useScriptedService();

  function exec(options?: ExecOptions): Promise<ExecResult> {
    return execOn(service().client(), ['sh'], options);
  }

  context('when the output loses its frames', () => {
    it('rejects with PROTOCOL_ERROR that shows the bytes, and ends the command', async () => {
      const script: ScriptedExec = new ScriptedExec(service(), (socket) => socket.write('A terminal'));
      const error = await rejectionOf(exec());
      expect(error).to.include({ code: 'PROTOCOL_ERROR', container: 'c1' });
      expect(error.message).to.include('41207465');
      expect(script.signals).to.eql(['root TERM 7']);
    });
  });

  context('when the service reports an error of its own in a frame', () => {
    it('rejects with RUNTIME_ERROR and its words, and ends the command', async () => {
      const script: ScriptedExec = new ScriptedExec(service(), (socket) => socket.write(frame(3, 'no more')));
      expect(await rejectionOf(exec())).to.include({ code: 'RUNTIME_ERROR', runtimeMessage: 'no more' });
      expect(script.signals).to.eql(['root TERM 7']);
    });
  });

  context('when the session is refused', () => {
    for (const [status, cause, code] of [
      [404, 'no such container', 'CONTAINER_NOT_FOUND'],
      [409, 'container state improper', 'CONTAINER_NOT_RUNNING'],
      [500, 'container state improper', 'CONTAINER_NOT_RUNNING'],
    ] as const) {
      it(`rejects with ${code} for ${status} and asks for nothing more`, async () => {
        service().on('POST containers/*/exec', ({ reply }) => {
          reply(status, { cause, message: `exec: ${cause}`, response: status });
        });
        expect(await rejectionOf(exec())).to.include({
          code,
          status,
          operation: 'exec',
          container: 'c1',
          runtimeMessage: `exec: ${cause}`,
        });
        expect(service().requests).to.have.length(1);
      });
    }
  });

  context('when the start is refused', () => {
    for (const [status, cause, code] of [
      [404, 'no such container', 'CONTAINER_NOT_FOUND'],
      [409, 'exec session state improper', 'CONTAINER_NOT_RUNNING'],
      [500, 'no matching entries in passwd file', 'EXEC_NOT_STARTED'],
    ] as const) {
      it(`rejects with ${code} for ${status}, and leaves no connection in use`, async () => {
        const script = new ScriptedExec(service(), () => undefined);
        script.start = ({ reply }) => {
          reply(status, { cause, message: `exec: ${cause}`, response: status });
        };
        expect(await rejectionOf(exec())).to.include({ code, status, operation: 'exec', container: 'c1' });
        await service().settled();
        expect(service().requests).to.eql(['POST containers/c1/exec', 'POST exec/e1/start']);
      });
    }
  });

  context('when the start is not answered', () => {
    it('ends what has started all the same, and rejects with CONNECTION_LOST', async () => {
      const script: ScriptedExec = new ScriptedExec(service(), () => undefined);
      script.start = ({ connection }) => {
        script.run(connection);
        connection.destroy();
      };
      expect(await rejectionOf(exec())).to.include({ code: 'CONNECTION_LOST', container: 'c1' });
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('ends it when the connection was not handed over either', async () => {
      const script: ScriptedExec = new ScriptedExec(service(), () => undefined);
      script.start = ({ connection, response }) => {
        response.writeHead(200);
        response.write(frame(1, 'a proxy is between'));
        script.run(connection);
      };
      expect(await rejectionOf(exec())).to.include({ code: 'PROTOCOL_ERROR', status: 200 });
      expect(script.signals).to.eql(['root TERM 7']);
    });
  });
});
