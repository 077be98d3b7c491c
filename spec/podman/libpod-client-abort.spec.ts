import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { createRequire } from 'node:module';
import { Pool } from 'undici';
import type { LibpodRequest } from '../../lib/podman/libpod-client.js';
import { rejectionOf } from '../support/rejection.js';
import { cut, Held, useScriptedService } from '../support/scripted-service.js';

const errorContext = { operation: 'inspect', container: 'c1' };
const get: LibpodRequest = { method: 'GET', path: 'thing', context: errorContext };
const post: LibpodRequest = { method: 'POST', path: 'thing', json: {}, context: errorContext };

async function readAll(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const undiciTimers = createRequire(import.meta.url)('undici/lib/util/timers.js') as {
  tick(milliseconds: number): void;
};

/** Moves undici's own clock on, by which it times headers and bodies out: twice, as new timers start with a tick. */
function passTenMinutes(): void {
  undiciTimers.tick(0);
  undiciTimers.tick(600_000);
}

describe('LibpodClient', () => {
  const service = useScriptedService();

  describe('#call', () => {
    context('when the signal aborts', () => {
      for (const reason of [new Error('enough'), 'a string', { an: 'object' }]) {
        it(`rejects with the very same reason, ${typeof reason}, and closes the connection`, async () => {
          const waiting = new Held();
          service().on('GET thing', waiting.handler);
          const controller = new AbortController();
          const call = rejectionOf(
            service()
              .client({ retries: 3 })
              .call({ ...get, signal: controller.signal }),
          );
          await waiting.next();
          controller.abort(reason);
          expect(await call).to.equal(reason);
          await service().settled();
          expect(service().requests).to.have.length(1);
        });
      }

      it('rejects at once in the pause before another attempt, and makes none', async () => {
        service().on('GET thing', cut);
        const controller = new AbortController();
        const call = rejectionOf(
          service()
            .client({ retries: 20 })
            .call({ ...get, signal: controller.signal }),
        );
        // The pause after the fourth is of 400 ms at least.
        while (service().requests.length < 4) await new Promise(setImmediate);
        await service().settled();
        const started = performance.now();
        controller.abort('enough');
        expect(await call).to.equal('enough');
        expect(performance.now() - started).to.be.lessThan(100);
        expect(service().requests).to.have.length(4);
      });

      it('sends nothing when it has aborted before', async () => {
        expect(
          await rejectionOf(
            service()
              .client()
              .call({ ...get, signal: AbortSignal.abort('before') }),
          ),
        ).to.equal('before');
        expect(service().connections).to.equal(0);
      });

      it('has left no listener on it after 200 calls, however they ended', async () => {
        service().on('GET thing', (exchange) => {
          const kind = service().requests.length % 4;
          if (kind === 0) exchange.reply(404, { cause: 'no such container', message: '' });
          else if (kind === 1) cut(exchange);
          else exchange.reply(200, '{}');
        });
        const client = service().client();
        const { signal } = new AbortController();
        for (let i = 0; i < 50; i += 1) {
          await client.call({ ...get, signal }).catch(() => undefined);
          await client.json({ ...get, signal }).catch(() => undefined);
          await client.stream({ ...get, signal }).then(
            ({ body }) => readAll(body),
            () => undefined,
          );
          await client.hijack({ ...get, signal }).catch(() => undefined);
        }
        await service().settled();
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
      });
    });

    context('when the time limit runs out', () => {
      it('rejects with DEADLINE_EXCEEDED and closes the connection', async () => {
        service().on('GET thing', () => undefined);
        const client = service().client({ requestTimeoutMs: 50, retries: 3 });
        expect(await rejectionOf(client.call(get))).to.include({
          code: 'DEADLINE_EXCEEDED',
          operation: 'inspect',
        });
        expect(await rejectionOf(client.call({ ...get, timeoutMs: 20 }))).to.include({
          code: 'DEADLINE_EXCEEDED',
        });
        await service().settled();
      });
    });

    context('when the service is silent for longer than undici would wait', () => {
      it('waits on, for headers', async () => {
        const waiting = new Held();
        service().on('POST wait', waiting.handler);
        const call = service()
          .client()
          .call({ ...post, path: 'wait', timeoutMs: 0 });
        const exchange = await waiting.next();
        passTenMinutes();
        exchange.reply(200, '7\n');
        expect(await call).to.include({ text: '7\n' });
      });

      it('waits on, for a body', async () => {
        const waiting = new Held();
        service().on('GET logs', waiting.handler);
        const stream = service()
          .client()
          .stream({ ...get, path: 'logs' });
        const exchange = await waiting.next();
        exchange.response.write('first');
        const { body } = await stream;
        passTenMinutes();
        exchange.response.end(', last');
        expect(await readAll(body)).to.equal('first, last');
      });

      it('is what undici by itself would have cut', async () => {
        const waiting = new Held();
        service().on('GET silent', waiting.handler);
        const pool = new Pool('http://podman', {
          connect: { socketPath: service().address.slice('unix://'.length) },
        });
        const request = (): Promise<unknown> =>
          pool.request({ method: 'GET', path: '/v4.0.0/libpod/silent' }).then(({ body }) => body.text());
        const headers = rejectionOf(request());
        await waiting.next();
        passTenMinutes();
        expect(await headers).to.include({ code: 'UND_ERR_HEADERS_TIMEOUT' });
        const body = rejectionOf(request());
        (await waiting.next()).response.write('first');
        await new Promise((resolve) => setTimeout(resolve, 20));
        passTenMinutes();
        expect(await body).to.include({ code: 'UND_ERR_BODY_TIMEOUT' });
        await pool.destroy();
      });
    });
  });
});
