import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { currentOwner, isOwnerDead, type OwnerIdentity } from '../lib/owner.js';

const own = currentOwner();
const [machine = '', boot = '', namespace = ''] = own.host.split('/');

function ownerOn(host: string, changes: Partial<OwnerIdentity> = {}): OwnerIdentity {
  return { ...own, host, ...changes };
}

/** Field 22 of proc(5)'s stat; the command in it holds no space here. */
function startOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21]!;
}

describe('currentOwner', () => {
  it('is this process, the same at every call', () => {
    expect(currentOwner()).to.equal(own);
    expect(own).to.include({ pid: process.pid, started: startOf(process.pid) });
    expect(own.id).to.match(/^[0-9a-f-]{36}$/);
  });

  it('names the machine, its boot and the process id namespace', () => {
    expect(boot).to.equal(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(namespace).to.match(/^\d+$/);
    expect(machine).not.to.equal('');
  });
});

describe('isOwnerDead', () => {
  it('is false for this process', () => {
    expect(isOwnerDead(own)).to.equal(false);
  });

  it('is false for another process that lives', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(child, 'spawn');
    const owner = { ...own, pid: child.pid!, started: startOf(child.pid!) };
    expect(isOwnerDead(owner)).to.equal(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isOwnerDead(owner)).to.equal(true);
  });

  it('is true for a process that has ended', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(isOwnerDead({ ...own, pid, started: '1' })).to.equal(true);
  });

  it('is true when another process has its number now', () => {
    expect(isOwnerDead({ ...own, started: '1' })).to.equal(true);
  });

  it('is false when it is not known when it started', () => {
    expect(isOwnerDead({ ...own, started: 'unknown' })).to.equal(false);
  });

  it('is true for all that ran before the last boot of this machine, whatever its namespace was', () => {
    expect(isOwnerDead(ownerOn(`${machine}/another-boot/${namespace}`))).to.equal(true);
    expect(isOwnerDead(ownerOn(`${machine}/another-boot/1`))).to.equal(true);
  });

  it('is false when a boot is not known', () => {
    expect(isOwnerDead(ownerOn(`${machine}/unknown/${namespace}`, { pid: 1, started: '1' }))).to.equal(false);
  });

  it('is false for owners that cannot be judged from here', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const ended = { pid, started: '1' };
    expect(isOwnerDead(ownerOn(`another-machine/${boot}/${namespace}`, ended))).to.equal(false);
    expect(isOwnerDead(ownerOn(`${machine}/${boot}/1`, ended))).to.equal(false);
    expect(isOwnerDead(ownerOn('', ended))).to.equal(false);
  });
});
