import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { LibpodRequest } from '../../lib/podman/libpod-client.js';
import { rejectionOf } from '../support/rejection.js';
import { Held, useScriptedService, type Exchange } from '../support/scripted-service.js';

const errorContext = { operation: 'inspect', container: 'c1' };
const get: LibpodRequest = { method: 'GET', path: 'thing', context: errorContext };
const post: LibpodRequest = { method: 'POST', path: 'thing', json: {}, context: errorContext };

async function readAll(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('LibpodClient', () => {
  const service = useScriptedService();

  describe('#call', () => {
    context('when the answer is an error', () => {
      it('rejects with the code of its cause, and all that is known', async () => {
        service().on('GET thing', ({ reply }) => {
          reply(500, {
            cause: 'container state improper',
            message: 'x: container state improper',
            response: 500,
          });
        });
        expect(await rejectionOf(service().client().call(get))).to.include({
          code: 'CONTAINER_NOT_RUNNING',
          operation: 'inspect',
          container: 'c1',
          status: 500,
          runtimeMessage: 'x: container state improper',
        });
      });

      it('reads the first of two JSON documents', async () => {
        service().on('GET thing', ({ reply }) => {
          reply(
            500,
            '{"cause":"no such container","message":"m","response":500}\n{"cause":"other","message":"n"}\n',
          );
        });
        expect(await rejectionOf(service().client().call(get))).to.include({ code: 'CONTAINER_NOT_FOUND' });
      });

      it('rejects with NOT_SUPPORTED when the router does not know the endpoint', async () => {
        service().on('GET thing', ({ reply }) => {
          reply(404, 'Not Found\n');
        });
        expect(await rejectionOf(service().client().call(get))).to.include({
          code: 'NOT_SUPPORTED',
          status: 404,
        });
      });

      it('does not read an error that never ends, and closes its connection', async () => {
        service().on('GET thing', ({ response }) => {
          response.writeHead(500);
          const more = (): void => void response.write(Buffer.alloc(65_536, 0x61));
          response.on('drain', more);
          more();
        });
        const error = await rejectionOf(service().client().call(get));
        expect(error).to.include({ code: 'RUNTIME_ERROR', status: 500 });
        expect(error.runtimeMessage!.length).to.be.lessThan(3000);
        await service().settled();
      });

      it('sends it no second time', async () => {
        service().on('GET thing', ({ reply }) => {
          reply(503, { cause: 'busy', message: 'busy', response: 503 });
        });
        await rejectionOf(service().client({ retries: 5 }).call(get));
        expect(service().requests).to.have.length(1);
      });
    });
  });

  describe('#json', () => {
    it('rejects with PROTOCOL_ERROR, showing what came, when that is not JSON', async () => {
      service().on('GET thing', ({ reply }) => {
        reply(200, '<html>a proxy</html>');
      });
      const error = await rejectionOf(service().client().json(get));
      expect(error).to.include({
        code: 'PROTOCOL_ERROR',
        status: 200,
        runtimeMessage: '<html>a proxy</html>',
      });
      expect(error.cause).to.be.instanceOf(SyntaxError);
    });
  });

  describe('#stream', () => {
    const endless = ({ response }: Exchange): void => {
      response.write('a');
    };

    it('closes the connection after a break', async () => {
      service().on('GET thing', endless);
      const { body } = await service().client().stream(get);
      for await (const chunk of body) {
        expect(Buffer.from(chunk).toString()).to.equal('a');
        break;
      }
      await service().settled();
    });

    it('rejects with CONNECTION_LOST when the body is cut', async () => {
      service().on('GET thing', ({ response, connection }) => {
        response.write('a');
        setImmediate(() => connection.destroy());
      });
      const { body } = await service().client().stream(get);
      expect(await rejectionOf(readAll(body))).to.include({ code: 'CONNECTION_LOST', container: 'c1' });
    });

    it('rejects with the typed error of a refusal', async () => {
      service().on('GET thing', ({ reply }) => {
        reply(404, { cause: 'no such container', message: 'm' });
      });
      expect(await rejectionOf(service().client().stream(get))).to.include({
        code: 'CONTAINER_NOT_FOUND',
        status: 404,
      });
    });

    it('rejects with the reason when the signal aborts while it is read, and closes the connection', async () => {
      service().on('GET thing', endless);
      const controller = new AbortController();
      const { body } = await service()
        .client()
        .stream({ ...get, signal: controller.signal });
      const reading = rejectionOf(
        (async () => {
          for await (const chunk of body) if (chunk.length > 0) controller.abort('enough');
        })(),
      );
      expect(await reading).to.equal('enough');
      await service().settled();
      expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
    });

    it('rejects with the reason when the signal aborted before anybody read', async () => {
      service().on('GET thing', endless);
      const controller = new AbortController();
      const { body } = await service()
        .client()
        .stream({ ...get, signal: controller.signal });
      controller.abort('enough');
      await service().settled();
      expect(await rejectionOf(readAll(body))).to.equal('enough');
    });
  });

  describe('#close', () => {
    it('ends everything in flight with CLOSED, and what comes later too', async () => {
      const waiting = new Held();
      service().on('GET thing', waiting.handler);
      service().on('GET stream', ({ response }) => {
        response.write('a');
      });
      service().on('POST start', (exchange) => {
        exchange.upgrade().resume();
      });
      const client = service().client({ retries: 3 });
      const call = rejectionOf(client.call(get));
      await waiting.next();
      const { body } = await client.stream({ ...get, path: 'stream' });
      const socket: Duplex = await client.hijack({ ...post, path: 'start' });
      const reading = rejectionOf(readAll(socket));
      await Promise.all([client.close(), client.close()]);
      for (const error of [
        await call,
        await reading,
        await rejectionOf(readAll(body)),
        await rejectionOf(client.call(get)),
      ]) {
        expect(error).to.include({ code: 'CLOSED' });
      }
      expect(await rejectionOf(client.hijack(post))).to.include({ code: 'CLOSED' });
      expect(await rejectionOf(client.stream(get))).to.include({ code: 'CLOSED' });
      await client.close();
      await service().settled();
    });
  });
});
