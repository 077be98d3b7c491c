import { expect } from 'chai';
import { KojiError } from '../../lib/koji/koji-error.js';
import { multicall } from '../../lib/koji/multicall.js';
import { rejection } from '../support/hub-rejection.js';
import { bodyOf, readPhase } from '../support/hub-recordings.js';
import { useScriptedHub } from '../support/hub-scripted.js';

describe('multicall', () => {
  const hub = useScriptedHub();
  const [recorded] = readPhase('edge-multicall');

  it('makes the recorded request, and gives each call its value or its fault', async () => {
    hub().answer({ xml: recorded!.response.text! });
    const outcomes = await multicall(hub().session(), [
      { method: 'getAPIVersion' },
      { method: 'getTag', args: ['f-build'] },
      { method: 'getTag', args: ['no-such-tag'], keywords: { strict: true } },
      { method: 'getLoggedInUser' },
      { method: 'echo', args: [null] },
    ]);
    expect(hub().calls[0]?.body.equals(bodyOf(recorded!.request))).to.equal(true);
    expect(outcomes).to.have.lengthOf(5);
    expect(outcomes[0]).to.equal(1);
    expect(outcomes[1]).to.include({ id: 2, name: 'f-build' });
    expect(outcomes[2])
      .to.be.instanceOf(KojiError)
      .and.include({ method: 'getTag', faultName: 'GenericError' });
    expect(outcomes[3]).to.equal(null);
    expect(outcomes[4]).to.deep.equal([null]);
  });

  it('makes no request for no calls', async () => {
    expect(await multicall(hub().session(), [])).to.deep.equal([]);
    expect(hub().calls).to.deep.equal([]);
  });

  for (const value of [[[1]], [[1], [2], [3]], [[1], 2], [[1], []], null]) {
    it(`rejects with PROTOCOL_ERROR when two calls are answered by ${JSON.stringify(value)}`, async () => {
      hub().answer({ value });
      const calls = [{ method: 'a' }, { method: 'b' }];
      expect(await rejection(multicall(hub().session(), calls))).to.have.property('code', 'PROTOCOL_ERROR');
    });
  }
});
