import { expect } from 'chai';
import { execToEnd } from '../../lib/container/exec-to-end.js';
import type { ExecEnding, ExecOptions, ExecResult, ExecSession } from '../../lib/container/exec.js';
import type { OutputChunk } from '../../lib/container/output-chunk.js';
import { rejectionOf } from '../support/rejection.js';

const ended: ExecEnding = {
  outcome: 'exited',
  exitCode: 0,
  signal: null,
  complete: true,
  reaped: true,
  startedAt: 1,
  endedAt: 2,
  stdoutBytes: 6,
  stderrBytes: 3,
};

/** A session whose output is this, and which ends so. */
class TestSession implements ExecSession {
  readonly id = 'e1';
  readonly stdin = undefined;
  readonly ending: Promise<ExecEnding>;
  closed = 0;

  readonly output = (async function* (): AsyncGenerator<OutputChunk> {
    for (const text of ['1abc', '2xyz', '1def']) {
      await Promise.resolve();
      yield {
        channel: text.startsWith('1') ? 'stdout' : 'stderr',
        bytes: Buffer.from(text.slice(1)),
        time: 0,
      };
    }
  })();

  constructor(ending: ExecEnding) {
    this.ending = Promise.resolve(ending);
  }

  resize(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

describe('execToEnd', () => {
  function run(session: ExecSession, options: ExecOptions = {}): Promise<ExecResult> {
    return execToEnd({ openExec: () => Promise.resolve(session) }, 'c1', ['sh'], options);
  }

  it('gives the ending with the output, and closes the session', async () => {
    const session = new TestSession(ended);
    const result = await run(session);
    expect(result).to.deep.include(ended);
    expect([result.stdout.toString(), result.stderr.toString()]).to.eql(['abcdef', 'xyz']);
    expect(session.closed).to.equal(1);
  });

  it('keeps the beginning of each channel, and says that it is less', async () => {
    const result = await run(new TestSession(ended), { captureBytes: 4 });
    expect(result).to.include({ captureTruncated: true, stdoutBytes: 6 });
    expect([result.stdout.toString(), result.stderr.toString()]).to.eql(['abcd', 'xyz']);
  });

  it('waits for the sink before it reads on', async () => {
    const order: string[] = [];
    await run(new TestSession(ended), {
      output: async ({ bytes }) => {
        order.push(`in ${Buffer.from(bytes).toString()}`);
        await new Promise(setImmediate);
        order.push('out');
      },
    });
    expect(order).to.eql(['in abc', 'out', 'in xyz', 'out', 'in def', 'out']);
  });

  it('does not wait for a sink once the command was ended', async () => {
    const session = new TestSession({ ...ended, outcome: 'timed-out', exitCode: null });
    const result = await run(session, { output: () => new Promise(() => undefined) });
    expect(result).to.include({ outcome: 'timed-out', exitCode: null });
  });

  it('rejects with the signal’s reason when that ended the command', async () => {
    const session = new TestSession({ ...ended, outcome: 'aborted', exitCode: null });
    expect(await rejectionOf(run(session, { signal: AbortSignal.abort('enough') }))).to.equal('enough');
    expect(session.closed).to.equal(1);
  });

  it('rejects with CLOSED when the manager ended the command', async () => {
    const session = new TestSession({ ...ended, outcome: 'aborted', exitCode: null });
    expect(await rejectionOf(run(session))).to.include({
      code: 'CLOSED',
      operation: 'exec',
      container: 'c1',
    });
  });

  it('rejects with INVALID_ARGUMENT before anything is started', async () => {
    const openExec = (): Promise<ExecSession> => Promise.reject(new Error('it was started'));
    for (const [options, field] of [
      [{ stdin: 7 }, 'stdin'],
      [{ captureBytes: -1 }, 'captureBytes'],
    ] as const) {
      const running = execToEnd({ openExec }, 'c1', ['sh'], options as unknown as ExecOptions);
      expect(await rejectionOf(running)).to.include({ code: 'INVALID_ARGUMENT', field });
    }
  });
});
