import { expect } from 'chai';
import fc from 'fast-check';
import type { OutputChannel, OutputChunk } from '../../lib/container/output-chunk.js';
import { findTail } from '../../lib/podman/log-tail.js';

type Piece = readonly [OutputChannel, string];

async function* logOf(pieces: readonly Piece[]): AsyncGenerator<OutputChunk> {
  for (const [channel, text] of pieces) {
    await Promise.resolve();
    yield { channel, bytes: Buffer.from(text), time: 0 };
  }
}

describe('findTail', () => {
  const log: readonly Piece[] = [
    ['stdout', '1\n'],
    ['stderr', 'e1\n'],
    ['stdout', '2'],
    ['stderr', 'e2\n'],
    ['stdout', '2\n'],
    ['stderr', 'rest'],
  ];

  const starts: readonly (readonly [number, number, number])[] = [
    [0, 5, 10],
    [1, 5, 6],
    [2, 2, 6],
    [3, 2, 3],
    [4, 2, 0],
    [5, 0, 0],
    [6, 0, 0],
    [1_000_000, 0, 0],
  ];
  for (const [lines, stdout, stderr] of starts) {
    it(`finds the last ${lines} of five lines, of both channels together`, async () => {
      expect(await findTail(logOf(log), lines)).to.deep.equal({ stdout, stderr });
    });
  }

  it('takes the line that was written to last for the last, where neither channel has a newline', async () => {
    const [out, err]: readonly Piece[] = [
      ['stdout', 'out'],
      ['stderr', 'err'],
    ];
    expect(await findTail(logOf([out!, err!]), 1)).to.deep.equal({ stdout: 3, stderr: 0 });
    expect(await findTail(logOf([err!, out!]), 1)).to.deep.equal({ stdout: 0, stderr: 3 });
  });

  it('finds the beginning of a log without lines', async () => {
    expect(await findTail(logOf([['stdout', '']]), 1)).to.deep.equal({ stdout: 0, stderr: 0 });
  });

  it('finds the last lines of one channel, wherever it is cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', '\n') });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.nat(10), async (texts, lines) => {
        const text = texts.join('');
        const all = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
        const { stdout } = await findTail(logOf(texts.map((part) => ['stdout', part])), lines);
        expect(text.slice(stdout)).to.equal(lines === 0 ? '' : all.slice(-lines).join(''));
      }),
    );
  });
});
