import { expect } from 'chai';
import { reapOrphans } from '../../lib/container/reap-orphans.js';
import { currentOwner, type OwnerIdentity } from '../../lib/owner.js';
import { InMemoryContainerManager } from '../../lib/testing/index.js';
import { rejectionOf } from '../support/rejection.js';

describe('reapOrphans', () => {
  const image = 'localhost/image:1';
  const dead: OwnerIdentity = { ...currentOwner(), id: 'dead', started: '1' };
  let manager: InMemoryContainerManager;

  async function createFor(owner: OwnerIdentity): Promise<string> {
    const peer = new InMemoryContainerManager({ sharedWith: manager, owner });
    return (await peer.create({ image })).id;
  }

  beforeEach(() => {
    manager = new InMemoryContainerManager({ images: { [image]: {} } });
  });

  it('removes the containers of the dead, gives their ids, and leaves the others', async () => {
    const orphans = [await createFor(dead), await createFor(dead)];
    const own = await createFor(currentOwner());
    const elsewhere = await createFor({ ...dead, host: 'another-machine/boot/1' });
    expect([...(await reapOrphans(manager))].sort()).to.deep.equal(orphans.sort());
    expect((await manager.list()).map(({ id }) => id).sort()).to.deep.equal([own, elsewhere].sort());
  });

  it('gives nothing when there is nothing to reap', async () => {
    await createFor(currentOwner());
    expect(await reapOrphans(manager)).to.deep.equal([]);
  });

  it('asks for no containers but those that podroot made', async () => {
    await reapOrphans(manager);
    expect(manager.calls[0]?.arguments[0]).to.deep.include({ labels: { 'podroot.owner': null } });
  });

  it('goes by the labels alone: those that name no whole owner are left', async () => {
    const summary = { id: 'c1', name: 'c1', image, state: 'running' as const, createdAt: 0 };
    const removed: unknown[] = [];
    const lying = Object.create(manager, {
      list: { value: () => Promise.resolve([{ ...summary, labels: { 'podroot.owner': 'dead' } }]) },
      remove: { value: (id: unknown) => Promise.resolve(removed.push(id)) },
    }) as InMemoryContainerManager;
    expect(await reapOrphans(lying)).to.deep.equal([]);
    expect(removed).to.deep.equal([]);
  });

  it('rejects with the reason of a signal that has aborted', async () => {
    const orphan = await createFor(dead);
    const reason = { why: 'the spec says so' };
    expect(await rejectionOf(reapOrphans(manager, { signal: AbortSignal.abort(reason) }))).to.equal(reason);
    expect((await manager.inspect(orphan)).id).to.equal(orphan);
  });
});
