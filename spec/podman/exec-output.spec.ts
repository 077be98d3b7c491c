import { expect } from 'chai';
import type { OutputChannel, OutputChunk } from '../../lib/container/output-chunk.js';
import { isInputComplaint, isStartFailure, ServiceLineFilter } from '../../lib/podman/exec-output.js';

/** `1text` is stdout, `2text` stderr. */
async function filtered(terminal: boolean, ...chunks: string[]): Promise<{ passed: string[]; held: string }> {
  async function* source(): AsyncGenerator<OutputChunk> {
    for (const chunk of chunks) {
      await Promise.resolve();
      const channel: OutputChannel = chunk.startsWith('1') ? 'stdout' : 'stderr';
      yield { channel, bytes: Buffer.from(chunk.slice(1)), time: 0 };
    }
  }
  const filter = new ServiceLineFilter(terminal);
  const passed: string[] = [];
  for await (const { channel, bytes } of filter.filter(source())) {
    passed.push(`${channel === 'stdout' ? '1' : '2'}${Buffer.from(bytes).toString()}`);
  }
  return { passed, held: filter.heldText };
}

const start =
  'Error: runc: exec failed: no such file: OCI runtime attempted to invoke a command that was not found\n';
const input = 'Error: write unixpacket @->/proc/self/fd/16/attach: write: connection reset by peer\r\n';

describe('ServiceLineFilter', () => {
  it('passes on what is no line of the service', async () => {
    const chunks = ['1out', '2problem', '2Warning: x', '1Error: runc: on stdout', '2', '2rror: runc: '];
    expect(await filtered(false, ...chunks)).to.eql({ passed: chunks, held: '' });
  });

  it('holds a line of the service that nothing follows, however it is cut', async () => {
    for (const line of [start, input]) {
      for (let at = 1; at < line.length; at += 1) {
        const result = await filtered(false, '2before', `2${line.slice(0, at)}`, `2${line.slice(at)}`);
        expect(result).to.eql({ passed: ['2before'], held: line });
      }
    }
  });

  it('passes on in order what was held when other output follows', async () => {
    for (const chunks of [
      ['2Error: ', '2runc: x', '1more'],
      ['2Error: ', '2my own'],
    ]) {
      expect(await filtered(false, ...chunks)).to.eql({ passed: chunks, held: '' });
    }
  });

  it('holds a line of the service that follows what only looked like one', async () => {
    expect(await filtered(false, '2Error', `2${input}`)).to.eql({ passed: ['2Error'], held: input });
  });

  it('holds no more than 16 KiB', async () => {
    const chunks = ['2Error: runc: ', ...Array.from({ length: 20 }, () => `2${'x'.repeat(1000)}`)];
    const { passed, held } = await filtered(false, ...chunks);
    expect(passed).to.eql(chunks);
    expect(held).to.equal('');
  });

  context('with a terminal', () => {
    it('holds a line of the service at the beginning', async () => {
      expect(await filtered(true, `1${start}`)).to.eql({ passed: [], held: start });
    });

    it('holds nothing back once something came, so that a typed E is seen', async () => {
      expect(await filtered(true, '1$ ', '1E')).to.eql({ passed: ['1$ ', '1E'], held: '' });
    });
  });
});

describe('isStartFailure', () => {
  it('takes the words of the runtime with a code of the runtime', () => {
    for (const code of [125, 126, 127]) expect(isStartFailure(start, code)).to.equal(true);
    expect(isStartFailure('Error: runc: permission denied: OCI permission denied\n', 126)).to.equal(true);
  });

  it('refuses the words with another code, and other words with the code', () => {
    for (const code of [0, 1, 128]) expect(isStartFailure(start, code)).to.equal(false);
    for (const text of ['', 'sh: nope: not found\n', input])
      expect(isStartFailure(text, 127)).to.equal(false);
  });
});

describe('isInputComplaint', () => {
  it('takes the service’s complaints, and nothing besides', () => {
    const read = input.replaceAll('write', 'read');
    for (const text of [input, read, input + read]) expect(isInputComplaint(text)).to.equal(true);
    for (const text of ['', start, `${input}more\n`, `more\n${input}`])
      expect(isInputComplaint(text)).to.equal(false);
  });
});
