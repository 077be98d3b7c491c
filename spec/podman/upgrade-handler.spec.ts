import { expect } from 'chai';
import type { LibpodRequest } from '../../lib/podman/libpod-client.js';
import { rejectionOf } from '../support/rejection.js';
import { cut, Held, useScriptedService } from '../support/scripted-service.js';

const errorContext = { operation: 'inspect', container: 'c1' };
const post: LibpodRequest = { method: 'POST', path: 'thing', json: {}, context: errorContext };

async function readAll(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('LibpodClient', () => {
  const service = useScriptedService();

  describe('#hijack', () => {
    it('gives a connection both ways, with what came along with the 101', async () => {
      service().on('POST thing', (exchange) => {
        const socket = exchange.upgrade();
        socket.write('early');
        socket.on('end', () => socket.end(' late'));
        socket.resume();
      });
      const socket = await service().client().hijack(post);
      socket.end();
      expect(await readAll(socket)).to.equal('early late');
    });

    for (const [status, cause, code] of [
      [404, 'no such exec session', 'RUNTIME_ERROR'],
      [409, 'container state improper', 'CONTAINER_NOT_RUNNING'],
      [500, 'no matching entries in passwd file', 'EXEC_NOT_STARTED'],
    ] as const) {
      it(`rejects with ${code} for a refusal with ${status}, and closes the connection`, async () => {
        service().on('POST thing', ({ reply }) => {
          reply(status, { cause, message: `a chain: ${cause}`, response: status });
        });
        expect(await rejectionOf(service().client().hijack(post))).to.include({
          code,
          status,
          operation: 'inspect',
          runtimeMessage: `a chain: ${cause}`,
        });
        await service().settled();
        expect(service().requests).to.have.length(1);
      });
    }

    it('rejects with PROTOCOL_ERROR when the connection is not handed over, and closes it', async () => {
      service().on('POST thing', ({ response }) => {
        response.writeHead(200);
        response.write('output without an end');
      });
      expect(await rejectionOf(service().client().hijack(post))).to.include({
        code: 'PROTOCOL_ERROR',
        status: 200,
      });
      await service().settled();
    });

    it('does not read a refusal that never ends', async () => {
      service().on('POST thing', ({ response, connection }) => {
        response.writeHead(500);
        const more = (): void => void response.write(Buffer.alloc(65_536, 0x61));
        connection.on('drain', more);
        more();
      });
      expect(await rejectionOf(service().client().hijack(post))).to.include({
        code: 'RUNTIME_ERROR',
        status: 500,
      });
      await service().settled();
    });

    it('rejects with CONNECTION_LOST when the connection breaks before the answer', async () => {
      service().on('POST thing', cut);
      expect(await rejectionOf(service().client({ retries: 5 }).hijack(post))).to.include({
        code: 'CONNECTION_LOST',
      });
      expect(service().requests).to.have.length(1);
    });

    it('rejects with the reason when the signal aborts while it waits, and closes the connection', async () => {
      const waiting = new Held();
      service().on('POST thing', waiting.handler);
      const controller = new AbortController();
      const hijack = rejectionOf(
        service()
          .client()
          .hijack({ ...post, signal: controller.signal }),
      );
      await waiting.next();
      controller.abort('enough');
      expect(await hijack).to.equal('enough');
      await service().settled();
    });

    it('rejects with the reason when the signal aborts before there is a connection', async () => {
      const controller = new AbortController();
      service().on('POST thing', () => undefined);
      const hijack = rejectionOf(
        service()
          .client()
          .hijack({ ...post, signal: controller.signal }),
      );
      controller.abort('enough');
      expect(await hijack).to.equal('enough');
      await service().settled();
    });

    it('rejects with DEADLINE_EXCEEDED when no answer comes', async () => {
      service().on('POST thing', () => undefined);
      const client = service().client({ requestTimeoutMs: 50 });
      expect(await rejectionOf(client.hijack(post))).to.include({ code: 'DEADLINE_EXCEEDED' });
      await service().settled();
    });

    it('leaves the connection alone when the signal aborts afterwards', async () => {
      service().on('POST thing', (exchange) => {
        const socket = exchange.upgrade();
        socket.on('data', (bytes) => socket.end(bytes));
      });
      const controller = new AbortController();
      const socket = await service()
        .client()
        .hijack({ ...post, signal: controller.signal });
      controller.abort('enough');
      socket.write('still there');
      expect(await readAll(socket)).to.equal('still there');
    });
  });
});
