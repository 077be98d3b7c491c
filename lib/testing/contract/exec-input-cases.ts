import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { ExecSession } from '../../container/exec.js';
import { rejection } from './expectations.js';
import type { CaseGroup } from './case-group.js';

const MUCH = 8 * 1024 * 1024;

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function* endless(): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(16 * 1024, 'x');
  for (;;) {
    // Without it, writes that are dropped at once would let nothing else in this process run, a time limit neither.
    await turn();
    yield chunk;
  }
}

/** Reads a session's stdout until so many bytes have come, without ending it. */
async function take(output: AsyncIterator<{ readonly bytes: Uint8Array }>, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let came = 0; came < length;) {
    const next = await output.next();
    if (next.done === true) break;
    chunks.push(next.value.bytes);
    came += next.value.bytes.length;
  }
  return Buffer.concat(chunks);
}

async function endOf(session: ExecSession, output: AsyncIterator<unknown>): Promise<number | null> {
  while ((await output.next()).done !== true);
  return (await session.ending).exitCode;
}

export const execInputCases: CaseGroup = {
  group: 'exec input',
  cases: {
    async 'ends at once when there is none'(bench) {
      assert.equal((await bench.ask(await bench.running(), bench.programs.countInput())).trim(), '0');
    },
    async 'takes text, bytes and streams, and ends after them'(bench) {
      const container = await bench.running();
      const text = 'žluťoučký kůň';
      const bytes = Buffer.from(text);
      const inputs = [
        ['', ''],
        [text, text],
        [bytes, text],
        [Uint8Array.from(bytes), text],
        [chunksOf(), ''],
        [chunksOf(bytes, bytes), text + text],
      ] as const;
      for (const [stdin, expected] of inputs) {
        const { stdout } = await bench.manager.exec(container, bench.programs.copyInput(), { stdin });
        assert.equal(stdout.toString(), expected);
      }
    },
    async 'passes much of it on'(bench) {
      const container = await bench.running();
      const stdin = Buffer.alloc(MUCH, 'x');
      assert.equal((await bench.ask(container, bench.programs.countInput(), { stdin })).trim(), String(MUCH));
    },
    async 'passes control bytes that come one by one'(bench) {
      const container = await bench.running();
      await using session = await bench.manager.openExec(container, bench.programs.copyInput(), {
        stdin: true,
      });
      const output = session.output[Symbol.asyncIterator]();
      // ctrl-p, ctrl-q detaches from a container in more than one runtime, ctrl-c and ctrl-d mean something to terminals.
      for (const byte of [0x10, 0x11, 0x03, 0x04, 0x1a, 0x1c, 0x10, 0x11]) {
        await session.stdin!.write(Buffer.from([byte]));
        assert.deepEqual([...(await take(output, 1))], [byte]);
      }
      await session.stdin!.end();
      assert.equal(await endOf(session, output), 0);
    },
    async 'can be closed while the output goes on'(bench) {
      const container = await bench.running();
      await using session = await bench.manager.openExec(container, bench.programs.countInput(), {
        stdin: true,
      });
      await session.stdin!.write('12345');
      await session.stdin!.write(Buffer.from('678'));
      await session.stdin!.end();
      const output = session.output[Symbol.asyncIterator]();
      assert.equal((await take(output, 2)).toString().trim(), '8');
      assert.equal(await endOf(session, output), 0);
    },
    async 'may be more than the command reads'(bench) {
      const container = await bench.running();
      const command = bench.programs.copySomeInput(10, 4);
      const result = await bench.manager.exec(container, command, { stdin: Buffer.alloc(MUCH, 'x') });
      assert.deepEqual([result.exitCode, result.stdout.toString()], [4, 'x'.repeat(10)]);
      assert.equal(result.stderr.toString(), '');
    },
    async 'may never end where the command does'(bench) {
      const container = await bench.running();
      const result = await bench.manager.exec(container, bench.programs.copySomeInput(10, 4), {
        stdin: endless(),
      });
      assert.deepEqual([result.exitCode, result.stdout.toString()], [4, 'x'.repeat(10)]);
      assert.equal(result.stderr.toString(), '');
    },
    async 'may never come where the command does not read it'(bench) {
      const container = await bench.running();
      const silent: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
      };
      const command = bench.programs.print({ stdout: 'done', exitCode: 3 });
      const result = await bench.manager.exec(container, command, { stdin: silent });
      assert.deepEqual([result.exitCode, result.stdout.toString()], [3, 'done']);
    },
    async 'is dropped when the command has ended'(bench) {
      const container = await bench.running();
      await using session = await bench.manager.openExec(container, bench.programs.print({ exitCode: 3 }), {
        stdin: true,
      });
      assert.equal(await endOf(session, session.output[Symbol.asyncIterator]()), 3);
      await session.stdin!.write('too late');
      await session.stdin!.end();
    },
    async 'ends the command when it fails, and the call rejects with the same'(bench) {
      const container = await bench.running();
      const failure = new Error('the input cannot be read');
      const pids: string[] = [];
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        while (pids.length === 0) yield await Promise.resolve(Buffer.from('x'));
        throw failure;
      };
      let text = '';
      const call = bench.manager.exec(container, bench.programs.hold(), {
        stdin: failing(),
        output({ bytes }) {
          text += Buffer.from(bytes).toString();
          if (text.includes('\n')) pids.push(...text.trim().split(' '));
        },
      });
      assert.equal(await rejection(call), failure);
      await bench.assertGone(container, pids);
    },
  },
};
