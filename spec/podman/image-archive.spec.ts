import { expect } from 'chai';
import { importImage, loadImages } from '../../lib/podman/images.js';
import { rejectionOf } from '../support/rejection.js';
import { useScriptedService, type Exchange } from '../support/scripted-service.js';

const ID = 'cd'.repeat(32);
const REFERENCE = 'localhost:5000/root:1';
const EMPTY_LAYER = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const BROKEN = 'processing tar file(archive/tar: invalid tar header): exit status 1';

function wireImage(layer: string): object {
  return {
    Id: ID,
    Size: 1,
    Architecture: 'amd64',
    Os: 'linux',
    RepoTags: [REFERENCE],
    RootFS: { Layers: [layer] },
  };
}

/** An archive that notices whether it was closed. */
class Archive implements AsyncIterable<Uint8Array> {
  closed = false;
  readonly #chunks: readonly (string | Error)[];

  constructor(...chunks: readonly (string | Error)[]) {
    this.#chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of this.#chunks) {
        await Promise.resolve();
        if (chunk instanceof Error) throw chunk;
        yield Buffer.from(chunk);
      }
    } finally {
      this.closed = true;
    }
  }
}

describe('importImage', () => {
  const service = useScriptedService();
  let imported: Exchange | undefined;

  beforeEach(() => {
    service().on('POST images/import', (exchange) => {
      imported = exchange;
      exchange.reply(200, { Id: `sha256:${ID}` });
    });
    service().on(`GET images/${ID}/json`, (exchange) => {
      exchange.reply(200, wireImage('sha256:1'));
    });
  });

  it('sends the archive as a tar, never as a form, and describes the image', async () => {
    const image = await importImage(service().client(), REFERENCE, new Archive('', 'some ', '', 'bytes'), {
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      changes: ['CMD ["/bin/sh"]', 'ENV A=b'],
    });
    expect(image).to.deep.include({ id: ID, references: [REFERENCE] });
    expect(imported!.headers['content-type']).to.equal('application/x-tar');
    expect(imported!.body.toString()).to.equal('some bytes');
    expect([...imported!.query]).to.deep.equal([
      ['reference', REFERENCE],
      ['changes', 'CMD ["/bin/sh"]'],
      ['changes', 'ENV A=b'],
      ['OS', 'linux'],
      ['Architecture', 'arm64'],
      ['Variant', 'v8'],
    ]);
  });

  it('gives a name without a tag the tag "latest"', async () => {
    await importImage(service().client(), 'localhost:5000/root', new Archive('x'), {});
    expect(imported!.query.get('reference')).to.equal('localhost:5000/root:latest');
  });

  context('when the archive has no bytes', () => {
    for (const chunks of [[], ['', '']]) {
      it(`rejects with IMAGE_INVALID and sends nothing: ${chunks.length} chunks`, async () => {
        const error = await rejectionOf(
          importImage(service().client(), REFERENCE, new Archive(...chunks), {}),
        );
        expect(error).to.deep.include({ code: 'IMAGE_INVALID', image: REFERENCE });
        expect(service().requests).to.deep.equal([]);
      });
    }
  });

  context('when the service made an image of nothing', () => {
    it('removes it and rejects with IMAGE_INVALID', async () => {
      service().on(`GET images/${ID}/json`, (exchange) => {
        exchange.reply(200, wireImage(EMPTY_LAYER));
      });
      service().on(`DELETE images/${ID}`, (exchange) => {
        exchange.reply(200, {});
      });
      const error = await rejectionOf(importImage(service().client(), REFERENCE, new Archive('x'), {}));
      expect(error.code).to.equal('IMAGE_INVALID');
      expect(service().requests.at(-1)).to.equal(`DELETE images/${ID}`);
    });
  });

  context('when the service cannot read the archive', () => {
    it('rejects with IMAGE_INVALID and its words', async () => {
      service().on('POST images/import', (exchange) => {
        exchange.reply(500, {
          cause: 'exit status 1',
          message: `unable to import tarball: ${BROKEN}`,
          response: 500,
        });
      });
      const error = await rejectionOf(importImage(service().client(), REFERENCE, new Archive('x'), {}));
      expect(error).to.deep.include({ code: 'IMAGE_INVALID', status: 500, image: REFERENCE });
      expect(error.runtimeMessage).to.include(BROKEN);
    });
  });

  context('when the service has no room for it', () => {
    it('rejects with RUNTIME_ERROR: the archive is not to blame', async () => {
      const cause = 'processing tar file(write /bin/x: no space left on device): exit status 1';
      service().on('POST images/import', (exchange) => {
        exchange.reply(500, { cause, message: cause, response: 500 });
      });
      const error = await rejectionOf(importImage(service().client(), REFERENCE, new Archive('x'), {}));
      expect(error.code).to.equal('RUNTIME_ERROR');
    });
  });

  context('when the service refuses a change', () => {
    it('rejects with INVALID_ARGUMENT that names it', async () => {
      const cause = 'invalid change "FOO bar" - invalid instruction FOO';
      service().on('POST images/import', (exchange) => {
        exchange.reply(500, { cause, message: `unable to import tarball: ${cause}`, response: 500 });
      });
      const changes = ['ENV A=b', 'FOO bar'];
      const error = await rejectionOf(
        importImage(service().client(), REFERENCE, new Archive('x'), { changes }),
      );
      expect(error).to.deep.include({ code: 'INVALID_ARGUMENT', field: 'changes', value: 'FOO bar' });
      expect(error.message).to.include('invalid instruction FOO');
    });
  });

  context('when the archive fails', () => {
    for (const chunks of [[new Error('disk')], ['x', new Error('disk')]]) {
      it(`rejects with the same: after ${chunks.length - 1} chunks`, async () => {
        const promise = importImage(service().client(), REFERENCE, new Archive(...chunks), {});
        expect(await rejectionOf(promise)).to.equal(chunks.at(-1));
      });
    }
  });

  context('when the signal aborts', () => {
    it('rejects with the reason and closes the archive, before anything was sent', async () => {
      const archive = new Archive('x');
      const options = { signal: AbortSignal.abort('enough') };
      expect(await rejectionOf(importImage(service().client(), REFERENCE, archive, options))).to.equal(
        'enough',
      );
      expect(archive.closed).to.equal(true);
      expect(service().requests).to.deep.equal([]);
    });

    it('rejects with the reason and closes the archive, in the middle of it', async () => {
      const controller = new AbortController();
      let closed = false;
      async function* archive(): AsyncGenerator<Uint8Array> {
        try {
          for (let count = 0; ; count += 1) {
            if (count === 3) controller.abort('enough');
            yield await new Promise<Uint8Array>((resolve) => setImmediate(resolve, Buffer.alloc(1000)));
          }
        } finally {
          closed = true;
        }
      }
      const promise = importImage(service().client(), REFERENCE, archive(), { signal: controller.signal });
      expect(await rejectionOf(promise)).to.equal('enough');
      expect(closed).to.equal(true);
    });
  });

  context('when an argument is wrong', () => {
    for (const [field, reference, options] of [
      ['reference', 'UPPER', {}],
      ['platform.os', REFERENCE, { platform: { os: 1 as unknown as string } }],
      ['changes[0]', REFERENCE, { changes: [1 as unknown as string] }],
    ] as const) {
      it(`rejects with INVALID_ARGUMENT: ${field}`, async () => {
        const error = await rejectionOf(
          importImage(service().client(), reference, new Archive('x'), options),
        );
        expect(error).to.deep.include({ code: 'INVALID_ARGUMENT', field });
      });
    }
  });
});

describe('loadImages', () => {
  const service = useScriptedService();

  it('sends the archive as a tar and gives the references', async () => {
    service().on('POST images/load', (exchange) => {
      expect(exchange.headers['content-type']).to.equal('application/x-tar');
      expect(exchange.body.toString()).to.equal('an archive');
      exchange.reply(200, { Names: ['localhost/a:1', 'localhost/b:1'] });
    });
    const names = await loadImages(service().client(), new Archive('an archive'), {});
    expect(names).to.deep.equal(['localhost/a:1', 'localhost/b:1']);
  });

  it('rejects with IMAGE_INVALID when it holds no image', async () => {
    const message =
      'unable to load image: payload does not match any of the supported image formats:\n * oci: …';
    service().on('POST images/load', (exchange) => {
      exchange.reply(500, { cause: message, message, response: 500 });
    });
    expect((await rejectionOf(loadImages(service().client(), new Archive('x'), {}))).code).to.equal(
      'IMAGE_INVALID',
    );
  });

  it('rejects with IMAGE_INVALID when it has no bytes', async () => {
    expect((await rejectionOf(loadImages(service().client(), new Archive(), {}))).code).to.equal(
      'IMAGE_INVALID',
    );
  });
});
