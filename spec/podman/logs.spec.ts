import { expect } from 'chai';
import sinon from 'sinon';
import type { LogsOptions } from '../../lib/container/container-manager.js';
import { containerLogs } from '../../lib/podman/logs.js';
import { frame } from '../support/frames.js';
import { rejectionOf } from '../support/rejection.js';
import { useScriptedService, type Exchange } from '../support/scripted-service.js';

describe('containerLogs', () => {
  const service = useScriptedService();
  let status: string;
  let frames: Buffer[];
  /** Requests that follow the log, as yet unanswered. */
  let bells: Exchange[];
  let reads: Exchange[];

  beforeEach(() => {
    status = 'exited';
    frames = [];
    bells = [];
    reads = [];
    service().on('GET containers/c1/json', (exchange) => {
      exchange.reply(200, wireInspect(status));
    });
    service().on('GET containers/c1/logs', (exchange) => {
      if (exchange.query.get('follow') === 'true') {
        bells.push(exchange);
        return;
      }
      reads.push(exchange);
      exchange.response.writeHead(200).end(Buffer.concat(frames));
    });
  });

  function logs(options: LogsOptions = {}) {
    return containerLogs(service().client({ requestTimeoutMs: 0 }), 'c1', options);
  }

  /** Makes time pass quickly for as long as the promise takes. */
  async function hurried<T>(promise: () => Promise<T>, byMs = 1000): Promise<T> {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ticking = setInterval(() => void clock.tick(byMs), 2);
    try {
      return await promise();
    } finally {
      clearInterval(ticking);
      clock.restore();
    }
  }

  context('of a container that has ended', () => {
    it('gives both channels, byte by byte', async () => {
      frames = [
        frame(1, 'one\n'),
        frame(2, 'problem'),
        frame(1, Buffer.from([0, 255, 13, 10])),
        frame(1, 'partial'),
      ];
      expect(await textOf(logs())).to.deep.equal({ stdout: 'one\n\0ÿ\r\npartial', stderr: 'problem' });
      expect(reads).to.have.lengthOf(1);
    });

    it('asks for all of both channels without following, even to follow', async () => {
      await textOf(logs({ follow: true }));
      for (const { query } of reads) {
        expect(Object.fromEntries(query)).to.deep.equal({
          stdout: 'true',
          stderr: 'true',
          follow: 'false',
          tail: 'all',
        });
      }
    });

    it('asks from just before the time, which the service leaves out', async () => {
      await textOf(logs({ since: new Date('2026-11-23T18:51:31.808Z') }));
      expect(reads[0]?.query.get('since')).to.equal('2026-11-23T18:51:31.807999999Z');
    });

    it('gives the last lines alone, and never leaves that to the service', async () => {
      frames = [frame(1, '1\n'), frame(2, 'e\n'), frame(1, '2\n'), frame(1, 'rest')];
      for (const follow of [false, true]) {
        expect(await textOf(logs({ tail: 2, follow }))).to.deep.equal({ stdout: '2\nrest', stderr: '' });
        expect(await textOf(logs({ tail: 3, follow }))).to.deep.equal({ stdout: '2\nrest', stderr: 'e\n' });
        expect(await textOf(logs({ tail: 0, follow }))).to.deep.equal({ stdout: '', stderr: '' });
      }
      expect(reads.map(({ query }) => query.get('tail'))).to.satisfy((tails: string[]) =>
        tails.every((tail) => tail === 'all'),
      );
    });

    it('rejects with CONNECTION_LOST, wherever the log is cut', async () => {
      const whole = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n')]);
      const boundaries = [0, 12, 24];
      for (let at = 0; at <= whole.length; at += 1) {
        frames = [whole.subarray(0, at)];
        if (boundaries.includes(at)) await textOf(logs());
        else expect((await rejectionOf(textOf(logs()))).code, `cut at ${at}`).to.equal('CONNECTION_LOST');
      }
    });
  });

  context('of a container that has not started', () => {
    it('gives nothing, and ends, without following', async () => {
      status = 'created';
      expect(await textOf(logs())).to.deep.equal({ stdout: '', stderr: '' });
    });

    it('waits for it with following', async () => {
      status = 'configured';
      const given = hurried(() => textOf(logs({ follow: true })));
      await inspections(3);
      expect(reads).to.deep.equal([]);
      frames = [frame(1, 'started\n')];
      status = 'exited';
      expect(await given).to.include({ stdout: 'started\n' });
    });
  });

  context('of a running container, without following', () => {
    beforeEach(() => {
      status = 'running';
    });

    it('looks a second time for the last line, which may have been half written', async () => {
      frames = [frame(1, 'one\n'), frame(1, 'tw\n')];
      service().on('GET containers/c1/logs', (exchange) => {
        exchange.response.writeHead(200).end(Buffer.concat(frames));
        frames = [frame(1, 'one\n'), frame(1, 'two\n'), frame(1, 'three\n')];
      });
      expect(await textOf(logs())).to.include({ stdout: 'one\ntwo\n' });
    });

    it('gives a last line that stays as it is', async () => {
      frames = [frame(1, 'one\n'), frame(1, 'password: ')];
      expect(await textOf(logs())).to.include({ stdout: 'one\npassword: ' });
      expect(reads).to.have.lengthOf(2);
    });
  });

  context('of a running container, with following', () => {
    beforeEach(() => {
      status = 'running';
    });

    it('gives what is written, when it is, and ends when the container has ended', async () => {
      frames = [frame(1, 'one\n'), frame(1, 'two\n')];
      const following = logs({ follow: true });
      expect(await nextText(following)).to.equal('one\n');
      expect(await nextText(following)).to.equal('two\n');
      const third = nextText(following);
      await ringing();
      frames.push(frame(1, 'three\n'));
      bells[0]?.response.write(frame(1, 'three\n'));
      expect(await third).to.equal('three\n');
      const rest = textOf(following);
      await ringing();
      frames.push(frame(2, 'the end'));
      status = 'exited';
      bells.at(-1)?.response.end();
      expect(await rest).to.deep.equal({ stdout: '', stderr: 'the end' });
    });

    it('never gives what following tells, which has holes', async () => {
      frames = [frame(1, '1\n')];
      const given = textOf(logs({ follow: true }));
      await ringing();
      bells[0]?.response.write(Buffer.concat([frame(1, '1\n'), frame(1, '3\n'), frame(1, '7\n')]));
      frames.push(...['2\n', '3\n', '4\n', '5\n', '6\n', '7\n'].map((line) => frame(1, line)));
      status = 'exited';
      bells[0]?.response.end();
      expect(await given).to.include({ stdout: '1\n2\n3\n4\n5\n6\n7\n' });
    });

    it('follows the last lines and what comes after', async () => {
      frames = [frame(1, '1\n'), frame(1, '2\n')];
      const following = logs({ follow: true, tail: 1 });
      expect(await nextText(following)).to.equal('2\n');
      const rest = textOf(following);
      await ringing();
      frames.push(frame(1, '3\n'));
      status = 'exited';
      bells[0]?.response.end();
      expect(await rest).to.include({ stdout: '3\n' });
    });

    it('stays for as long as the container is silent', async () => {
      let inspected = 0;
      service().on('GET containers/c1/json', (exchange) => {
        inspected += 1;
        // Silence that is looked into every ten seconds: this is longer than any of undici's limits.
        if (inspected === 100) {
          status = 'exited';
          frames = [frame(1, 'at last\n')];
        }
        exchange.reply(200, wireInspect(status));
      });
      const given = await hurried(() => textOf(logs({ follow: true })), 5000);
      expect(given).to.include({ stdout: 'at last\n' });
      expect(bells).to.have.lengthOf(1);
    });

    it('makes do without a service that can follow', async () => {
      service().on('GET containers/c1/logs', (exchange) => {
        if (exchange.query.get('follow') === 'true') {
          exchange.reply(500, { cause: 'no', message: 'follow is not supported', response: 500 });
          return;
        }
        reads.push(exchange);
        if (reads.length === 4) status = 'exited';
        frames.push(frame(1, `${reads.length}\n`));
        exchange.response.writeHead(200).end(Buffer.concat(frames));
      });
      expect(await textOf(logs({ follow: true }))).to.include({ stdout: '1\n2\n3\n4\n5\n' });
    });

    it('connects again when a read breaks, and gives nothing twice', async () => {
      const whole = Buffer.concat([frame(1, 'one\n'), frame(1, 'two\n'), frame(1, 'three\n')]);
      let cut = 0;
      service().on('GET containers/c1/logs', (exchange) => {
        if (exchange.query.get('follow') === 'true') {
          bells.push(exchange);
          return;
        }
        cut += 6;
        if (cut > whole.length) status = 'exited';
        const { response, connection } = exchange;
        response.writeHead(200);
        response.write(whole.subarray(0, cut), () => {
          if (cut % 12 === 6) connection.destroy();
          else response.end();
        });
      });
      expect(await hurried(() => textOf(logs({ follow: true })), 100)).to.include({
        stdout: 'one\ntwo\nthree\n',
      });
    });

    it('rejects with CONNECTION_LOST when connecting again does not help', async () => {
      service().on('GET containers/c1/logs', ({ query, response, connection }) => {
        if (query.get('follow') === 'true') return;
        response.write(frame(1, 'one\n').subarray(0, 5), () => connection.destroy());
      });
      const error = await rejectionOf(hurried(() => textOf(logs({ follow: true }))));
      expect(error.code).to.equal('CONNECTION_LOST');
      expect(service().requests.filter((request) => request.endsWith('json'))).to.have.lengthOf(8);
    });

    it('rejects with CONTAINER_NOT_FOUND when the container is removed meanwhile', async () => {
      const given = textOf(logs({ follow: true }));
      await ringing();
      service().on('GET containers/c1/json', (exchange) => {
        exchange.reply(404, { cause: 'no such container', message: 'no such container', response: 404 });
      });
      bells[0]?.response.end();
      expect((await rejectionOf(given)).code).to.equal('CONTAINER_NOT_FOUND');
    });

    it('rejects with PROTOCOL_ERROR when the log was rotated', async () => {
      frames = [frame(1, 'one\n'), frame(1, 'two\n')];
      const following = logs({ follow: true });
      await nextText(following);
      frames = [frame(1, 'three\n')];
      expect((await rejectionOf(textOf(following))).code).to.equal('PROTOCOL_ERROR');
    });

    it('ends its requests when it is broken off', async () => {
      frames = [frame(1, 'one\n'), frame(1, 'two\n')];
      for await (const { bytes } of logs({ follow: true })) {
        expect(Buffer.from(bytes).toString()).to.equal('one\n');
        break;
      }
      await service().settled();
    });

    for (const [kind, reason] of Object.entries({ error: new Error('enough'), text: 'text' })) {
      it(`ends its requests and rejects with the reason when the signal aborts: ${kind}`, async () => {
        const controller = new AbortController();
        const given = textOf(logs({ follow: true, signal: controller.signal }));
        await ringing();
        controller.abort(reason);
        expect(await rejectionOf(given)).to.equal(reason);
        await service().settled();
      });
    }
  });

  context('when what comes is not frames', () => {
    it('rejects with PROTOCOL_ERROR', async () => {
      frames = [Buffer.from('no frames at all')];
      expect((await rejectionOf(textOf(logs()))).code).to.equal('PROTOCOL_ERROR');
    });
  });

  context('when there is no such container', () => {
    it('rejects with CONTAINER_NOT_FOUND', async () => {
      service().on('GET containers/c1/json', (exchange) => {
        exchange.reply(404, { cause: 'no such container', message: 'no such container', response: 404 });
      });
      for (const follow of [false, true]) {
        expect((await rejectionOf(textOf(logs({ follow })))).code).to.equal('CONTAINER_NOT_FOUND');
      }
    });
  });

  context('when an option is wrong', () => {
    const wrong: Readonly<Record<string, LogsOptions>> = {
      tail: { tail: -1 },
      since: { since: new Date(Number.NaN) },
      follow: { follow: 'yes' as unknown as boolean },
    };
    for (const [field, options] of Object.entries(wrong)) {
      it(`rejects with INVALID_ARGUMENT: ${field}`, async () => {
        expect(await rejectionOf(textOf(logs(options)))).to.deep.include({ code: 'INVALID_ARGUMENT', field });
      });
    }
  });

  async function inspections(count: number): Promise<void> {
    while (service().requests.filter((request) => request.endsWith('json')).length < count) await turn();
  }

  /** Until the service is asked to follow. */
  async function ringing(): Promise<void> {
    while (bells.length === 0) await turn();
  }
});

function wireInspect(status: string): object {
  return {
    Id: 'c1',
    Name: 'c1',
    Created: '2026-11-23T18:38:53Z',
    Image: 'i',
    ImageName: 'i',
    State: { Status: status, ExitCode: 0, OOMKilled: false, StartedAt: '', FinishedAt: '' },
    Config: { Labels: null },
    NetworkSettings: {},
    Mounts: [],
    HostConfig: {},
  };
}

type Logs = ReturnType<typeof containerLogs>;

async function textOf(logs: Logs): Promise<{ stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  for await (const { channel, bytes } of logs) text[channel] += Buffer.from(bytes).toString('latin1');
  return text;
}

async function nextText(logs: Logs): Promise<string> {
  const { value } = await logs.next();
  return value === undefined ? '' : Buffer.from(value.bytes).toString();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
