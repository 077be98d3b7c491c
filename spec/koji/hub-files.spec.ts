import { expect } from 'chai';
import { decodeArguments } from '../../lib/koji/keyword-arguments.js';
import { decodeCall } from '../../lib/koji/xmlrpc-decode.js';
import type { XmlRpcStruct } from '../../lib/koji/xmlrpc-value.js';
import { HubFiles } from '../support/hub-files.js';
import { bodyOf, fromTyped, readPhase, type RecordedExchange } from '../support/hub-recordings.js';
import type { HubCall, HubReply } from '../support/hub-scripted.js';

/** What it does not go into: other checksums than Adler-32, volumes, sessions, requests out of shape. */
const NOT_MODELLED = new Set([2851, 2852, 2853, 2854, 2857, 2860, 2861, 2862, 2863, 2864, 2865, 2866]);

describe('HubFiles, the hub’s files in specs,', () => {
  it('answers the recorded uploads as a real hub did', () => {
    const files = new HubFiles();
    let compared = 0;
    for (const exchange of readPhase('edge-upload')) {
      if (NOT_MODELLED.has(exchange.seq)) continue;
      expect(comparable(files.handle(toCall(exchange))), `${exchange.seq}`).to.deep.equal(recorded(exchange));
      compared += 1;
    }
    expect(compared).to.equal(24);
  });
});

function toCall({ method, url, request }: RecordedExchange): HubCall {
  const params = method === 'rawUpload' ? [] : decodeCall(bodyOf(request)).params;
  const { searchParams } = new URL(url, 'http://hub');
  return { method, ...decodeArguments(params), query: searchParams, body: bodyOf(request) } as HubCall;
}

function recorded({ response: { reading } }: RecordedExchange): unknown {
  if (reading == null || 'method' in reading) throw new Error('there is no answer');
  return comparable('fault' in reading ? { fault: reading.fault } : { value: fromTyped(reading.value) });
}

/** Without the time, and the folder of the lab's hub. */
function comparable(reply: HubReply): unknown {
  if (typeof reply === 'object' && 'fault' in reply)
    return { fault: [reply.fault[0], reply.fault[1].replace('/srv/lab/koji/mnt/work/', '')] };
  if (typeof reply !== 'object' || !('value' in reply) || reply.value === null) return reply;
  return { ...(reply.value as XmlRpcStruct), mtime: 0 };
}
