import { expect } from 'chai';
import fc from 'fast-check';
import { parseNdjson } from '../../lib/podman/ndjson.js';
import { cutAt } from '../support/frames.js';
import { rejectionOf } from '../support/rejection.js';

const CONTEXT = { operation: 'events' };

async function valuesOf(source: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { value } of parseNdjson(source, CONTEXT)) values.push(value);
  return values;
}

describe('parseNdjson', () => {
  it('gives a value a line, wherever the bytes are cut', async () => {
    const bytes = Buffer.from('{"a":"🚀"}\r\n\n[1]\n  \n"é"\nnull\n');
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(await valuesOf(cutAt(bytes, [at]))).to.deep.equal([{ a: '🚀' }, [1], 'é', null]);
    }
    expect(await valuesOf(cutAt(bytes, [...bytes.keys()]))).to.deep.equal([{ a: '🚀' }, [1], 'é', null]);
  });

  it('gives any values back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.array(fc.nat(200)), async (values, cuts) => {
        const written = values.map((value) => JSON.stringify(value));
        const bytes = Buffer.from(written.map((text) => `${text}\n`).join(''));
        expect(await valuesOf(cutAt(bytes, cuts))).to.deep.equal(
          written.map((text) => JSON.parse(text) as unknown),
        );
      }),
    );
  });

  it('gives the text beside the value, for numbers that are too large', async () => {
    const { value } = await parseNdjson(
      cutAt(Buffer.from('{"n":1795459891735994571}\n'), []),
      CONTEXT,
    ).next();
    expect(value?.text).to.equal('{"n":1795459891735994571}');
  });

  it('gives a last line that has no newline', async () => {
    expect(await valuesOf(cutAt(Buffer.from('1\n{"id":"x"}'), []))).to.deep.equal([1, { id: 'x' }]);
  });

  it('takes a line of many chunks in linear time', async () => {
    const line = Buffer.from(`"${'x'.repeat(400_000)}"\n`);
    const begun = performance.now();
    expect(await valuesOf(cutAt(line, [...line.keys()]))).to.deep.equal(['x'.repeat(400_000)]);
    expect(performance.now() - begun).to.be.lessThan(5000);
  });

  context('when the source ends within a document', () => {
    it('rejects with CONNECTION_LOST', async () => {
      const error = await rejectionOf(valuesOf(cutAt(Buffer.from('{"a":1}\n{"b"'), [])));
      expect(error.code).to.equal('CONNECTION_LOST');
      expect(error.runtimeMessage).to.equal('{"b"');
    });
  });

  context('when a line is not JSON', () => {
    for (const line of ['Not Found', '{"a":1}{"b":2}', '{"a":']) {
      it(`rejects with PROTOCOL_ERROR: ${line}`, async () => {
        const error = await rejectionOf(valuesOf(cutAt(Buffer.from(`${line}\n1\n`), [])));
        expect(error.code).to.equal('PROTOCOL_ERROR');
        expect(error.runtimeMessage).to.equal(line);
      });
    }
  });

  context('when a line never ends', () => {
    it('rejects with PROTOCOL_ERROR and reads no further', async () => {
      let chunks = 0;
      async function* endless(): AsyncGenerator<Uint8Array> {
        const chunk = Buffer.alloc(1024 * 1024, 0x20);
        for (;;) {
          chunks += 1;
          yield await Promise.resolve(chunk);
        }
      }
      expect((await rejectionOf(valuesOf(endless()))).code).to.equal('PROTOCOL_ERROR');
      expect(chunks).to.equal(17);
    });
  });

  context('when it is broken off', () => {
    it('ends its source', async () => {
      let ended = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield await Promise.resolve(Buffer.from('1\n2\n'));
          throw new Error('read on');
        } finally {
          ended = true;
        }
      }
      for await (const { value } of parseNdjson(source(), CONTEXT)) {
        expect(value).to.equal(1);
        break;
      }
      expect(ended).to.equal(true);
    });
  });
});
