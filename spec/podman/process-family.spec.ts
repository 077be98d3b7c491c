import { expect } from 'chai';
import { ProcessFamily, type ContainerProcess } from '../../lib/podman/process-family.js';

/** `pid parent group`, with host pids that are 1000 more. */
function processes(...rows: string[]): ContainerProcess[] {
  return rows.map((row) => {
    const [pid = 0, parent = 0, group = 0] = row.split(' ').map(Number);
    return { hostPid: pid + 1000, pid, parent, group, user: 'root' };
  });
}

function pids(members: readonly ContainerProcess[]): number[] {
  return members.map(({ pid }) => pid);
}

describe('ProcessFamily', () => {
  const own = '1 0 1';

  it('holds the first process and its descendants, in whatever order they are listed', () => {
    const family = new ProcessFamily(1007);
    expect(pids(family.update(processes('12 11 7', own, '11 7 7', '7 0 7', '20 0 20')))).to.eql([12, 11, 7]);
  });

  it('holds a descendant with a group of its own, and that group', () => {
    const family = new ProcessFamily(1007);
    expect(pids(family.update(processes(own, '7 0 7', '8 7 8', '9 1 8')))).to.eql([7, 8, 9]);
  });

  it('holds what is known after its parents have died', () => {
    const family = new ProcessFamily(1007);
    family.update(processes(own, '7 0 7', '8 7 8', '9 8 9'));
    expect(pids(family.update(processes(own, '9 1 9', '10 9 10')))).to.eql([9, 10]);
  });

  it('never holds the container’s own process, nor other commands', () => {
    const family = new ProcessFamily(1007);
    expect(pids(family.update(processes(own, '2 1 1', '7 0 7', '8 1 7', '30 0 30', '31 30 30')))).to.eql([
      7, 8,
    ]);
  });

  it('does not take groups from outside of the container for one', () => {
    const family = new ProcessFamily(1007);
    expect(pids(family.update(processes(own, '7 0 0', '8 7 0', '30 0 0', '31 1 1')))).to.eql([7, 8]);
  });

  it('is empty when its first process was never seen', () => {
    expect(new ProcessFamily(1007).update(processes(own, '8 1 8'))).to.eql([]);
  });

  it('does not take another process for a dead one whose number it has', () => {
    const family = new ProcessFamily(1007);
    family.update(processes(own, '7 0 7', '8 7 7'));
    family.update(processes(own, '7 0 7'));
    expect(pids(family.update(processes(own, '7 0 7', '8 0 8')))).to.eql([7]);
  });
});
