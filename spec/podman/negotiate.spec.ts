import { expect } from 'chai';
import { negotiate } from '../../lib/podman/negotiate.js';
import { rejectionOf } from '../support/rejection.js';
import { cut, useScriptedService, type ExchangeHandler } from '../support/scripted-service.js';

function answering(headers: Record<string, string>): ExchangeHandler {
  return ({ reply }) => {
    reply(200, 'OK', headers);
  };
}

describe('negotiate', () => {
  const service = useScriptedService();

  function ask(handler: ExchangeHandler, retries = 0): ReturnType<typeof negotiate> {
    service().on('GET _ping', handler);
    return negotiate(service().client({ retries }), 'ping', undefined);
  }

  for (const version of ['4.0.0', '4.3.1', '5.4.2-dev', '10.1.0']) {
    it(`takes Podman ${version}`, async () => {
      expect(await ask(answering({ 'Libpod-API-Version': version }))).to.eql({
        name: 'podman',
        version,
        apiVersion: version,
      });
    });
  }

  for (const [what, handler] of Object.entries<ExchangeHandler>({
    'Docker, which does not know the path': ({ reply }) => {
      reply(404, { message: 'page not found' });
    },
    'Docker, which does': answering({ 'Api-Version': '1.44' }),
    'Podman 3': answering({ 'Libpod-API-Version': '3.4.4' }),
    'a version that is none': answering({ 'Libpod-API-Version': 'new' }),
  })) {
    it(`rejects ${what} with RUNTIME_UNSUPPORTED`, async () => {
      expect(await rejectionOf(ask(handler))).to.include({ code: 'RUNTIME_UNSUPPORTED', operation: 'ping' });
    });
  }

  it('rejects with RUNTIME_ERROR when the service fails by itself', async () => {
    const failing: ExchangeHandler = ({ reply }) => {
      reply(500, { cause: 'disk full', message: 'disk full', response: 500 });
    };
    expect(await rejectionOf(ask(failing))).to.include({ code: 'RUNTIME_ERROR', status: 500 });
  });

  it('rejects with CONNECTION_LOST when nothing answers', async () => {
    expect(await rejectionOf(ask(cut, 1))).to.include({ code: 'CONNECTION_LOST' });
    expect(service().requests).to.have.length(2);
  });
});
