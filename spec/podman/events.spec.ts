import { expect } from 'chai';
import sinon from 'sinon';
import type { ContainerEvent } from '../../lib/container/description.js';
import { containerEvents, type ContainerEventsOptions } from '../../lib/podman/events.js';
import { LibpodClient } from '../../lib/podman/libpod-client.js';
import { rejectionOf } from '../support/rejection.js';
import { useScriptedService, type Exchange } from '../support/scripted-service.js';

const SECOND = 1_000_000_000n;
const T0 = 1_795_459_891_735_994_572n;
const ID = '34'.repeat(32);

/** A line as 4.3.1 writes it. */
function line(action: string, time: bigint, attributes: Readonly<Record<string, string>> = {}): string {
  const all = {
    containerExitCode: '0',
    image: 'localhost/bb:1',
    name: 'c1',
    podId: '',
    t: 'ils',
    ...attributes,
  };
  const event = {
    status: action,
    id: ID,
    from: 'i',
    Type: 'container',
    Action: action,
    Actor: { ID, Attributes: all },
  };
  return `${JSON.stringify({ ...event, scope: 'local', time: Number(time / SECOND) }).slice(0, -1)},"timeNano":${time}}\n`;
}

describe('containerEvents', () => {
  const service = useScriptedService();
  let opened: Exchange[];
  /** What each connection brings; the last ones stay open. */
  let answers: ((exchange: Exchange) => void)[];

  beforeEach(() => {
    opened = [];
    answers = [];
    service().on('GET _ping', (exchange) => {
      exchange.reply(200, 'OK');
    });
    service().on('GET events', (exchange) => {
      opened.push(exchange);
      const answer = answers.shift();
      if (answer === undefined) exchange.response.flushHeaders();
      else answer(exchange);
    });
  });

  function events(options: ContainerEventsOptions = {}) {
    return containerEvents(service().client(), options);
  }

  async function take(source: AsyncIterable<ContainerEvent>, count: number): Promise<ContainerEvent[]> {
    const given: ContainerEvent[] = [];
    for await (const event of source) {
      given.push(event);
      if (given.length === count) break;
    }
    return given;
  }

  async function hurried<T>(promise: () => Promise<T>): Promise<T> {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ticking = setInterval(() => void clock.tick(500), 2);
    try {
      return await promise();
    } finally {
      clearInterval(ticking);
      clock.restore();
    }
  }

  it('gives what happens, to the nanosecond', async () => {
    answers = [
      sends(line('create', T0), line('died', T0 + 1n, { containerExitCode: '3', 'a label': 'a value' })),
    ];
    expect(await take(events(), 2)).to.deep.equal([
      {
        action: 'create',
        containerId: ID,
        name: 'c1',
        image: 'localhost/bb:1',
        labels: { t: 'ils' },
        timeNanoseconds: T0,
        exitCode: undefined,
      },
      {
        action: 'died',
        containerId: ID,
        name: 'c1',
        image: 'localhost/bb:1',
        labels: { t: 'ils', 'a label': 'a value' },
        timeNanoseconds: T0 + 1n,
        exitCode: 3,
      },
    ]);
    await service().settled();
  });

  it('takes the time from the event, whatever its labels say', async () => {
    answers = [sends(line('start', T0, { x: '"timeNano":1', timeNano: '2', y: '\\"timeNano":3' }))];
    const [event] = await take(events(), 1);
    expect(event?.timeNanoseconds).to.equal(T0);
    expect(event?.labels).to.deep.include({ x: '"timeNano":1', timeNano: '2' });
  });

  for (const action of ['create', 'start', 'exec_died', 'cleanup', 'remove']) {
    it(`gives no exit code with ${action}: it is not the main process's, or always 0`, async () => {
      answers = [sends(line(action, T0, { containerExitCode: '1' }))];
      expect((await take(events(), 1))[0]?.exitCode).to.equal(undefined);
    });
  }

  for (const containerExitCode of ['', 'x']) {
    it(`gives no exit code where there is none: "${containerExitCode}"`, async () => {
      answers = [sends(line('died', T0, { containerExitCode }))];
      expect((await take(events(), 1))[0]?.exitCode).to.equal(undefined);
    });
  }

  it('gives the same wherever the stream is cut into chunks', async () => {
    const bytes = Buffer.from(line('create', T0, { name: 'č🚀' }) + line('start', T0 + 1n));
    answers = [
      ({ response }) => {
        for (const byte of bytes) response.write(Buffer.from([byte]));
      },
    ];
    const given = await take(events(), 2);
    expect(given.map(({ action, name }) => `${action} ${name}`)).to.deep.equal(['create č🚀', 'start c1']);
  });

  it('asks for containers with the labels, and sees that all of them match', async () => {
    answers = [
      sends(
        line('create', T0, { a: '1' }),
        line('start', T0 + 1n, { a: '1', b: '2' }),
        line('init', T0 + 2n, { b: '2' }),
      ),
    ];
    const [event] = await take(events({ labels: { a: '1', b: '2' } }), 1);
    expect(event?.action).to.equal('start');
    expect(JSON.parse(opened[0]?.query.get('filters') ?? '')).to.deep.equal({
      type: ['container'],
      label: ['a=1', 'b=2'],
    });
  });

  it('passes over what is not about a container', async () => {
    answers = [sends(line('pull', T0).replace('"container"', '"image"'), line('start', T0 + 1n))];
    expect((await take(events(), 1))[0]?.action).to.equal('start');
  });

  context('when nothing is said about the time', () => {
    it('asks from the moment of the first next() on', async () => {
      answers = [sends(line('start', T0))];
      const before = Date.now();
      const source = events();
      const first = source.next();
      const after = Date.now();
      await first;
      await source.return();
      const since = Date.parse(opened[0]?.query.get('since') ?? '');
      expect(since).to.be.within(before - 1, after);
    });

    it("asks by the service's clock where that is another", async () => {
      service().on('GET _ping', (exchange) => {
        exchange.reply(200, 'OK', { date: new Date(Date.now() - 3_600_000).toUTCString() });
      });
      answers = [sends(line('start', T0))];
      await take(events(), 1);
      const since = Date.parse(opened[0]?.query.get('since') ?? '');
      expect(since).to.be.within(Date.now() - 3_610_000, Date.now() - 3_600_000);
    });
  });

  context('when a time is given', () => {
    it('asks from just before it, which the service leaves out', async () => {
      answers = [sends(line('start', T0))];
      await take(events({ since: new Date('2026-11-23T18:51:31.735Z') }), 1);
      expect(opened[0]?.query.get('since')).to.equal('2026-11-23T18:51:31.734999999Z');
    });
  });

  context('when the connection breaks', () => {
    it('resumes from a little before, misses nothing and gives nothing twice', async () => {
      const lines = Array.from({ length: 6 }, (_, i) => line(`a${i}`, T0 + BigInt(i) * 4n * SECOND));
      const late = line('late', T0 + 11n * SECOND);
      answers = [
        breaks(...lines.slice(0, 3)),
        // Written by another process meanwhile, with a time that is before the last one seen.
        breaks(lines[1]!, lines[2]!, late, lines[3]!.slice(0, 50)),
        ends(...lines.slice(1, 3), late, lines[3]!),
        sends(...lines.slice(1, 3), late, ...lines.slice(3)),
      ];
      const since = new Date(Number(T0 / 1_000_000n) - 60_000);
      const given = await hurried(() => take(events({ since }), 7));
      expect(given.map(({ action }) => action)).to.deep.equal(['a0', 'a1', 'a2', 'late', 'a3', 'a4', 'a5']);
      expect(opened.map(({ query }) => query.get('since'))).to.deep.equal([
        '2026-11-23T18:50:31.734999999Z',
        '2026-11-23T18:51:29.735994572Z',
        '2026-11-23T18:51:32.735994572Z',
        '2026-11-23T18:51:33.735994572Z',
      ]);
    });

    it('keeps events apart that happened at the same time', async () => {
      answers = [breaks(line('died', T0)), sends(line('died', T0), line('cleanup', T0))];
      const given = await hurried(() => take(events({ since: new Date(0) }), 2));
      expect(given.map(({ action }) => action)).to.deep.equal(['died', 'cleanup']);
    });

    it('rejects with CONNECTION_LOST when connecting again does not help', async () => {
      answers = Array.from({ length: 20 }, () => breaks(line('start', T0)));
      const error = await rejectionOf(hurried(() => take(events({ since: new Date(0) }), 2)));
      expect(error.code).to.equal('CONNECTION_LOST');
      expect(opened).to.have.lengthOf(8);
    });

    it('rejects with CONNECTION_LOST when the service ends the stream again and again', async () => {
      answers = Array.from({ length: 20 }, () => ends());
      const error = await rejectionOf(hurried(() => take(events({ since: new Date(0) }), 1)));
      expect(error.code).to.equal('CONNECTION_LOST');
      expect(error.message).to.include('Podman ended the stream');
    });

    it('goes on connecting for as long as something new comes', async () => {
      answers = Array.from({ length: 30 }, (_, i) => breaks(line(`a${i}`, T0 + BigInt(i))));
      expect(await hurried(() => take(events({ since: new Date(0) }), 30))).to.have.lengthOf(30);
    });
  });

  context('when no service answers', () => {
    it('rejects with RUNTIME_UNAVAILABLE', async () => {
      const client = new LibpodClient(
        { kind: 'unix', path: '/no/such.sock' },
        { requestTimeoutMs: 0, retries: 0 },
      );
      for (const since of [undefined, new Date(0)]) {
        const error = await rejectionOf(hurried(() => take(containerEvents(client, { since }), 1)));
        expect(error.code).to.equal('RUNTIME_UNAVAILABLE');
      }
      await client.close();
    });
  });

  context('when the service reports an error inside a 200', () => {
    it('rejects with RUNTIME_ERROR and its words, at once', async () => {
      const message = 'failed to parse event filters: bogus is an invalid filter';
      answers = [
        sends(`${JSON.stringify({ cause: 'bogus is an invalid filter', message, response: 500 })}\n`),
      ];
      const error = await rejectionOf(take(events(), 1));
      expect(error).to.deep.include({ code: 'RUNTIME_ERROR', status: 500, runtimeMessage: message });
      expect(opened).to.have.lengthOf(1);
    });
  });

  for (const text of ['null\n', '[]\n', '{}\n', line('start', T0).replace('"timeNano"', '"no"'), 'text\n']) {
    it(`rejects with PROTOCOL_ERROR for what is not an event: ${text.slice(0, 10).trim()}`, async () => {
      answers = [sends(text)];
      expect((await rejectionOf(take(events(), 1))).code).to.equal('PROTOCOL_ERROR');
    });
  }

  context('when the signal aborts', () => {
    it('ends the request and rejects with the reason', async () => {
      const controller = new AbortController();
      const given = take(events({ signal: controller.signal }), 1);
      while (opened.length === 0) await turn();
      controller.abort('enough');
      expect(await rejectionOf(given)).to.equal('enough');
      await service().settled();
    });

    it('does not wait for the next connection', async () => {
      const controller = new AbortController();
      answers = [breaks(), breaks(), breaks(), breaks()];
      const given = take(events({ signal: controller.signal }), 1);
      while (opened.length < 2) await turn();
      controller.abort('enough');
      expect(await rejectionOf(given)).to.equal('enough');
      expect(opened.length).to.be.lessThan(4);
    });
  });

  context('when an option is wrong', () => {
    const wrong: readonly (readonly [string, ContainerEventsOptions])[] = [
      ['labels.a', { labels: { a: 1 as unknown as string } }],
      ['since', { since: new Date(Number.NaN) }],
    ];
    for (const [field, options] of wrong) {
      it(`rejects with INVALID_ARGUMENT: ${field}`, async () => {
        expect(await rejectionOf(take(events(options), 1))).to.deep.include({
          code: 'INVALID_ARGUMENT',
          field,
        });
        expect(opened).to.deep.equal([]);
      });
    }
  });
});

/** Sends lines and stays open. */
function sends(...lines: readonly string[]) {
  return ({ response }: Exchange): void => void response.write(lines.join(''));
}

/** Sends lines and ends properly. */
function ends(...lines: readonly string[]) {
  return ({ response }: Exchange): void => void response.end(lines.join(''));
}

/** Sends lines and breaks the connection. */
function breaks(...lines: readonly string[]) {
  return ({ response, connection }: Exchange): void => {
    response.flushHeaders();
    response.write(lines.length === 0 ? '\n' : lines.join(''), () => connection.destroy());
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
