import { expect } from 'chai';
import { toNanoseconds, toWireTime } from '../../lib/podman/wire-time.js';

describe('toWireTime', () => {
  it('writes every nanosecond', () => {
    expect(toWireTime(1_795_459_891_808_581_624n)).to.equal('2026-11-23T18:51:31.808581624Z');
    expect(toWireTime(1_795_459_891_000_000_001n)).to.equal('2026-11-23T18:51:31.000000001Z');
    expect(toWireTime(0n)).to.equal('1970-01-01T00:00:00.000000000Z');
  });

  context('when the time is before 1970', () => {
    it('writes 1970, for nothing is older and the zero time would stand for none', () => {
      expect(toWireTime(-1n)).to.equal('1970-01-01T00:00:00.000000000Z');
    });
  });
});

describe('toNanoseconds', () => {
  it('gives the time of a date', () => {
    expect(toNanoseconds(new Date('2026-11-23T18:51:31.808Z'))).to.equal(1_795_459_891_808_000_000n);
  });
});
