import { expect } from 'chai';
import { hubCertificates } from '../support/hub-certificates.js';
import { readPhase, recordedPhases } from '../support/hub-recordings.js';
import { ReplayHub } from '../support/hub-replay.js';
import { ReplayDriver } from '../support/hub-replay-driver.js';

/** Requests of the lab's that no session makes. What they show is in the specs of the codec, and in docs/koji-protocol.md. */
const NOT_OF_A_SESSION: Readonly<Record<string, readonly number[]>> = {
  'a carriage return as it is, which we write as a reference': [2496],
  'XML that was typed by hand, or is none': [2502, 2503, 2504, 2505, 2506, 2507, 2508, 2509, 2510],
  'a GET, and another content type': [2511, 2512],
  'a session without a number, a key or a call number': [2532, 2533, 2534, 2559, 2724],
  'a login by certificate without its arguments': [2567, 2568],
  'an upload without a session': [2576, 2583, 2861],
  'Koji-Callnum alone': [2714, 2715, 2716, 2717, 2718],
  'an upload with another checksum, or none': [2851, 2852, 2853, 2854],
  'an upload with another content type, or no file name': [2862, 2863, 2864],
  'a request of which the recording lacks the end': [2873],
};

/**
 * In the phases that were recorded without gaps: how often a request came of a session that was opened in another phase, or
 * had its number set by hand. All others must have the very call number that upstream's client counted.
 */
const TAKEN_UP: Readonly<Record<string, number>> = {
  'edge-admin-maketask': 0,
  'edge-anonymous': 0,
  'edge-auth': 10,
  'edge-encoding': 0,
  'edge-exclusive-callnum': 2,
  'edge-expiry-renewal': 1,
  'edge-host-calls': 2,
  'edge-limits': 2,
  'edge-multicall': 0,
  'edge-offline': 5,
  'edge-ssl': 2,
  'edge-upload': 2,
  'lab-builder': 0,
};

describe('KojiHubSession in the recorded traffic of a real hub', () => {
  const left = new Set(Object.values(NOT_OF_A_SESSION).flat());
  let hub: ReplayHub;

  before(function () {
    this.timeout(30_000);
    hubCertificates();
  });
  beforeEach(async () => {
    hub = new ReplayHub();
    await hub.start();
  });
  afterEach(() => {
    hub.stop();
  });

  for (const phase of recordedPhases()) {
    it(`makes the requests of ${phase} and understands the answers`, async () => {
      const exchanges = readPhase(phase).filter(({ seq, method }) => method !== 'http-get' && !left.has(seq));
      const driver = new ReplayDriver(hub, exchanges);
      await driver.run();
      expect(hub.answered).to.equal(exchanges.length);
      expect(driver.takenUp).to.be.at.most(TAKEN_UP[phase] ?? Infinity);
    });
  }

  it('leaves out nothing else', () => {
    const all = recordedPhases().flatMap(readPhase);
    const downloads = all.filter(({ method, url }) => method === 'http-get' && url.startsWith('/kojifiles/'));
    const others = all.filter(({ seq }) => left.has(seq));
    expect([all.length, downloads.length, others.length]).to.deep.equal([2043, 31, left.size]);
  });
});
