import { expect } from 'chai';
import { killExec } from '../../lib/podman/exec-kill.js';
import { hurry } from '../support/hurry.js';
import { ScriptedExec } from '../support/scripted-exec.js';
import { cut, useScriptedService } from '../support/scripted-service.js';

describe('killExec', () => {
  const service = useScriptedService();
  let script: ScriptedExec;

  beforeEach(() => {
    script = new ScriptedExec(service(), () => undefined);
    script.restart();
    script.running = true;
    script.started = true;
    // The session that is to be ended is not one of those that follow.
    service().on('POST containers/*/exec', (exchange) => {
      script.signal(exchange);
    });
  });

  function kill(graceMs = 200): Promise<boolean> {
    return killExec(service().client(), { container: 'c1', id: 'e1', graceMs });
  }

  it('asks for nothing more when the command has ended', async () => {
    script.running = false;
    expect(await kill()).to.equal(true);
    expect(service().requests).to.eql(['GET exec/e1/json']);
  });

  it('signals all of the family, and no other', async () => {
    script.processes.push(['1001', '8', '7', '8', 'root', 'S'], ['1002', '20', '0', '20', 'root', 'S']);
    expect(await kill()).to.equal(true);
    expect(script.signals).to.eql(['root TERM 7 8']);
  });

  it('signals each process as its own user', async () => {
    script.processes.push(['1001', '8', '7', '7', 'builder', 'S'], ['1002', '9', '8', '7', '1234', 'S']);
    script.onSignal = () => {
      if (script.signals.length === 3) script.exit(143);
    };
    expect(await kill()).to.equal(true);
    expect(script.signals).to.eql(['root TERM 7', 'builder TERM 8', '1234 TERM 9']);
  });

  it('counts zombies as ended', async () => {
    script.onSignal = () => {
      script.processes = [['1000', '7', '0', '7', 'root', 'Z']];
    };
    expect(await kill()).to.equal(true);
  });

  it('signals what was started meanwhile too', async () => {
    script.onSignal = (name) => {
      if (name === 'TERM') script.processes.push(['1001', '8', '7', '8', 'root', 'S']);
      else script.exit(137);
    };
    expect(await kill(60)).to.equal(true);
    expect(script.signals).to.eql(['root TERM 7', 'root KILL 7 8']);
  });

  it('gives up on what does not end, and says so', async () => {
    script.onSignal = () => undefined;
    expect(await hurry(() => kill())).to.equal(false);
    expect(script.signals).to.have.length(11);
  });

  it('waits for a command that is being started', async () => {
    script.inspect = (inspection) => (inspection < 3 ? { Running: false, CanRemove: false, Pid: 0 } : {});
    expect(await kill()).to.equal(true);
    expect(script.signals).to.eql(['root TERM 7']);
  });

  it('gives a service that does not answer a limit', async () => {
    service().on('GET containers/*/top', () => undefined);
    const client = service().client({ requestTimeoutMs: 0 });
    const killing = hurry(() => killExec(client, { container: 'c1', id: 'e1', graceMs: 0 }));
    expect(await killing).to.equal(false);
  });

  it('says that nothing is known to be ended when the connection breaks', async () => {
    service().on('GET containers/*/top', cut);
    expect(await kill()).to.equal(false);
  });

  for (const [state, reaped] of [
    ['exited', true],
    ['stopped', true],
    ['paused', false],
    ['running', false],
  ] as const) {
    it(`takes the processes of a container that is ${state} for ${reaped ? 'ended' : 'living'}`, async () => {
      service().on('POST containers/*/exec', ({ reply }) => {
        reply(500, { cause: 'container state improper', message: 'm', response: 500 });
      });
      service().on('GET containers/*/json', ({ reply }) => {
        const State = { Status: state, ExitCode: 0, OOMKilled: false, StartedAt: '', FinishedAt: '' };
        reply(200, { Id: 'c1', State, Config: {}, NetworkSettings: {}, HostConfig: {} });
      });
      expect(await kill()).to.equal(reaped);
    });
  }

  it('takes the processes of a container that is gone for ended', async () => {
    service().on('GET containers/*/top', ({ reply }) => {
      reply(404, { cause: 'no such container', message: 'm', response: 404 });
    });
    expect(await kill()).to.equal(true);
  });
});
