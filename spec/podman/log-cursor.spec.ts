import { expect } from 'chai';
import fc from 'fast-check';
import type { OutputChannel, OutputChunk } from '../../lib/container/output-chunk.js';
import { LogCursor } from '../../lib/podman/log-cursor.js';
import { rejectionOf } from '../support/rejection.js';

const CONTEXT = { operation: 'logs', container: 'c1' };
const LONG = 200_000;

type Piece = readonly [OutputChannel, string];

async function* logOf(...pieces: readonly Piece[]): AsyncGenerator<OutputChunk> {
  for (const [channel, text] of pieces) {
    await Promise.resolve();
    yield { channel, bytes: Buffer.from(text, 'latin1'), time: 1 };
  }
}

async function advance(cursor: LogCursor, complete: boolean, ...pieces: readonly Piece[]) {
  const given = { stdout: '', stderr: '' };
  for await (const { channel, bytes } of cursor.advance(logOf(...pieces), complete)) {
    given[channel] += Buffer.from(bytes).toString('latin1');
  }
  return given;
}

function out(text: string): Piece {
  return ['stdout', text];
}

function err(text: string): Piece {
  return ['stderr', text];
}

describe('LogCursor', () => {
  it('gives each byte once, whatever the reads have in common', async () => {
    const cursor = new LogCursor(undefined, CONTEXT);
    expect(await advance(cursor, false, out('a\n'), err('x\n'), out('b\n'))).to.deep.equal({
      stdout: 'a\n',
      stderr: 'x\n',
    });
    expect(await advance(cursor, false, out('a\n'), err('x\n'), out('b\n'), out('c\n'))).to.deep.equal({
      stdout: 'b\n',
      stderr: '',
    });
    expect(await advance(cursor, true, out('a\nb\nc\n'), err('x\ny'))).to.deep.equal({
      stdout: 'c\n',
      stderr: 'y',
    });
  });

  context('when the log may still grow', () => {
    it('keeps the last line back until another read agrees', async () => {
      const cursor = new LogCursor(undefined, CONTEXT);
      expect(await advance(cursor, false, out('one\ntwo\n'))).to.include({ stdout: 'one\n' });
      expect(cursor.holding).to.equal(true);
      expect(await advance(cursor, false, out('one\ntwo\n'))).to.include({ stdout: 'two\n' });
      expect(cursor.holding).to.equal(false);
    });

    it('never gives the newline that the service puts after half a line', async () => {
      const cursor = new LogCursor(undefined, CONTEXT);
      expect(await advance(cursor, false, out('one\n'), out('tw\n'))).to.include({ stdout: 'one\n' });
      expect(await advance(cursor, false, out('one\n'), out('two thr\n'))).to.include({ stdout: '' });
      expect(await advance(cursor, true, out('one\n'), out('two three\n'))).to.include({
        stdout: 'two three\n',
      });
    });

    it('gives a line without a newline once it is agreed on, and later its rest', async () => {
      const cursor = new LogCursor(undefined, CONTEXT);
      await advance(cursor, false, out('pass'), out('word: '));
      expect(await advance(cursor, false, out('password: '))).to.include({ stdout: 'password: ' });
      expect(await advance(cursor, false, out('password: secret\n'))).to.include({ stdout: '' });
      expect(cursor.holding).to.equal(true);
      expect(await advance(cursor, false, out('password: secret\n'))).to.include({ stdout: 'secret\n' });
    });

    it('keeps back no more than 64 KiB of a line, wherever it is cut', async () => {
      for (const size of [LONG, 1000, 65_536, 70_001]) {
        const cursor = new LogCursor(undefined, CONTEXT);
        const text = 'x'.repeat(LONG);
        const pieces = (text.match(new RegExp(`x{1,${size}}`, 'g')) ?? []).map(out);
        expect((await advance(cursor, false, ...pieces)).stdout).to.have.lengthOf(LONG - 65_536);
        expect((await advance(cursor, false, out(text))).stdout).to.have.lengthOf(65_536);
      }
    });
  });

  context('when the log no longer begins as it did', () => {
    it('rejects with PROTOCOL_ERROR before it gives anything', async () => {
      const cursor = new LogCursor(undefined, CONTEXT);
      await advance(cursor, true, out('one\ntwo\n'));
      const error = await rejectionOf(advance(cursor, true, out('two\none\nthree\n')));
      expect(error).to.deep.include({ code: 'PROTOCOL_ERROR', container: 'c1' });
      expect(error.message).to.include('rotated');
    });

    it('rejects with PROTOCOL_ERROR when it is shorter', async () => {
      for (const pieces of [[], [out('on')], [err('one\n')]]) {
        const cursor = new LogCursor(undefined, CONTEXT);
        await advance(cursor, true, out('one\n'));
        expect((await rejectionOf(advance(cursor, false, ...pieces))).code).to.equal('PROTOCOL_ERROR');
      }
    });
  });

  context('when it starts within the log', () => {
    it('passes over what is in front, and remembers it', async () => {
      const cursor = new LogCursor({ stdout: 2, stderr: 0 }, CONTEXT);
      expect(await advance(cursor, false, out('a\nb\n'), err('x\n'))).to.include({ stdout: 'b\n' });
      expect(await advance(cursor, true, out('a\nb\n'), err('x\n'))).to.deep.equal({
        stdout: '',
        stderr: 'x\n',
      });
      expect((await rejectionOf(advance(cursor, true, out('c\nb\n'), err('x\n')))).code).to.equal(
        'PROTOCOL_ERROR',
      );
    });
  });

  context('when a read breaks', () => {
    it('goes on where it stood', async () => {
      const cursor = new LogCursor(undefined, CONTEXT);
      async function* broken(): AsyncGenerator<OutputChunk> {
        yield* logOf(out('a\n'), out('b\n'));
        throw new Error('broken');
      }
      let given = '';
      const read = async (): Promise<void> => {
        for await (const { bytes } of cursor.advance(broken(), false)) given += Buffer.from(bytes).toString();
      };
      expect((await rejectionOf(read())).message).to.equal('broken');
      expect(given).to.equal('a\n');
      expect(await advance(cursor, true, out('a\nb\nc\n'))).to.include({ stdout: 'b\nc\n' });
    });
  });

  it('gives the whole log, however it grows, is cut, and is half written', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' '), minLength: 1, maxLength: 12 });
    const piece = fc.tuple(fc.constantFrom<OutputChannel>('stdout', 'stderr'), text);
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.array(fc.tuple(fc.nat(), fc.boolean())), async (pieces, looks) => {
        const cursor = new LogCursor(undefined, CONTEXT);
        const given = { stdout: '', stderr: '' };
        const look = async (complete: boolean, ...seen: readonly Piece[]): Promise<void> => {
          const fresh = await advance(cursor, complete, ...seen);
          given.stdout += fresh.stdout;
          given.stderr += fresh.stderr;
        };
        const lines = asLines(pieces);
        const ends = looks
          .map(([end, half]) => [end % (lines.length + 1), half] as const)
          .sort(([a], [b]) => a - b);
        let written = 0;
        for (const [end, wanted] of ends) {
          const half = wanted && end > written;
          written = end;
          const seen = lines.slice(0, end);
          const last = seen.pop();
          // Half of the last line, with the service's newline. The line is whole long before the next read.
          if (last !== undefined)
            seen.push(half ? [last[0], `${last[1].slice(0, last[1].length / 2)}\n`] : last);
          await look(false, ...seen);
          if (half) await look(false, ...lines.slice(0, end));
        }
        await look(true, ...lines);
        for (const channel of ['stdout', 'stderr'] as const) {
          expect(given[channel]).to.equal(joined(lines, channel));
        }
      }),
    );
  });
});

/** Pieces as conmon writes them: one line, or part of one, each. */
function asLines(pieces: readonly Piece[]): Piece[] {
  return pieces.flatMap(([channel, text]) =>
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line): Piece => [channel, line]),
  );
}

function joined(pieces: readonly Piece[], channel: OutputChannel): string {
  return pieces.map(([own, text]) => (own === channel ? text : '')).join('');
}
