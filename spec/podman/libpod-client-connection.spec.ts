import { expect } from 'chai';
import { LibpodClient, type LibpodRequest } from '../../lib/podman/libpod-client.js';
import { rejectionOf } from '../support/rejection.js';
import { cut, useScriptedService, type Exchange } from '../support/scripted-service.js';

const errorContext = { operation: 'inspect', container: 'c1' };
const get: LibpodRequest = { method: 'GET', path: 'thing', context: errorContext };
const post: LibpodRequest = { method: 'POST', path: 'thing', json: {}, context: errorContext };

describe('LibpodClient', () => {
  const service = useScriptedService();

  describe('#call', () => {
    context('when the connection breaks', () => {
      const half = ({ connection }: Exchange): void => {
        connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":');
        setImmediate(() => connection.destroy());
      };

      for (const [what, handler] of Object.entries({ 'before the answer': cut, 'within the answer': half })) {
        it(`rejects with CONNECTION_LOST and its cause, ${what}`, async () => {
          service().on('GET thing', handler);
          const error = await rejectionOf(service().client().call(get));
          expect(error).to.include({ code: 'CONNECTION_LOST', operation: 'inspect', container: 'c1' });
          expect(error.cause).to.include({ code: 'UND_ERR_SOCKET' });
        });

        it(`sends a GET again until it succeeds, ${what}`, async () => {
          service().on('GET thing', (exchange) => {
            if (service().requests.length < 3) handler(exchange);
            else exchange.reply(200, 'late');
          });
          expect(await service().client({ retries: 2 }).call(get)).to.include({ text: 'late' });
        });

        it(`never sends a POST again, ${what}`, async () => {
          service().on('POST thing', handler);
          expect(await rejectionOf(service().client({ retries: 5 }).call(post))).to.include({
            code: 'CONNECTION_LOST',
          });
          expect(service().requests).to.have.length(1);
        });
      }

      it('sends a GET again no more often than it was told', async () => {
        service().on('GET thing', cut);
        expect(await rejectionOf(service().client({ retries: 2 }).call(get))).to.include({
          code: 'CONNECTION_LOST',
        });
        expect(service().requests).to.have.length(3);
      });

      it('sends a POST again that is said to be idempotent', async () => {
        service().on('POST thing', cut);
        await rejectionOf(
          service()
            .client({ retries: 1 })
            .call({ ...post, idempotent: true }),
        );
        expect(service().requests).to.have.length(2);
      });

      it('sends an archive once: it is spent', async () => {
        service().on('PUT thing', cut);
        async function* tar(): AsyncGenerator<Uint8Array> {
          await Promise.resolve();
          yield Buffer.from('ab');
        }
        const request: LibpodRequest = {
          method: 'PUT',
          path: 'thing',
          tar: tar(),
          idempotent: true,
          context: errorContext,
        };
        expect(await rejectionOf(service().client({ retries: 3 }).call(request))).to.include({
          code: 'CONNECTION_LOST',
        });
        expect(service().requests).to.have.length(1);
      });
    });

    context('when the service closes an idle connection between calls', () => {
      it('makes the next call on another, also when that must not be sent twice', async () => {
        service().on('POST thing', ({ reply }) => {
          reply(200, 'fine', { connection: 'keep-alive' });
        });
        const client = service().client();
        for (let i = 0; i < 5; i += 1) {
          expect(await client.call(post)).to.include({ text: 'fine' });
          await service().closeIdle();
        }
        expect(service().connections).to.equal(5);
      });
    });

    context('when no service is there', () => {
      it('rejects with RUNTIME_UNAVAILABLE and its cause', async () => {
        const client = new LibpodClient(
          { kind: 'unix', path: '/nowhere/podman.sock' },
          { requestTimeoutMs: 5000, retries: 1 },
        );
        const error = await rejectionOf(client.call(post));
        expect(error).to.include({ code: 'RUNTIME_UNAVAILABLE', operation: 'inspect', container: 'c1' });
        expect(error.cause).to.include({ code: 'ENOENT' });
        await client.close();
      });
    });

    context('when its own stream fails', () => {
      it('rejects with what that failed with', async () => {
        service().on('PUT thing', ({ reply }) => {
          reply(200);
        });
        const failure = new Error('unreadable');
        async function* tar(): AsyncGenerator<Uint8Array> {
          await Promise.resolve();
          yield Buffer.from('ab');
          throw failure;
        }
        const request: LibpodRequest = { method: 'PUT', path: 'thing', tar: tar(), context: errorContext };
        expect(await rejectionOf(service().client().call(request))).to.equal(failure);
      });
    });
  });

  context('when 20 streams, 20 hijacked connections and 20 waits are held', () => {
    it('answers other calls at once', async () => {
      service().on('GET stream', ({ response }) => {
        response.write('a');
      });
      service().on('POST start', (exchange) => {
        exchange.upgrade().resume();
      });
      service().on('POST wait', () => undefined);
      service().on('GET thing', ({ reply }) => {
        reply(200, '{}');
      });
      const client = service().client();
      const twenty = <T>(make: () => Promise<T>): Promise<T[]> =>
        Promise.all(Array.from({ length: 20 }, make));
      await twenty(() => client.stream({ ...get, path: 'stream' }));
      const sockets = await twenty(() => client.hijack({ ...post, path: 'start' }));
      const ended = twenty(() => rejectionOf(client.call({ ...post, path: 'wait', timeoutMs: 0 })));
      const started = performance.now();
      await client.call(get);
      expect(performance.now() - started).to.be.lessThan(1000);
      expect(sockets).to.have.length(20);
      await client.close();
      expect((await ended).map(({ code }) => code)).to.eql(Array(20).fill('CLOSED'));
    });
  });
});

describe('LibpodClient over tcp', () => {
  const service = useScriptedService('tcp');

  it('makes calls', async () => {
    service().on('GET thing', ({ reply }) => {
      reply(200, 'fine');
    });
    expect(await service().client().call(get)).to.include({ text: 'fine' });
  });

  it('rejects with CONNECTION_LOST when the connection is reset', async () => {
    service().on('GET thing', ({ connection }) => {
      connection.resetAndDestroy();
    });
    expect(await rejectionOf(service().client().call(get))).to.include({ code: 'CONNECTION_LOST' });
  });
});
