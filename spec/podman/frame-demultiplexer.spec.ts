import { expect } from 'chai';
import fc from 'fast-check';
import type { OutputChunk } from '../../lib/container/output-chunk.js';
import { demultiplex } from '../../lib/podman/frame-demultiplexer.js';
import { rejectionOf } from '../support/rejection.js';
import { cutAt, frame } from '../support/frames.js';

const errorContext = { operation: 'exec', container: 'c1' };

async function read(source: AsyncIterable<Uint8Array>): Promise<OutputChunk[]> {
  const chunks: OutputChunk[] = [];
  for await (const chunk of demultiplex(source, errorContext)) chunks.push(chunk);
  return chunks;
}

/** The channels' bytes, each joined. */
async function joined(source: AsyncIterable<Uint8Array>): Promise<{ stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  for (const { channel, bytes } of await read(source)) text[channel] += Buffer.from(bytes).toString('latin1');
  return text;
}

describe('demultiplex', () => {
  const bytes = Buffer.concat([
    frame(1, 'out'),
    frame(2, 'problem'),
    frame(1, ''),
    frame(0, 'echo'),
    frame(1, '!'),
  ]);
  const whole = { stdout: 'outecho!', stderr: 'problem' };

  context('when the stream is cut anywhere', () => {
    it('gives the same bytes for every single cut', async () => {
      for (let at = 0; at <= bytes.length; at += 1) expect(await joined(cutAt(bytes, [at]))).to.eql(whole);
    });

    it('gives the same bytes for every pair of cuts', async () => {
      for (let first = 1; first < bytes.length; first += 1) {
        for (let second = first; second < bytes.length; second += 1) {
          expect(await joined(cutAt(bytes, [first, second]))).to.eql(whole);
        }
      }
    });

    it('gives the same bytes when they come one by one', async () => {
      expect(await joined(cutAt(bytes, [...bytes.keys()]))).to.eql(whole);
    });

    it('gives the same bytes for any frames and any cuts', async () => {
      const frames = fc.array(
        fc.record({ stream: fc.integer({ min: 0, max: 2 }), payload: fc.uint8Array({ maxLength: 300 }) }),
      );
      await fc.assert(
        fc.asyncProperty(frames, fc.array(fc.nat(4000)), async (list, cuts) => {
          const of = (...streams: number[]): string =>
            Buffer.concat(
              list.filter(({ stream }) => streams.includes(stream)).map(({ payload }) => payload),
            ).toString('latin1');
          const sent = Buffer.concat(list.map(({ stream, payload }) => frame(stream, payload)));
          expect(await joined(cutAt(sent, cuts))).to.eql({ stdout: of(0, 1), stderr: of(2) });
        }),
      );
    });
  });

  context('when a chunk holds 5000 frames', () => {
    const line = 'x'.repeat(71) + '\n';
    const many = (frames: number): Buffer =>
      Buffer.concat(Array.from({ length: frames }, () => frame(1, line)));

    it('gives a slice of it for each, without copying', async () => {
      const source = many(5000);
      const chunks = await read(cutAt(source, []));
      expect(chunks).to.have.length(5000);
      expect(chunks.every((chunk) => chunk.bytes.buffer === source.buffer)).to.equal(true);
    });

    it('takes time in proportion to what comes', async () => {
      const elapsed = async (source: AsyncIterable<Uint8Array>): Promise<number> => {
        const started = performance.now();
        await read(source);
        return performance.now() - started;
      };
      await elapsed(cutAt(many(20_000), []));
      const small = await elapsed(cutAt(many(20_000), []));
      const large = await elapsed(cutAt(many(160_000), []));
      // Eight times the frames; by a square it would be 64 times.
      expect(large / small).to.be.lessThan(32);
    });
  });

  context('when a header names stream 3', () => {
    it('rejects with RUNTIME_ERROR and the words of the service', async () => {
      const error = await rejectionOf(
        read(cutAt(Buffer.concat([frame(1, 'a'), frame(3, 'it broke\n')]), [12, 17, 20])),
      );
      expect(error).to.include({ code: 'RUNTIME_ERROR', runtimeMessage: 'it broke', container: 'c1' });
    });
  });

  context('when what comes is not frames', () => {
    it('rejects with PROTOCOL_ERROR that shows the bytes', async () => {
      const error = await rejectionOf(read(cutAt(Buffer.from('A terminal is here'), [])));
      expect(error).to.include({ code: 'PROTOCOL_ERROR', operation: 'exec' });
      expect(error.message).to.include(Buffer.from('A termin').toString('hex'));
    });

    it('rejects with PROTOCOL_ERROR at the first byte that is wrong, and does not wait for more', async () => {
      for (const wrong of [[0x41], [4], [1, 1], [2, 0, 0, 7]]) {
        async function* prompt(): AsyncGenerator<Uint8Array> {
          yield frame(1, 'fine');
          yield Buffer.from(wrong);
          await new Promise(() => undefined);
        }
        expect(await rejectionOf(read(prompt()))).to.include({ code: 'PROTOCOL_ERROR' });
      }
    });

    it('rejects with PROTOCOL_ERROR for a length that no frame has, also with its highest bit set', async () => {
      for (const length of [16 * 1024 * 1024 + 1, 0x80000000, 0xffffffff]) {
        const header = Buffer.alloc(8);
        header[0] = 1;
        header.writeUInt32BE(length, 4);
        expect(await rejectionOf(read(cutAt(header, [])))).to.include({ code: 'PROTOCOL_ERROR' });
      }
    });
  });

  context('when the stream ends within a frame', () => {
    it('rejects with CONNECTION_LOST after it gave what came', async () => {
      const sent = Buffer.concat([frame(1, 'first'), frame(2, 'second')]);
      const boundaries = [0, 13, sent.length];
      for (let at = 0; at <= sent.length; at += 1) {
        let given = 0;
        const reading = (async () => {
          for await (const chunk of demultiplex(cutAt(sent.subarray(0, at), [5, 15]), errorContext))
            given += chunk.bytes.length;
        })();
        if (boundaries.includes(at)) await reading;
        else expect(await rejectionOf(reading)).to.include({ code: 'CONNECTION_LOST' });
        expect(given).to.equal(Math.min(Math.max(at - 8, 0), 5) + Math.max(at - 21, 0));
      }
    });
  });

  context('when the source fails', () => {
    it('rejects with what it failed with', async () => {
      const failure = new Error('gone');
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield frame(1, 'a');
        await Promise.resolve();
        throw failure;
      }
      expect(await rejectionOf(read(failing()))).to.equal(failure);
    });
  });
});
