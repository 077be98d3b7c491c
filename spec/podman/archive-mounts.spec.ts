import { expect } from 'chai';
import { ContainerError } from '../../lib/errors.js';
import { assertKept, findMount, isWithin, toArchiveMounts } from '../../lib/podman/archive-mounts.js';

function inspect(status: string) {
  return toArchiveMounts('c', {
    State: { Status: status },
    Mounts: [
      { Type: 'bind', Destination: '/work', RW: true },
      { Type: 'volume', Destination: '/work/cache/', RW: true },
      { Type: 'bind', Destination: '/ro', RW: false },
    ],
    HostConfig: {
      Tmpfs: { '/tmp': 'rw,rprivate,tmpcopyup', '/bare': 'rw,notmpcopyup', '/work/tmp': 'rw,tmpcopyup' },
    },
  });
}

function codeOf(status: string, path: string): string | undefined {
  const mounts = inspect(status);
  try {
    assertKept(path, findMount(path, mounts.mounts), mounts);
    return undefined;
  } catch (error) {
    expect(error).to.be.instanceOf(ContainerError);
    expect((error as Error).message).to.contain(path);
    return (error as ContainerError).code;
  }
}

describe('toArchiveMounts', () => {
  it('reads an inspection without any', () => {
    expect(toArchiveMounts('c', {})).to.deep.equal({ container: 'c', running: false, mounts: [] });
    expect(toArchiveMounts('c', { State: null, Mounts: null, HostConfig: { Tmpfs: null } }).mounts).to.be
      .empty;
  });

  for (const [status, running] of [
    ['running', true],
    ['paused', true],
    ['stopping', true],
    ['created', false],
    ['exited', false],
  ] as const) {
    it(`takes a container that is ${status} as ${running ? 'running' : 'not running'}`, () => {
      expect(inspect(status).running).to.equal(running);
    });
  }
});

describe('findMount', () => {
  for (const [path, expected] of [
    ['/work', '/work'],
    ['/work/a', '/work'],
    ['/work/cache', '/work/cache'],
    ['/work/cache/a/b', '/work/cache'],
    ['/workshop', undefined],
    ['/', undefined],
    ['/bare/a', '/bare'],
  ] as const) {
    it(`finds ${expected ?? 'none'} for ${path}`, () => {
      expect(findMount(path, inspect('running').mounts)?.path).to.equal(expected);
    });
  }
});

describe('isWithin', () => {
  it('has everything within the root folder', () => {
    expect(isWithin('/a', '/')).to.equal(true);
    expect(isWithin('/', '/')).to.equal(true);
    expect(isWithin('/', '/a')).to.equal(false);
  });
});

describe('assertKept', () => {
  context('when the container runs', () => {
    for (const path of ['/a', '/work/a', '/tmp/a', '/bare/a', '/work/tmp/a', '/dev/shm/a', '/proc/a']) {
      it(`lets ${path} pass`, () => {
        expect(codeOf('running', path)).to.equal(undefined);
      });
    }

    it('refuses a read-only mount with COPY_FAILED', () => {
      expect(codeOf('running', '/ro/a')).to.equal('COPY_FAILED');
    });
  });

  context('when the container does not run', () => {
    for (const path of ['/a', '/work/a', '/work/cache/a', '/tmp/a', '/device']) {
      it(`lets ${path} pass`, () => {
        expect(codeOf('exited', path)).to.equal(undefined);
      });
    }

    for (const [title, path] of [
      ['a read-only mount, which Podman would write to', '/ro/a'],
      ['a memory file system that begins empty', '/bare/a'],
      ['a memory file system in another mount', '/work/tmp/a'],
      ['/dev', '/dev/shm/a'],
      ['/proc', '/proc'],
      ['/sys', '/sys/a'],
    ] as const) {
      it(`refuses ${title}, with COPY_FAILED`, () => {
        expect(codeOf('created', path)).to.equal('COPY_FAILED');
      });
    }
  });
});
