import { expect } from 'chai';
import fc from 'fast-check';
import { ownerFromLabels, toOwnerLabels } from '../../lib/container/owner-labels.js';
import { currentOwner } from '../../lib/owner.js';

describe('toOwnerLabels', () => {
  it('is read back by ownerFromLabels', () => {
    const owners = fc.record({
      id: fc.string(),
      host: fc.string(),
      pid: fc.integer({ min: 1, max: 4_194_304 }),
      started: fc.string(),
    });
    fc.assert(
      fc.property(owners, (owner) => {
        expect(ownerFromLabels(toOwnerLabels(owner))).to.deep.equal(owner);
      }),
    );
  });

  it('stays under one prefix', () => {
    for (const key of Object.keys(toOwnerLabels(currentOwner())))
      expect(key).to.match(/^podroot\.owner(\.|$)/);
  });
});

describe('ownerFromLabels', () => {
  const labels = toOwnerLabels(currentOwner());

  it('looks at no other label', () => {
    expect(ownerFromLabels({ ...labels, other: 'x' })).to.deep.equal(currentOwner());
  });

  for (const key of Object.keys(labels)) {
    it(`is undefined without ${key}`, () => {
      expect(
        ownerFromLabels(Object.fromEntries(Object.entries(labels).filter(([name]) => name !== key))),
      ).to.equal(undefined);
    });
  }

  for (const pid of ['', '0', '-1', '1.5', 'one', '1e400']) {
    it(`is undefined when the process is "${pid}"`, () => {
      expect(ownerFromLabels({ ...labels, 'podroot.owner.pid': pid })).to.equal(undefined);
    });
  }
});
