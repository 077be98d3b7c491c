import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { resolveContainerSpec } from '../../lib/container/resolve-container-spec.js';
import { createContainer } from '../../lib/podman/create-container.js';
import type { LibpodClient } from '../../lib/podman/libpod-client.js';
import { hurry } from '../support/hurry.js';
import { rejectionOf } from '../support/rejection.js';
import { cut, Held, useScriptedService, type Exchange } from '../support/scripted-service.js';

const labels = { 'podroot.owner.nonce': 'n1' };
const spec = { ...resolveContainerSpec({ image: 'localhost/i', name: 'build' }), labels };

function found(inspected: Readonly<Record<string, string>>): (exchange: Exchange) => void {
  return ({ reply }) => {
    const State = { Status: 'created', ExitCode: 0, OOMKilled: false, StartedAt: '', FinishedAt: '' };
    reply(200, { Id: 'c1', State, Config: { Labels: inspected }, NetworkSettings: {}, HostConfig: {} });
  };
}

function absent({ reply }: Exchange): void {
  reply(404, { cause: 'no such container', message: 'no such container', response: 404 });
}

describe('createContainer', () => {
  const service = useScriptedService();
  const create = 'POST containers/create';
  let removed: string[];

  beforeEach(() => {
    removed = [];
    service().on('DELETE containers/*', ({ path, query, reply }) => {
      removed.push(`${path}?${query.toString()}`);
      reply(200, [{ Id: 'c1', Err: null }]);
    });
  });

  function creations(): number {
    return service().requests.filter((request) => request === create).length;
  }

  it('gives a handle that removes the container', async () => {
    service().on(create, ({ reply }) => {
      reply(201, { Id: 'c1', Warnings: [] });
    });
    const handle = await createContainer(service().client(), spec, {});
    expect(handle).to.include({ id: 'c1', name: 'build' });
    await handle[Symbol.asyncDispose]();
    expect(removed).to.eql(['containers/c1?force=true&timeout=0&volumes=true&ignore=true']);
  });

  it('rejects with NAME_IN_USE, whatever the status, and looks for nothing', async () => {
    service().on(create, ({ reply }) => {
      reply(500, {
        cause: 'that name is already in use',
        message: 'creating container storage: …',
        response: 500,
      });
    });
    expect(await rejectionOf(createContainer(service().client(), spec, {}))).to.include({
      code: 'NAME_IN_USE',
      operation: 'create',
      container: 'build',
      image: 'localhost/i',
      status: 500,
    });
    expect(service().requests).to.eql([create]);
  });

  context('when the answer is lost', () => {
    beforeEach(() => {
      service().on(create, cut);
    });

    it('takes the container of that name and those labels for its own', async () => {
      service().on('GET containers/*/json', found({ ...labels, more: 'x' }));
      expect(await createContainer(service().client({ retries: 3 }), spec, {})).to.include({ id: 'c1' });
      expect(creations()).to.equal(1);
    });

    it('takes it also when it is made a while later', async () => {
      service().on('GET containers/*/json', (exchange) => {
        if (service().requests.length < 4) absent(exchange);
        else found(labels)(exchange);
      });
      const client = service().client();
      expect(await hurry(() => createContainer(client, spec, {}))).to.include({ id: 'c1' });
      expect(creations()).to.equal(1);
    });

    it('rejects with CONNECTION_LOST when there is none, and never sends it again', async () => {
      service().on('GET containers/*/json', absent);
      const client = service().client({ retries: 3 });
      const error = await hurry(() => rejectionOf(createContainer(client, spec, {})));
      expect(error).to.include({ code: 'CONNECTION_LOST', container: 'build' });
      expect(creations()).to.equal(1);
    });

    it('rejects with CONNECTION_LOST when that name is another’s, and leaves it alone', async () => {
      service().on('GET containers/*/json', found({ 'podroot.owner.nonce': 'n2' }));
      expect(await rejectionOf(createContainer(service().client(), spec, {}))).to.include({
        code: 'CONNECTION_LOST',
      });
      expect(removed).to.eql([]);
    });
  });

  context('when the answer takes longer than the time limit', () => {
    it('looks for the container', async () => {
      service().on(create, () => undefined);
      service().on('GET containers/*/json', found(labels));
      expect(await createContainer(service().client({ requestTimeoutMs: 50 }), spec, {})).to.include({
        id: 'c1',
      });
    });
  });

  for (const [what, abort] of Object.entries({
    'the signal aborts': (controller: AbortController) => {
      controller.abort('enough');
    },
    'the client is closed': (_: AbortController, client: LibpodClient) => {
      void client.close();
    },
  })) {
    context(`when ${what} meanwhile`, () => {
      it('waits for the answer, removes the container, and rejects with the reason', async () => {
        const held = new Held();
        service().on(create, held.handler);
        const controller = new AbortController();
        const client = service().client();
        const creating = rejectionOf(createContainer(client, spec, { signal: controller.signal }));
        const exchange = await held.next();
        abort(controller, client);
        setTimeout(() => {
          exchange.reply(201, { Id: 'c1', Warnings: [] });
        }, 50);
        const reason: unknown = await creating;
        if (controller.signal.aborted) expect(reason).to.equal('enough');
        else expect(reason).to.include({ code: 'CLOSED' });
        expect(removed).to.have.length(1);
        expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
        await client.close();
      });

      it('waits for 10 s and no longer, and removes what was made', async () => {
        service().on('GET containers/*/json', found(labels));
        const controller = new AbortController();
        const client = service().client({ requestTimeoutMs: 0 });
        service().on(create, () => {
          abort(controller, client);
        });
        const reason: unknown = await hurry(() =>
          rejectionOf(createContainer(client, spec, { signal: controller.signal })),
        );
        if (controller.signal.aborted) expect(reason).to.equal('enough');
        else expect(reason).to.include({ code: 'CLOSED' });
        expect(removed).to.have.length(1);
        await client.close();
      });
    });
  }

  it('sends nothing when the signal has aborted before', async () => {
    const signal = AbortSignal.abort('enough');
    expect(await rejectionOf(createContainer(service().client(), spec, { signal }))).to.equal('enough');
    expect(service().requests).to.eql([]);
  });
});
