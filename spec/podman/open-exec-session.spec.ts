import { expect } from 'chai';
import { frame } from '../support/frames.js';
import { rejectionOf } from '../support/rejection.js';
import { exec, openExec, ScriptedExec } from '../support/scripted-exec.js';
import { Held, useScriptedService } from '../support/scripted-service.js';

describe('openExecSession', () => {
  const service = useScriptedService();

  context('when the client is closed', () => {
    it('ends the running command and rejects with CLOSED', async () => {
      const client = service().client();
      let closing: Promise<void> | undefined;
      const script: ScriptedExec = new ScriptedExec(service(), (socket) => socket.write(frame(1, 'word')));
      const output = (): void => {
        closing ??= client.close();
      };
      expect(await rejectionOf(exec(client, ['sh'], { output }))).to.include({
        code: 'CLOSED',
        container: 'c1',
      });
      await closing;
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('ends a command whose output nobody reads', async () => {
      const client = service().client();
      const script: ScriptedExec = new ScriptedExec(service(), (socket) => socket.write(frame(1, 'word')));
      const session = await openExec(client, ['sh']);
      await client.close();
      expect(script.signals).to.eql(['root TERM 7']);
      expect(await session.ending).to.include({ outcome: 'aborted', exitCode: 143 });
    });

    it('ends a command that is being started, and rejects with CLOSED', async () => {
      const client = service().client();
      let closing: Promise<void> | undefined;
      const script: ScriptedExec = new ScriptedExec(service(), () => undefined);
      script.start = (exchange) => {
        closing = client.close();
        setImmediate(() => {
          script.run(exchange.upgrade());
        });
      };
      expect(await rejectionOf(exec(client, ['sh']))).to.include({ code: 'CLOSED' });
      await closing;
      expect(script.signals).to.eql(['root TERM 7']);
    });

    it('starts no command that is being created, and rejects with CLOSED', async () => {
      const client = service().client();
      const held = new Held();
      service().on('POST containers/*/exec', held.handler);
      const running = rejectionOf(exec(client, ['sh']));
      await held.next();
      await client.close();
      expect(await running).to.include({ code: 'CLOSED' });
      expect(service().requests).to.eql(['POST containers/c1/exec']);
    });

    it('starts nothing afterwards', async () => {
      const client = service().client();
      await client.close();
      expect(await rejectionOf(exec(client, ['sh']))).to.include({ code: 'CLOSED' });
      expect(service().requests).to.eql([]);
    });
  });
});
