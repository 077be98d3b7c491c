import { expect } from 'chai';
import sinon from 'sinon';
import { inspect } from 'node:util';
import type { EnsureImageOptions, PullProgress } from '../../lib/container/image.js';
import { InvalidArgumentError } from '../../lib/errors.js';
import { ensureImage, inspectImage, removeImage } from '../../lib/podman/images.js';
import { rejectionOf } from '../support/rejection.js';
import { useScriptedService, type Exchange } from '../support/scripted-service.js';

const ID = 'ab'.repeat(32);
const REFERENCE = 'registry.example:5000/team/image:1';
const ESCAPED = encodeURIComponent(REFERENCE);

const WIRE_IMAGE = {
  Id: ID,
  Digest: 'sha256:d1',
  RepoTags: [REFERENCE],
  RepoDigests: ['registry.example:5000/team/image@sha256:d1'],
  Size: 1234,
  Architecture: 'amd64',
  Os: 'linux',
  Labels: { a: 'b' },
  Created: '2026-11-23T18:38:53.405549609Z',
  Config: { Env: ['PATH=/bin', 'OPTIONS=a=b', 'EMPTY'] },
};

function absent(exchange: Exchange): void {
  const message = `${REFERENCE}: image not known`;
  exchange.reply(404, { cause: 'image not known', message, response: 404 });
}

/** Sends lines as Podman does: one chunk each, without a Content-Type. */
function pullAnswer(...lines: readonly (object | string)[]) {
  return ({ response }: Exchange): void => {
    response.writeHead(200);
    for (const line of lines) response.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);
    response.end();
  };
}

const SUCCESS = pullAnswer({ stream: 'Trying to pull…\n' }, { images: [ID], id: ID });

describe('ensureImage', () => {
  const service = useScriptedService();
  let present = false;

  beforeEach(() => {
    present = false;
    service().on(`GET images/${ESCAPED}/json`, (exchange) => {
      if (present) exchange.reply(200, WIRE_IMAGE);
      else absent(exchange);
    });
    service().on(`GET images/${ID}/json`, (exchange) => {
      exchange.reply(200, WIRE_IMAGE);
    });
  });

  function ensure(options: EnsureImageOptions = {}) {
    return ensureImage(service().client(), REFERENCE, { retries: 0, ...options });
  }

  function pulls(): number {
    return service().requests.filter((request) => request === 'POST images/pull').length;
  }

  context('when the image is there', () => {
    beforeEach(() => {
      present = true;
    });

    for (const policy of ['missing', 'never'] as const) {
      it(`describes it and asks no registry: ${policy}`, async () => {
        expect(await ensure({ policy })).to.deep.equal({
          id: ID,
          digest: 'sha256:d1',
          references: [REFERENCE],
          sizeBytes: 1234,
          architecture: 'amd64',
          os: 'linux',
          labels: { a: 'b' },
          env: { PATH: '/bin', OPTIONS: 'a=b', EMPTY: '' },
          createdAt: Date.UTC(2026, 10, 23, 18, 38, 53, 405),
        });
        expect(pulls()).to.equal(0);
      });
    }

    for (const policy of ['always', 'newer'] as const) {
      it(`pulls all the same: ${policy}`, async () => {
        service().on('POST images/pull', (exchange) => {
          expect(exchange.query.get('policy')).to.equal(policy);
          SUCCESS(exchange);
        });
        await ensure({ policy });
        expect(pulls()).to.equal(1);
      });
    }

    context('for another platform', () => {
      const platform = { architecture: 'arm64' };

      it('rejects with IMAGE_NOT_FOUND when it is not to be pulled', async () => {
        const error = await rejectionOf(ensure({ policy: 'never', platform }));
        expect(error.code).to.equal('IMAGE_NOT_FOUND');
        expect(error.message).to.include('for linux/amd64, not for any/arm64');
      });

      it('rejects with IMAGE_PULL_FAILED when the registry has no other, which Podman only warns of', async () => {
        service().on('POST images/pull', SUCCESS);
        const error = await rejectionOf(ensure({ platform }));
        expect(error.code).to.equal('IMAGE_PULL_FAILED');
        expect(error.message).to.include('the registry has it for linux/amd64');
      });
    });
  });

  it('rejects with IMAGE_NOT_FOUND when the image is absent and not to be pulled', async () => {
    expect(await rejectionOf(ensure({ policy: 'never' }))).to.deep.include({
      code: 'IMAGE_NOT_FOUND',
      image: REFERENCE,
      operation: 'ensureImage',
    });
    expect(pulls()).to.equal(0);
  });

  it('sends what was asked for', async () => {
    let pull: Exchange | undefined;
    service().on('POST images/pull', (exchange) => {
      pull = exchange;
      SUCCESS(exchange);
    });
    await ensure({
      tlsVerify: false,
      platform: { os: 'linux', architecture: 'amd64', variant: 'v1' },
      credentials: { username: 'me', password: 'p?>~ü' },
    });
    expect(Object.fromEntries(pull!.query)).to.deep.equal({
      reference: REFERENCE,
      policy: 'missing',
      tlsVerify: 'false',
      OS: 'linux',
      Arch: 'amd64',
      Variant: 'v1',
    });
    const header = String(pull!.headers['x-registry-auth']);
    expect(header)
      .to.match(/^[A-Za-z0-9_-]+=*$/)
      .and.to.have.property('length')
      .that.satisfies((n: number) => n % 4 === 0);
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).to.deep.equal({
      username: 'me',
      password: 'p?>~ü',
    });
  });

  it('tells the progress, a line at a time', async () => {
    service().on(
      'POST images/pull',
      pullAnswer({ stream: 'Trying\n' }, { stream: 'one\ntwo\n\n' }, { images: [ID], id: `sha256:${ID}` }),
    );
    const progress: PullProgress[] = [];
    expect((await ensure({ onProgress: (line) => progress.push(line) })).id).to.equal(ID);
    expect(progress).to.deep.equal(
      ['Trying', 'one', 'two'].map((text) => ({ reference: REFERENCE, attempt: 1, text })),
    );
  });

  it('ends the pull and rejects with the same when the progress is not wanted', async () => {
    service().on('POST images/pull', ({ response }) => void response.write('{"stream":"a"}\n'));
    const failure = new Error('the reader failed');
    const error = await rejectionOf(
      ensure({
        retries: 3,
        onProgress() {
          throw failure;
        },
      }),
    );
    expect(error).to.equal(failure);
    await service().settled();
    expect(pulls()).to.equal(1);
  });

  context('when the pull fails', () => {
    const text = 'reading manifest 1 in registry.example:5000/team/image: manifest unknown';
    const answers: Readonly<Record<string, (exchange: Exchange) => void>> = {
      'an error line in a 200': pullAnswer({ stream: 'Trying…\n' }, { error: text }),
      'an error alone, as with quiet': pullAnswer({ error: text }),
      'an error and an id': pullAnswer({ images: [ID], id: ID, error: text }),
      'a status of 404, as from 6.0': (exchange) => {
        exchange.reply(404, { cause: 'manifest unknown', message: text, response: 404 });
      },
      'a status of 500': (exchange) => {
        exchange.reply(500, { cause: 'manifest unknown', message: text, response: 500 });
      },
    };
    for (const [name, answer] of Object.entries(answers)) {
      it(`rejects with IMAGE_PULL_FAILED and the words, at once: ${name}`, async () => {
        service().on('POST images/pull', answer);
        const error = await rejectionOf(ensure({ retries: 3 }));
        expect(error).to.deep.include({ code: 'IMAGE_PULL_FAILED', image: REFERENCE, runtimeMessage: text });
        expect(error.message).to.include(text);
        expect(pulls()).to.equal(1);
      });
    }

    it('does not tell the password', async () => {
      service().on('POST images/pull', pullAnswer({ error: 'unauthorized' }));
      const error = await rejectionOf(ensure({ credentials: { username: 'me', password: 'geheim' } }));
      expect(error.code).to.equal('IMAGE_PULL_FAILED');
      const encoded = Buffer.from('{"username":"me","password":"geheim"}').toString('base64url');
      expect(inspect(error, { depth: 9 }))
        .to.not.include('geheim')
        .and.to.not.include(encoded);
    });
  });

  context('when the answer ends without a result', () => {
    for (const [name, lines] of Object.entries({
      'no line': [],
      'only progress': [{ stream: 'Copying blob\n' }],
      'an empty id': [{ images: [], id: '' }],
    })) {
      it(`rejects with IMAGE_PULL_FAILED: ${name}`, async () => {
        service().on('POST images/pull', pullAnswer(...lines));
        const error = await rejectionOf(ensure());
        expect(error.code).to.equal('IMAGE_PULL_FAILED');
        expect(error.message).to.include('ended without a result');
      });
    }

    it('never takes a cut answer for success, wherever it is cut', async () => {
      const whole = `{"stream":"Copying\\n"}\n{"images":["${ID}"],"id":"${ID}"}`;
      let at = 0;
      service().on('POST images/pull', (exchange) => {
        pullAnswer(whole.slice(0, at))(exchange);
      });
      const client = service().client();
      for (at = 0; at < whole.length; at += 1) {
        const error = await rejectionOf(ensureImage(client, REFERENCE, { retries: 0 }));
        expect(error.code, `cut at ${at}`).to.be.oneOf(['IMAGE_PULL_FAILED', 'CONNECTION_LOST']);
      }
      expect((await ensureImage(client, REFERENCE, { retries: 0 })).id).to.equal(ID);
    });
  });

  context('when the failure may pass', () => {
    let clock: sinon.SinonFakeTimers;

    beforeEach(() => {
      clock = sinon.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout'],
        shouldAdvanceTime: true,
        advanceTimeDelta: 5,
      });
    });

    afterEach(() => {
      clock.restore();
    });

    it('pulls again and numbers the attempts', async () => {
      const attempts: number[] = [];
      const failures = [
        pullAnswer(
          { stream: 'a\n' },
          { error: 'Get "https://registry/v2/": net/http: TLS handshake timeout' },
        ),
        ({ response, connection }: Exchange) => {
          response.write('{"stream":"b\\n"}\n', () => connection.destroy());
        },
        pullAnswer({ stream: 'c\n' }, { images: [ID], id: ID }),
      ];
      service().on('POST images/pull', (exchange) => {
        failures.shift()?.(exchange);
      });
      const pulled = ensure({ retries: 2, onProgress: ({ attempt }) => attempts.push(attempt) });
      const ticking = setInterval(() => void clock.tick(1000), 5);
      expect(
        (
          await pulled.finally(() => {
            clearInterval(ticking);
          })
        ).id,
      ).to.equal(ID);
      expect(attempts).to.deep.equal([1, 2, 3]);
    });

    it('rejects with the last failure when all attempts failed', async () => {
      let attempt = 0;
      service().on('POST images/pull', (exchange) => {
        attempt += 1;
        pullAnswer({ error: `i/o timeout ${attempt}` })(exchange);
      });
      const ticking = setInterval(() => void clock.tick(1000), 5);
      const error = await rejectionOf(ensure({ retries: 1 })).finally(() => {
        clearInterval(ticking);
      });
      expect(error).to.deep.include({ code: 'IMAGE_PULL_FAILED', runtimeMessage: 'i/o timeout 2' });
      expect(pulls()).to.equal(2);
    });
  });

  context('when the pull says nothing', () => {
    it('rejects with IMAGE_PULL_FAILED when it says no more for the limit of silence', async () => {
      service().on(
        'POST images/pull',
        ({ response }) => void response.write('{"stream":"Copying blob\\n"}\n'),
      );
      const error = await rejectionOf(ensure({ idleTimeoutMs: 30 }));
      expect(error.code).to.equal('IMAGE_PULL_FAILED');
      expect(error.message).to.include('said nothing for 30 ms');
      await service().settled();
    });

    it('rejects with IMAGE_PULL_FAILED when it does not even answer', async () => {
      service().on('POST images/pull', () => undefined);
      expect((await rejectionOf(ensure({ idleTimeoutMs: 30 }))).code).to.equal('IMAGE_PULL_FAILED');
      await service().settled();
    });

    it('rejects with DEADLINE_EXCEEDED after the limit of the whole call', async () => {
      service().on('POST images/pull', () => undefined);
      expect((await rejectionOf(ensure({ timeoutMs: 50, retries: 5 }))).code).to.equal('DEADLINE_EXCEEDED');
      await service().settled();
      expect(pulls()).to.equal(1);
    });
  });

  context('when the signal aborts', () => {
    for (const [kind, reason] of Object.entries({
      error: new Error('enough'),
      text: 'text',
      object: { an: 1 },
    })) {
      it(`ends the pull and rejects with the reason: ${kind}`, async () => {
        const controller = new AbortController();
        service().on('POST images/pull', ({ response }) => {
          response.write('{"stream":"Copying blob\\n"}\n');
        });
        const error = await rejectionOf(
          ensure({
            signal: controller.signal,
            retries: 3,
            onProgress() {
              controller.abort(reason);
            },
          }),
        );
        expect(error).to.equal(reason);
        await service().settled();
        expect(pulls()).to.equal(1);
      });
    }

    it('does not wait for the next attempt', async () => {
      const controller = new AbortController();
      service().on('POST images/pull', (exchange) => {
        pullAnswer({ error: 'i/o timeout' })(exchange);
        exchange.response.once('close', () =>
          setImmediate(() => {
            controller.abort('enough');
          }),
        );
      });
      const begun = performance.now();
      expect(await rejectionOf(ensure({ signal: controller.signal, retries: 20 }))).to.equal('enough');
      expect(performance.now() - begun).to.be.lessThan(400);
    });
  });

  context('when an option is wrong', () => {
    const wrong: Readonly<Record<string, EnsureImageOptions>> = {
      policy: { policy: 'sometimes' as 'always' },
      'platform.architecture': { platform: { architecture: 1 as unknown as string } },
      'credentials.username': { credentials: { username: '', password: '' } },
      'credentials.password': { credentials: { username: 'me', password: 1 as unknown as string } },
      tlsVerify: { tlsVerify: 'yes' as unknown as boolean },
      timeoutMs: { timeoutMs: -1 },
      idleTimeoutMs: { idleTimeoutMs: 0.5 },
      retries: { retries: 21 },
    };
    for (const [field, options] of Object.entries(wrong)) {
      it(`rejects with INVALID_ARGUMENT: ${field}`, async () => {
        const error: unknown = await rejectionOf(ensure(options));
        expect(error).to.be.instanceOf(InvalidArgumentError).with.property('field', field);
        expect(service().requests).to.deep.equal([]);
      });
    }
  });
});

describe('inspectImage', () => {
  const service = useScriptedService();

  it('makes do without what an image may lack', async () => {
    service().on('GET images/bare/json', (exchange) => {
      const { Id, Size, Architecture, Os } = WIRE_IMAGE;
      exchange.reply(200, {
        Id: `sha256:${Id}`,
        Size,
        Architecture,
        Os,
        Digest: '',
        RepoTags: null,
        Config: null,
        Created: '0001-01-01T00:00:00Z',
      });
    });
    const image = await inspectImage(service().client(), 'bare', {});
    expect(image).to.deep.include({ id: ID, digest: undefined, labels: {}, env: {}, createdAt: undefined });
    expect(image.references).to.deep.equal([]);
  });

  it('names one that has no tag by its digests, and one made in 1970 by its date', async () => {
    service().on('GET images/bare/json', (exchange) => {
      exchange.reply(200, { ...WIRE_IMAGE, RepoTags: [], Created: '1970-01-01T00:00:00Z' });
    });
    const image = await inspectImage(service().client(), 'bare', {});
    expect(image).to.deep.include({ references: WIRE_IMAGE.RepoDigests, createdAt: 0 });
  });

  it('rejects with IMAGE_NOT_FOUND', async () => {
    service().on('GET images/bare/json', absent);
    expect((await rejectionOf(inspectImage(service().client(), 'bare', {}))).code).to.equal(
      'IMAGE_NOT_FOUND',
    );
  });

  it('rejects with INVALID_ARGUMENT for an empty reference, which would be another endpoint', async () => {
    expect((await rejectionOf(inspectImage(service().client(), '', {}))).code).to.equal('INVALID_ARGUMENT');
  });
});

describe('removeImage', () => {
  const service = useScriptedService();
  const route = `DELETE images/${ESCAPED}`;

  it('removes it', async () => {
    service().on(route, (exchange) => {
      exchange.reply(200, { Deleted: [ID], Untagged: [REFERENCE], Errors: [], ExitCode: 0 });
    });
    await removeImage(service().client(), REFERENCE, {});
    expect(service().requests).to.deep.equal([route]);
  });

  it('takes an absent one for removed', async () => {
    service().on(route, absent);
    await removeImage(service().client(), REFERENCE, {});
  });

  it('rejects with IMAGE_IN_USE while a container uses it', async () => {
    service().on(route, (exchange) => {
      exchange.reply(409, {
        cause: 'image is in use by a container',
        message: 'image used by 05: …',
        response: 409,
      });
    });
    expect((await rejectionOf(removeImage(service().client(), REFERENCE, {}))).code).to.equal('IMAGE_IN_USE');
  });

  it('rejects with RUNTIME_ERROR for an error inside a 200', async () => {
    service().on(route, (exchange) => {
      exchange.reply(200, { Deleted: null, Errors: ['', 'layer is busy'], ExitCode: 1 });
    });
    const error = await rejectionOf(removeImage(service().client(), REFERENCE, {}));
    expect(error).to.deep.include({ code: 'RUNTIME_ERROR', runtimeMessage: 'layer is busy' });
  });
});
