import { expect } from 'chai';
import * as containers from '../../lib/podman/containers.js';
import { rejectionOf } from '../support/rejection.js';
import { cut, useScriptedService, type Exchange } from '../support/scripted-service.js';

const NEVER = '0001-01-01T00:00:00Z';

function inspected(Status: string, ExitCode = 0): (exchange: Exchange) => void {
  return ({ reply }) => {
    const State = {
      Status,
      ExitCode,
      OOMKilled: ExitCode === 137,
      StartedAt: '2026-01-02T03:04:05Z',
      FinishedAt: NEVER,
    };
    reply(200, { Id: 'c1full', Name: 'build', State, Config: {}, NetworkSettings: {}, HostConfig: {} });
  };
}

function absent({ reply }: Exchange): void {
  reply(404, { cause: 'no such container', message: 'no such container', response: 404 });
}

describe('startContainer', () => {
  const service = useScriptedService();

  it('starts one that was created', async () => {
    service().on('GET containers/*/json', inspected('created'));
    service().on('POST containers/*/start', ({ reply }) => {
      reply(204);
    });
    await containers.startContainer(service().client(), 'c1', {});
    expect(service().requests).to.eql(['GET containers/c1/json', 'POST containers/c1/start']);
  });

  context('when the answer is lost', () => {
    for (const state of ['running', 'exited']) {
      it(`is content with one that is ${state} then, and never sends it again`, async () => {
        service().on('GET containers/*/json', inspected('created'));
        service().on('POST containers/*/start', (exchange) => {
          service().on('GET containers/*/json', inspected(state));
          cut(exchange);
        });
        await containers.startContainer(service().client({ retries: 3 }), 'c1', {});
        expect(service().requests.filter((request) => request.startsWith('POST'))).to.have.length(1);
      });
    }

    it('rejects with CONNECTION_LOST for one that is still only created', async () => {
      service().on('GET containers/*/json', inspected('created'));
      service().on('POST containers/*/start', cut);
      expect(await rejectionOf(containers.startContainer(service().client(), 'c1', {}))).to.include({
        code: 'CONNECTION_LOST',
        operation: 'start',
        container: 'c1',
      });
    });
  });

  it('leaves alone one that runs', async () => {
    service().on('GET containers/*/json', inspected('running'));
    await containers.startContainer(service().client(), 'c1', {});
    expect(service().requests).to.have.length(1);
  });

  for (const state of ['exited', 'stopped', 'stopping', 'paused', 'what?']) {
    it(`rejects with CONTAINER_NOT_RUNNING for one that is ${state}, which the service would run again`, async () => {
      service().on('GET containers/*/json', inspected(state));
      expect(await rejectionOf(containers.startContainer(service().client(), 'c1', {}))).to.include({
        code: 'CONTAINER_NOT_RUNNING',
        operation: 'start',
        container: 'c1',
      });
      expect(service().requests).to.have.length(1);
    });
  }
});

describe('waitForContainer', () => {
  const service = useScriptedService();

  it('waits by the full id, and gives the exit code of the inspection', async () => {
    let queried = '';
    service().on('GET containers/*/json', inspected('running'));
    service().on('POST containers/*/wait', ({ query, reply }) => {
      queried = query.toString();
      service().on('GET containers/*/json', inspected('exited', 7));
      reply(200, '7\n');
    });
    const result = await containers.waitForContainer(service().client(), 'c1', {});
    expect(result).to.eql({ exitCode: 7, timedOut: false, oomKilled: false });
    expect(queried).to.equal('condition=stopped&condition=exited');
    expect(service().requests).to.include('POST containers/c1full/wait');
  });

  it('waits again when the answer was no end', async () => {
    let waits = 0;
    service().on('GET containers/*/json', inspected('running'));
    service().on('POST containers/*/wait', ({ reply }) => {
      waits += 1;
      if (waits === 2) service().on('GET containers/*/json', inspected('exited', 3));
      reply(200, '0\n');
    });
    expect(await containers.waitForContainer(service().client(), 'c1', {})).to.include({ exitCode: 3 });
    expect(waits).to.equal(2);
  });

  it('says that its time was up when the service stores -1', async () => {
    service().on('GET containers/*/json', inspected('exited', -1));
    service().on('POST containers/*/wait', ({ reply }) => {
      reply(200, '-1\n');
    });
    const result = await containers.waitForContainer(service().client(), 'c1', {});
    expect(result).to.eql({ exitCode: null, timedOut: true, oomKilled: false });
  });

  it('rejects with CONTAINER_NOT_RUNNING for one that never started, for which the service answers 0', async () => {
    service().on('GET containers/*/json', inspected('created'));
    expect(await rejectionOf(containers.waitForContainer(service().client(), 'c1', {}))).to.include({
      code: 'CONTAINER_NOT_RUNNING',
      operation: 'wait',
    });
  });

  it('rejects with the reason when the signal aborts, and closes the connection', async () => {
    const controller = new AbortController();
    service().on('GET containers/*/json', inspected('running'));
    service().on('POST containers/*/wait', () => {
      controller.abort('enough');
    });
    const { signal } = controller;
    expect(await rejectionOf(containers.waitForContainer(service().client(), 'c1', { signal }))).to.equal(
      'enough',
    );
    await service().settled();
  });
});

describe('stopContainer', () => {
  const service = useScriptedService();

  it('gives the call more time than the container', async () => {
    let timeout: string | null = '';
    service().on('POST containers/*/stop', ({ query, reply }) => {
      timeout = query.get('timeout');
      setTimeout(() => {
        reply(204);
      }, 100);
    });
    await containers.stopContainer(service().client({ requestTimeoutMs: 50 }), 'c1', 1500, {});
    expect(timeout).to.equal('2');
  });

  it('is content with one that does not run', async () => {
    service().on('POST containers/*/stop', ({ reply }) => {
      reply(304);
    });
    await containers.stopContainer(service().client(), 'c1', 0, {});
  });
});

describe('killContainer', () => {
  const service = useScriptedService();

  for (const status of [500, 409]) {
    it(`rejects with CONTAINER_NOT_RUNNING for ${status}`, async () => {
      service().on('POST containers/*/kill', ({ reply }) => {
        reply(status, {
          cause: 'container state improper',
          message: 'can only kill running',
          response: status,
        });
      });
      expect(await rejectionOf(containers.killContainer(service().client(), 'c1', 'SIGTERM', {}))).to.include(
        {
          code: 'CONTAINER_NOT_RUNNING',
          status,
        },
      );
    });
  }
});

describe('removeContainer', () => {
  const service = useScriptedService();

  for (const [what, handler] of Object.entries({
    'is gone, by a status': absent,
    'is gone, by an empty list': ({ reply }: Exchange) => {
      reply(200, []);
    },
    'was removed': ({ reply }: Exchange) => {
      reply(200, [{ Id: 'c1', RawInput: 'c1', Err: null }]);
    },
  })) {
    it(`is content with one that ${what}`, async () => {
      service().on('DELETE containers/*', handler);
      await containers.removeContainer(service().client(), 'c1', {});
    });
  }

  it('rejects with RUNTIME_ERROR for an error in an answer of success', async () => {
    service().on('DELETE containers/*', ({ reply }) => {
      reply(200, [{ Id: 'c1', Err: 'device or resource busy' }]);
    });
    expect(await rejectionOf(containers.removeContainer(service().client(), 'c1', {}))).to.include({
      code: 'RUNTIME_ERROR',
      operation: 'remove',
      container: 'c1',
      runtimeMessage: 'device or resource busy',
    });
  });
});

describe('listContainers', () => {
  const service = useScriptedService();

  it('asks for labels, and chooses states by itself', async () => {
    let filters: unknown;
    service().on('GET containers/json', ({ query, reply }) => {
      filters = JSON.parse(query.get('filters') ?? '{}');
      const entry = { Image: 'i', Labels: null, Created: '2026-01-02T03:04:05Z' };
      reply(200, [
        { ...entry, Id: '1', Names: ['one'], State: 'configured' },
        { ...entry, Id: '2', Names: null, State: 'stopping' },
        { ...entry, Id: '3', Names: ['three'], State: 'from the future' },
      ]);
    });
    const list = (states?: readonly ('created' | 'unknown')[]) =>
      containers.listContainers(service().client(), { labels: { a: '1', b: null }, states });
    expect((await list()).map(({ id, name, state }) => `${id} ${name} ${state}`)).to.eql([
      '1 one created',
      '2  stopping',
      '3 three unknown',
    ]);
    expect(filters).to.eql({ label: ['a=1', 'b'] });
    expect((await list(['created', 'unknown'])).map(({ id }) => id)).to.eql(['1', '3']);
  });

  it('gives an empty list for null', async () => {
    service().on('GET containers/json', ({ query, reply }) => {
      expect(query.get('all')).to.equal('true');
      reply(200, 'null');
    });
    expect(await containers.listContainers(service().client(), {})).to.eql([]);
  });
});

describe('inspectContainer', () => {
  const service = useScriptedService();

  it('rejects with CONTAINER_NOT_FOUND', async () => {
    service().on('GET containers/*/json', absent);
    expect(await rejectionOf(containers.inspectContainer(service().client(), 'a/b', {}))).to.include({
      code: 'CONTAINER_NOT_FOUND',
      container: 'a/b',
      operation: 'inspect',
    });
  });
});

describe('disconnectNetwork', () => {
  const service = useScriptedService();

  it('takes the container off every network it is on', async () => {
    service().on('GET containers/*/json', ({ reply }) => {
      const State = { Status: 'running', ExitCode: 0, OOMKilled: false, StartedAt: '', FinishedAt: '' };
      const NetworkSettings = { Networks: { podman: {}, other: {} } };
      reply(200, { Id: 'c1', Name: 'b', State, Config: {}, NetworkSettings, HostConfig: {} });
    });
    service().on('POST networks/*/disconnect', ({ body, reply }) => {
      expect(JSON.parse(body.toString())).to.eql({ Container: 'c1', Force: false });
      reply(200);
    });
    await containers.disconnectNetwork(service().client(), 'c1', undefined, {});
    expect(service().requests.slice(1)).to.eql([
      'POST networks/podman/disconnect',
      'POST networks/other/disconnect',
    ]);
  });

  it('rejects with NETWORK_NOT_FOUND', async () => {
    service().on('POST networks/*/disconnect', ({ reply }) => {
      reply(404, { cause: 'network not found', message: 'unable to find network', response: 404 });
    });
    expect(await rejectionOf(containers.disconnectNetwork(service().client(), 'c1', 'n', {}))).to.include({
      code: 'NETWORK_NOT_FOUND',
    });
  });
});
