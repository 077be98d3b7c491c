import { expect } from 'chai';
import fc from 'fast-check';
import { compareEvr, compareVersions, formatEvr, parseEvr } from '../../lib/srpm/evr.js';

/** The cases of rpm's own test of rpmvercmp (tests/rpmvercmp.at in rpm 6.1), those it has commented out included. */
const OLDER_FIRST = `
  1.0 2.0 | 2.0 2.0.1 | 2.0.1 2.0.1a | 5.5p1 5.5p2 | 5.5p1 5.5p10 | 10xyz 10.1xyz | xyz10 xyz10.1 | xyz.4 8 | xyz.4 2 |
  5.5p2 5.6p1 | 5.6p1 6.5p1 | 6.0 6.0.rc1 | 10a1 10b2 | 10a2 10b2 | 1.0a 1.0aa | 10.0001 10.0039 | 4.999.9 5.0 |
  20101121 20101122 | 1.0~rc1 1.0 | 1.0~rc1 1.0~rc2 | 1.0~rc1~git123 1.0~rc1 | 1.0 1.0^ | 1.0 1.0^git1 |
  1.0^git1 1.0^git2 | 1.0^git1 1.01 | 1.0^20160101 1.0.1 | 1.0^20160101^git1 1.0^20160102 | 1.0~rc1 1.0~rc1^git1 |
  1.0^git1~pre 1.0^git1 | 1b.fc17 1.fc17 | 1.fc17 1g.fc17`;
const SAME = `
  1.0 1.0 | 2.0.1 2.0.1 | 2.0.1a 2.0.1a | 5.5p1 5.5p1 | 5.5p10 5.5p10 | xyz10 xyz10 | xyz.4 xyz.4 | 1.0aa 1.0aa |
  10.0001 10.0001 | 10.0001 10.1 | 20101121 20101121 | 2_0 2_0 | 2.0 2_0 | a a | a+ a+ | a+ a_ | +a +a | +a _a |
  +_ +_ | _+ +_ | + _ | 1.0~rc1 1.0~rc1 | 1.0~rc1~git123 1.0~rc1~git123 | 1.0^ 1.0^ | 1.0^git1 1.0^git1 |
  1.0^20160101 1.0^20160101 | 1.0^20160101^git1 1.0^20160101^git1 | 1.0~rc1^git1 1.0~rc1^git1 |
  1.0^git1~pre 1.0^git1~pre | 1b.fc17 1b.fc17 | 1g.fc17 1g.fc17 | 1.1.α 1.1.β | 1.1.αα 1.1.α | 1.1.ββ 1.1.αα`;

const version = fc.string({
  unit: fc.constantFrom('0', '1', '9', '10', 'a', 'Z', 'rc', '.', '-', '_', '~', '^', 'ä'),
});

describe('compareVersions', () => {
  for (const [older, newer] of pairs(OLDER_FIRST)) {
    it(`puts ${older} before ${newer}`, () => {
      expect([compareVersions(older, newer), compareVersions(newer, older)]).to.deep.equal([-1, 1]);
    });
  }

  for (const [one, other] of pairs(SAME)) {
    it(`takes ${one} and ${other} for the same`, () => {
      expect([compareVersions(one, other), compareVersions(other, one)]).to.deep.equal([0, 0]);
    });
  }

  it('compares numbers that no number type can hold', () => {
    expect(compareVersions(`1${'0'.repeat(400)}`, `1${'0'.repeat(399)}1`)).to.equal(-1);
  });

  it('puts ^ before letters, capital ones too', () => {
    expect([compareVersions('1.0^git1', '1.0Alpha'), compareVersions('1.0Alpha', '1.0^git1')]).to.deep.equal([
      -1, 1,
    ]);
  });

  it('does not mind leading zeros, be they all', () => {
    expect([compareVersions('000', '0'), compareVersions('1.007', '1.7')]).to.deep.equal([0, 0]);
  });

  it('is the same from both sides', () => {
    fc.assert(
      fc.property(version, version, (left, right) => {
        expect(compareVersions(left, right)).to.equal(-compareVersions(right, left) + 0);
      }),
    );
  });
});

describe('parseEvr', () => {
  const CASES = {
    '1.0': [undefined, '1.0', undefined],
    '1.0-2': [undefined, '1.0', '2'],
    '3:1.0-2.fc40': [3, '1.0', '2.fc40'],
    ':1.0': [0, '1.0', undefined],
    '1-2-3': [undefined, '1-2', '3'],
    'a:1': [undefined, 'a:1', undefined],
    '5-3:1': [undefined, '5', '3:1'],
    '1:2:3': [1, '2:3', undefined],
    '': [undefined, '', undefined],
  } as const;
  for (const [text, [epoch, version, release]] of Object.entries(CASES)) {
    it(`splits ${JSON.stringify(text)}`, () => {
      expect(parseEvr(text)).to.deep.equal({ epoch, version, release });
    });
  }

  it('takes any text, and formatEvr writes it again', () => {
    const text = fc.string({ unit: fc.constantFrom('1', 'a', '.', '-', ':', '~') });
    fc.assert(
      fc.property(text, (evr) => {
        const parsed = parseEvr(evr);
        expect(parseEvr(formatEvr(parsed))).to.deep.equal(parsed);
      }),
    );
  });
});

describe('compareEvr', () => {
  it('puts the epoch above the version', () => {
    expect(compareEvr('1:1.0-1', '2.0-1')).to.equal(1);
  });

  it('takes no epoch for epoch 0', () => {
    expect(compareEvr('0:1.0-1', '1.0-1')).to.equal(0);
  });

  it('compares releases where versions are the same', () => {
    expect(compareEvr('1.0-1.fc40', '1.00-2.fc40')).to.equal(-1);
  });

  it('puts no release before any, as rpmverCmp does', () => {
    expect([compareEvr('1.0', '1.0-0'), compareEvr('1.0-0', '1.0'), compareEvr('1.0', '1.0')]).to.deep.equal([
      -1, 1, 0,
    ]);
  });

  it('takes what was split before', () => {
    expect(compareEvr({ epoch: 1, version: '1', release: '1' }, '1:1-2')).to.equal(-1);
  });
});

function pairs(table: string): [string, string][] {
  return table.split('|').map((pair) => pair.trim().split(' ') as [string, string]);
}
