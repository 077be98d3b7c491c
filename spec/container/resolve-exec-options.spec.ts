import { expect } from 'chai';
import type { ExecOptions } from '../../lib/container/exec.js';
import {
  assertExecInput,
  resolveCaptureBytes,
  resolveOpenExecOptions,
} from '../../lib/container/resolve-exec-options.js';
import { InvalidArgumentError } from '../../lib/errors.js';

function fieldRefusedBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.field;
    throw error;
  }
  return undefined;
}

describe('resolveOpenExecOptions', () => {
  it('has defaults', () => {
    expect(resolveOpenExecOptions(['true'], {})).to.deep.equal({
      argv: ['true'],
      env: {},
      workdir: undefined,
      user: undefined,
      stdin: false,
      terminal: undefined,
      timeoutMs: 0,
      killGraceMs: 2000,
      signal: undefined,
    });
  });

  it('keeps what is good', () => {
    const options = {
      env: { A: 'b' },
      workdir: '/a',
      user: 'nobody',
      stdin: true,
      terminal: { rows: 1, columns: 65_535 },
      timeoutMs: 2_147_483_647,
      killGraceMs: 0,
      signal: new AbortController().signal,
    };
    expect(resolveOpenExecOptions(['a', ''], options)).to.deep.equal({ argv: ['a', ''], ...options });
  });

  it('keeps a copy of the command line', () => {
    const argv = ['true'];
    const resolved = resolveOpenExecOptions(argv, {});
    argv.push('later');
    expect(resolved.argv).to.deep.equal(['true']);
  });

  const commands: readonly (readonly [string, unknown])[] = [
    ['argv', 'true'],
    ['argv', []],
    ['argv', undefined],
    ['argv[0]', ['']],
    ['argv[0]', [' ']],
    ['argv[1]', ['true', 1]],
    ['argv[1]', ['true', 'a\0b']],
  ];
  for (const [field, argv] of commands) {
    it(`refuses the command ${JSON.stringify(argv)}, naming ${field}`, () => {
      expect(fieldRefusedBy(() => resolveOpenExecOptions(argv as string[], {}))).to.equal(field);
    });
  }

  const refused: readonly (readonly [string, object])[] = [
    ['env', { env: { 'A=B': '' } }],
    ['env.A', { env: { A: 1 } }],
    ['workdir', { workdir: 'a' }],
    ['workdir', { workdir: '/..' }],
    ['user', { user: ':' }],
    ['stdin', { stdin: 'text' }],
    ['terminal.rows', { terminal: { rows: 0, columns: 1 } }],
    ['terminal.columns', { terminal: { rows: 1, columns: 65_536 } }],
    ['timeoutMs', { timeoutMs: -1 }],
    ['timeoutMs', { timeoutMs: 2_147_483_648 }],
    ['timeoutMs', { timeoutMs: NaN }],
    ['killGraceMs', { killGraceMs: 0.5 }],
  ];
  for (const [field, options] of refused) {
    it(`refuses ${JSON.stringify(options)}, naming ${field}`, () => {
      expect(fieldRefusedBy(() => resolveOpenExecOptions(['true'], options))).to.equal(field);
    });
  }
});

describe('resolveCaptureBytes', () => {
  it('is 1 MiB unless given', () => {
    expect(resolveCaptureBytes({})).to.equal(1024 * 1024);
    expect(resolveCaptureBytes({ captureBytes: 0 })).to.equal(0);
  });

  for (const captureBytes of [-1, 0.5, NaN, Infinity, 1024 ** 3 + 1]) {
    it(`refuses ${captureBytes}`, () => {
      expect(fieldRefusedBy(() => resolveCaptureBytes({ captureBytes }))).to.equal('captureBytes');
    });
  }
});

describe('assertExecInput', () => {
  it('takes text, bytes, streams and nothing', () => {
    const stream = (async function* (): AsyncGenerator<Uint8Array> {})();
    for (const stdin of [undefined, '', new Uint8Array(0), Buffer.from('a'), stream]) {
      expect(
        fieldRefusedBy(() => {
          assertExecInput(stdin);
        }),
      ).to.equal(undefined);
    }
  });

  for (const stdin of [0, {}, ['a'], null, true]) {
    it(`refuses ${JSON.stringify(stdin)}`, () => {
      expect(
        fieldRefusedBy(() => {
          assertExecInput(stdin as unknown as ExecOptions['stdin']);
        }),
      ).to.equal('stdin');
    });
  }
});
