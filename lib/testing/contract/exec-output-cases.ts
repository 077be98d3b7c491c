import assert from 'node:assert/strict';
import type { OutputChunk } from '../../container/output-chunk.js';
import { collect, joinOutput, rejection } from './expectations.js';
import type { CaseGroup } from './case-group.js';

/** More than all pipes, sockets and buffers on the way hold together. */
const MUCH = 64 * 1024 * 1024;
const LAST = 200_000;

export const execOutputCases: CaseGroup = {
  group: 'exec output',
  cases: {
    async 'keeps stdout and stderr apart, byte for byte'(bench) {
      const container = await bench.running();
      const texts = { stdout: 'žluťoučký\n\n\tend', stderr: 'Error: nothing\r\nof the kind' };
      const chunks: OutputChunk[] = [];
      const result = await bench.manager.exec(container, bench.programs.print({ ...texts, exitCode: 1 }), {
        output(chunk) {
          chunks.push(chunk);
        },
      });
      const came = joinOutput(chunks);
      assert.deepEqual({ stdout: came.stdout.toString(), stderr: came.stderr.toString() }, texts);
      assert.deepEqual({ stdout: result.stdout.toString(), stderr: result.stderr.toString() }, texts);
      assert.equal(result.stdoutBytes, Buffer.byteLength(texts.stdout));
      assert.equal(result.stderrBytes, Buffer.byteLength(texts.stderr));
      assert.equal(result.captureTruncated, false);
      for (const { time } of chunks) assert.ok(result.startedAt <= time && time <= result.endedAt);
    },
    async 'passes every byte value'(bench) {
      const container = await bench.running();
      const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
      const { stdout } = await bench.manager.exec(container, bench.programs.copyInput(), { stdin: bytes });
      assert.ok(stdout.equals(bytes));
    },
    async 'gives nothing of a command that writes nothing'(bench) {
      const container = await bench.running();
      const result = await bench.manager.exec(container, bench.programs.print({}));
      assert.deepEqual([result.stdout.length, result.stderr.length, result.captureTruncated], [0, 0, false]);
      assert.deepEqual([result.stdoutBytes, result.stderrBytes, result.complete], [0, 0, true]);
    },
    async 'gives long output in order and whole'(bench) {
      const container = await bench.running();
      const chunks: OutputChunk[] = [];
      const result = await bench.manager.exec(container, bench.programs.printSequence(LAST), {
        captureBytes: 0,
        async output(chunk) {
          chunks.push({ ...chunk, bytes: Uint8Array.from(chunk.bytes) });
          await Promise.resolve();
        },
      });
      const expected = Array.from({ length: LAST }, (_, index) => `${index + 1}\n`).join('');
      assert.ok(joinOutput(chunks).stdout.equals(Buffer.from(expected)));
      assert.equal(result.stdoutBytes, expected.length);
      assert.equal(result.stdout.length, 0);
      assert.equal(result.captureTruncated, true);
      assert.equal(result.complete, true);
    },
    async 'keeps the beginning, up to captureBytes of each channel'(bench) {
      const container = await bench.running();
      const command = bench.programs.print({ stdout: '123456', stderr: '12345' });
      const result = await bench.manager.exec(container, command, { captureBytes: 5 });
      assert.deepEqual([result.stdout.toString(), result.stderr.toString()], ['12345', '12345']);
      assert.equal(result.captureTruncated, true);
      assert.deepEqual([result.stdoutBytes, result.stderrBytes], [6, 5]);
    },
    async 'holds up a command whose output is not taken'(bench) {
      const { manager, programs } = bench;
      const container = await bench.running();
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const writing = manager.exec(container, programs.printThenTouch(MUCH, '/tmp/written'), {
        captureBytes: 0,
        output: () => held,
      });
      // Long enough for a command that nobody holds up.
      await bench.ask(container, programs.sleep(2));
      assert.notEqual((await manager.exec(container, programs.exists('/tmp/written'))).exitCode, 0);
      release();
      assert.equal((await writing).stdoutBytes, MUCH);
      await bench.ask(container, programs.exists('/tmp/written'));
    },
    async 'ends a command whose sink throws, and rejects with the same'(bench) {
      const container = await bench.running();
      const failure = new Error('the disk is full');
      for (const output of [
        () => {
          throw failure;
        },
        () => Promise.reject(failure),
      ]) {
        let text = '';
        const call = bench.manager.exec(container, bench.programs.hold(), {
          output(chunk) {
            text += Buffer.from(chunk.bytes).toString();
            return text.includes('\n') ? output() : undefined;
          },
        });
        assert.equal(await rejection(call), failure);
        await bench.assertGone(container, text.trim().split(' '));
      }
    },
    async 'comes from a session, once, and then how it ended'(bench) {
      const container = await bench.running();
      const command = bench.programs.print({ stdout: 'out', stderr: 'err', exitCode: 3 });
      await using session = await bench.manager.openExec(container, command);
      assert.equal(session.stdin, undefined);
      assert.notEqual(session.id, '');
      const { stdout, stderr } = joinOutput(await collect(session.output));
      assert.deepEqual([stdout.toString(), stderr.toString()], ['out', 'err']);
      const { outcome, exitCode, complete, stdoutBytes } = await session.ending;
      assert.deepEqual([outcome, exitCode, complete, stdoutBytes], ['exited', 3, true, 3]);
      await session.close();
      assert.equal((await session.ending).outcome, 'exited');
    },
    async 'ends the command when the reader breaks out of it'(bench) {
      const container = await bench.running();
      await using session = await bench.manager.openExec(container, bench.programs.hold());
      let text = '';
      for await (const { bytes } of session.output) {
        text += Buffer.from(bytes).toString();
        if (text.includes('\n')) break;
      }
      assert.equal((await session.ending).outcome, 'aborted');
      await bench.assertGone(container, text.trim().split(' '));
    },
    async 'ends the command when the reader breaks out of output that never ends'(bench) {
      const container = await bench.running();
      await using session = await bench.manager.openExec(container, bench.programs.printForever());
      for await (const chunk of session.output) if (chunk.bytes.length > 0) break;
      const { outcome, reaped } = await session.ending;
      assert.deepEqual([outcome, reaped], ['aborted', true]);
    },
    async 'ends with the command, though a child that it left holds the output'(bench) {
      const container = await bench.running();
      const result = await bench.manager.exec(container, bench.programs.leaveChild(5));
      assert.deepEqual([result.exitCode, result.outcome], [5, 'exited']);
      const pid = result.stdout.toString().trim();
      await bench.ask(container, bench.programs.isAlive(pid));
    },
  },
};
