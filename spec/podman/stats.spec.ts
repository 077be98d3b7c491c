import { expect } from 'chai';
import sinon from 'sinon';
import type { ContainerStats } from '../../lib/container/description.js';
import { containerStats } from '../../lib/podman/stats.js';
import { rejectionOf } from '../support/rejection.js';
import { useScriptedService } from '../support/scripted-service.js';

const ID = '12'.repeat(32);
const SAMPLE = {
  ContainerID: ID,
  CPUNano: 39_912_286,
  SystemNano: 1.795459859609595e18,
  MemUsage: 2_605_056,
  MemLimit: 25_276_502_016,
  NetInput: 1,
  NetOutput: 2,
  BlockInput: 3,
  BlockOutput: 4,
  PIDs: 5,
};
/** What 4.3.1 and 5.4.2 give of a container that does not run. */
const ENDED = {
  Error: null,
  Stats: [{ ...SAMPLE, CPUNano: 0, SystemNano: 0, MemUsage: 0, MemLimit: 0, PIDs: 0 }],
};

describe('containerStats', () => {
  const service = useScriptedService();
  let status: string;
  let memory: number | undefined;
  let samples: object[];

  beforeEach(() => {
    status = 'running';
    memory = 0;
    samples = [];
    service().on('GET containers/*/json', (exchange) => {
      exchange.reply(200, {
        Id: ID,
        Name: 'c1',
        Created: '2026-11-23T18:38:53Z',
        State: { Status: status, StartedAt: '', FinishedAt: '' },
        Config: {},
        NetworkSettings: {},
        HostConfig: { Memory: memory },
      });
    });
    service().on('GET containers/stats', (exchange) => {
      expect(Object.fromEntries(exchange.query)).to.deep.equal({ containers: ID, stream: 'false' });
      exchange.reply(200, samples.shift() ?? ENDED);
      if (samples.length === 0) status = status === 'running' ? 'exited' : status;
    });
  });

  function stats(intervalMs = 100, signal?: AbortSignal) {
    return containerStats(service().client(), 'c1', { intervalMs, signal });
  }

  it('gives samples until the container has ended, and no last one of zeroes', async () => {
    samples = [
      { Error: null, Stats: [SAMPLE] },
      { Error: null, Stats: [{ ...SAMPLE, CPUNano: 7 }] },
    ];
    const before = Date.now();
    const given = await all(stats());
    expect(given.map(({ cpuNanoseconds }) => cpuNanoseconds)).to.deep.equal([39_912_286, 7]);
    const { time, ...rest } = given[0]!;
    expect(rest).to.deep.equal({
      cpuNanoseconds: 39_912_286,
      memoryBytes: 2_605_056,
      memoryLimitBytes: undefined,
      pids: 5,
      networkReceivedBytes: 1,
      networkSentBytes: 2,
      blockReadBytes: 3,
      blockWrittenBytes: 4,
    });
    expect(time).to.be.within(before, Date.now());
  });

  it("tells the container's own memory limit, not the machine's memory", async () => {
    memory = 100_000_000;
    samples = [{ Error: null, Stats: [SAMPLE] }];
    expect((await all(stats()))[0]?.memoryLimitBytes).to.equal(100_000_000);
  });

  it('keeps to the interval, and gives a slow reader no more than one sample at once', async () => {
    const clock = sinon.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      samples = Array.from({ length: 9 }, () => ({ Error: null, Stats: [SAMPLE] }));
      const given = stats(1000);
      await given.next();
      const second = given.next();
      await asked(1);
      await clock.tickAsync(999);
      expect(requests()).to.equal(1);
      await clock.tickAsync(1);
      await second;
      clock.tick(5500);
      const third = given.next();
      await clock.tickAsync(0);
      await third;
      expect(requests()).to.equal(3);
      const fourth = given.next();
      await clock.tickAsync(999);
      expect(requests()).to.equal(3);
      await clock.tickAsync(1);
      await fourth;
      await given.return();
    } finally {
      clock.restore();
    }
  });

  context('when the container has ended before', () => {
    it('gives nothing and ends', async () => {
      status = 'exited';
      expect(await all(stats())).to.deep.equal([]);
    });
  });

  context('when the container never started', () => {
    it('rejects with CONTAINER_NOT_RUNNING', async () => {
      status = 'configured';
      expect((await rejectionOf(all(stats()))).code).to.equal('CONTAINER_NOT_RUNNING');
    });
  });

  context('when the container is being stopped', () => {
    it('waits for its end', async () => {
      let asked = 0;
      samples = [{ Error: null, Stats: [SAMPLE] }];
      service().on('GET containers/stats', (exchange) => {
        asked += 1;
        status = asked < 7 ? 'stopping' : 'exited';
        exchange.reply(200, ENDED);
      });
      expect(await all(stats())).to.deep.equal([]);
      expect(asked).to.equal(7);
    });
  });

  context('when a sample fails', () => {
    const failed = { Error: {}, Stats: null };

    it('goes on with the next', async () => {
      const one = { Error: null, Stats: [SAMPLE] };
      samples = [one, failed, failed, failed, one];
      expect(await all(stats())).to.have.lengthOf(2);
    });

    it('rejects with RUNTIME_ERROR when that goes on', async () => {
      samples = [failed, failed, failed, failed, failed];
      expect((await rejectionOf(all(stats()))).code).to.equal('RUNTIME_ERROR');
      expect(requests()).to.equal(4);
    });
  });

  context('when there is no such container', () => {
    const unknown = { cause: 'no such container', message: 'no such container', response: 404 };

    it('rejects with CONTAINER_NOT_FOUND', async () => {
      service().on('GET containers/*/json', (exchange) => {
        exchange.reply(404, unknown);
      });
      expect((await rejectionOf(all(stats()))).code).to.equal('CONTAINER_NOT_FOUND');
    });

    it('rejects with CONTAINER_NOT_FOUND when it was removed meanwhile, of which 4.3.1 says nothing', async () => {
      service().on('GET containers/stats', (exchange) => {
        service().on('GET containers/*/json', (inspection) => {
          inspection.reply(404, unknown);
        });
        exchange.reply(200, { Error: {}, Stats: null });
      });
      expect((await rejectionOf(all(stats()))).code).to.equal('CONTAINER_NOT_FOUND');
    });
  });

  context('when Podman cannot tell, without root and with cgroups v1', () => {
    it('rejects with NOT_SUPPORTED', async () => {
      const cause = 'Container stats resource only available for cgroup v2';
      service().on('GET containers/stats', (exchange) => {
        exchange.reply(409, { cause, message: cause, response: 409 });
      });
      expect(await rejectionOf(all(stats()))).to.deep.include({
        code: 'NOT_SUPPORTED',
        status: 409,
        runtimeMessage: cause,
      });
    });
  });

  context('when the signal aborts', () => {
    it('rejects with the reason between two samples', async () => {
      samples = [{ Error: null, Stats: [SAMPLE] }, {}];
      const controller = new AbortController();
      const given = stats(60_000, controller.signal);
      await given.next();
      const rest = all(given);
      controller.abort('enough');
      expect(await rejectionOf(rest)).to.equal('enough');
    });
  });

  for (const intervalMs of [0, 99, 1.5, Number.NaN]) {
    it(`rejects with INVALID_ARGUMENT for an interval of ${intervalMs} ms`, async () => {
      expect(await rejectionOf(all(stats(intervalMs)))).to.deep.include({
        code: 'INVALID_ARGUMENT',
        field: 'intervalMs',
      });
    });
  }

  function requests(): number {
    return service().requests.filter((request) => request === 'GET containers/stats').length;
  }

  async function asked(count: number): Promise<void> {
    while (requests() < count) await new Promise((resolve) => setImmediate(resolve));
  }
});

async function all(stats: AsyncIterable<ContainerStats>): Promise<ContainerStats[]> {
  const given: ContainerStats[] = [];
  for await (const sample of stats) given.push(sample);
  return given;
}
