import { expect } from 'chai';
import { libpodPath } from '../../lib/podman/libpod-client.js';
import { useScriptedService, type Exchange } from '../support/scripted-service.js';

const errorContext = { operation: 'inspect', container: 'c1' };

describe('toHttpRequest', () => {
  const service = useScriptedService();

  it('asks under the path version, with escaped parts and repeated query values', async () => {
    let seen: Exchange | undefined;
    service().on('GET containers/*/json', (exchange) => {
      seen = exchange;
      exchange.reply(200, 'text');
    });
    const answer = await service()
      .client()
      .call({
        method: 'GET',
        path: libpodPath`containers/${'a/b c?'}/json`,
        query: { one: 1, no: undefined, yes: true, list: ['x', 'y&z'] },
        context: errorContext,
      });
    expect(answer).to.include({ status: 200, text: 'text' });
    expect(seen?.path).to.equal('containers/a%2Fb%20c%3F/json');
    expect(seen?.query.toString()).to.equal('one=1&yes=true&list=x&list=y%26z');
  });

  it('sends JSON as JSON and archives as archives, never as a form', async () => {
    const types: (string | undefined)[] = [];
    service().on('PUT thing', (exchange) => {
      types.push(exchange.headers['content-type']);
      exchange.reply(200, exchange.body.toString());
    });
    async function* tar(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield Buffer.from('ab');
      yield Buffer.from('cd');
    }
    const client = service().client();
    expect(await client.call({ method: 'PUT', path: 'thing', tar: tar(), context: errorContext })).to.include(
      { text: 'abcd' },
    );
    expect(
      await client.call({ method: 'PUT', path: 'thing', json: { a: 1 }, context: errorContext }),
    ).to.include({ text: '{"a":1}' });
    expect(types).to.eql(['application/x-tar', 'application/json']);
  });
});
