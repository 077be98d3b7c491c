import { expect } from 'chai';
import { ContainerError, InvalidArgumentError, PodrootError } from '../lib/errors.js';

describe('PodrootError', () => {
  it('has its name, code, message and cause', () => {
    const cause = new Error('why');
    const error = new PodrootError('CLOSED', 'it is closed', { cause });
    expect(error).to.be.an.instanceOf(Error);
    expect(error).to.include({ name: 'PodrootError', code: 'CLOSED', message: 'it is closed', cause });
  });

  it('has no cause of its own when there is none', () => {
    expect(new PodrootError('CLOSED', 'it is closed')).not.to.have.property('cause');
    expect(new PodrootError('CLOSED', 'it is closed', {})).not.to.have.property('cause');
  });

  it('keeps a cause that is no error', () => {
    expect(new PodrootError('CLOSED', 'it is closed', { cause: 0 }).cause).to.equal(0);
  });
});

describe('ContainerError', () => {
  it('has what is known of the operation', () => {
    const details = {
      operation: 'exec',
      container: 'c1',
      image: 'i1',
      status: 500,
      runtimeMessage: 'no',
      exitCode: 127,
      cause: new Error('why'),
    };
    const error = new ContainerError('EXEC_NOT_STARTED', 'exec c1 failed', details);
    expect(error).to.be.an.instanceOf(PodrootError);
    expect(error).to.include({ name: 'ContainerError', code: 'EXEC_NOT_STARTED', ...details });
  });

  it('leaves undefined what is not', () => {
    const { container, image, status, runtimeMessage, exitCode } = new ContainerError('CLOSED', 'closed', {
      operation: 'list',
    });
    expect([container, image, status, runtimeMessage, exitCode]).to.deep.equal(Array(5).fill(undefined));
  });
});

describe('InvalidArgumentError', () => {
  it('names the field, the value and what is required of it', () => {
    const error = new InvalidArgumentError('mounts[1].target', '/', 'must not be the root');
    expect(error).to.be.an.instanceOf(PodrootError);
    expect(error).to.include({
      name: 'InvalidArgumentError',
      code: 'INVALID_ARGUMENT',
      field: 'mounts[1].target',
      value: '/',
      message: 'mounts[1].target must not be the root, but is "/"',
    });
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const values: readonly (readonly [string, unknown, RegExp])[] = [
    ['undefined', undefined, /but is undefined$/],
    ['NaN', NaN, /but is (NaN|null)$/],
    ['a bigint', 10n, /but is 10n?$/],
    ['a symbol', Symbol('s'), /but is Symbol\(s\)$/],
    ['a function', () => 1, /but is .*=>/],
    ['an object that holds itself', circular, /but is \[object Object\]$/],
    ['an object', { a: [1] }, /but is \{"a":\[1\]\}$/],
    ['an object without a text', Object.create(null) as unknown, /but is .+$/],
  ];
  for (const [what, value, expected] of values) {
    it(`can say ${what}`, () => {
      expect(new InvalidArgumentError('field', value, 'must be a string').message).to.match(expected);
    });
  }

  it('cuts a long value', () => {
    const { message, value } = new InvalidArgumentError('field', 'x'.repeat(10_000), 'must be short');
    expect(message).to.have.length.below(200);
    expect(message).to.match(/x…$/);
    expect(value).to.have.lengthOf(10_000);
  });
});
