import { expect } from 'chai';
import type { ContainerSpec } from '../../lib/container/container-spec.js';
import { resolveContainerSpec } from '../../lib/container/resolve-container-spec.js';
import { InvalidArgumentError } from '../../lib/errors.js';

/** Resolves what the types would not let through. */
function resolve(changes: object): ReturnType<typeof resolveContainerSpec> {
  return resolveContainerSpec({ image: 'i', ...changes });
}

describe('resolveContainerSpec', () => {
  it('has safe defaults', () => {
    const { name, ...rest } = resolveContainerSpec({ image: 'i' });
    expect(name).to.match(/^podroot-[0-9a-f]{16}$/);
    expect(rest).to.deep.equal({
      image: 'i',
      command: undefined,
      entrypoint: undefined,
      env: {},
      user: undefined,
      workdir: undefined,
      labels: {},
      mounts: [],
      resources: {},
      capabilities: [],
      noNewPrivileges: true,
      network: 'none',
      hostname: undefined,
      init: true,
      platform: undefined,
      rlimits: [],
      readOnlyRootfs: false,
      annotations: {},
      maxRunMs: undefined,
    });
  });

  it('names every container differently', () => {
    const names = Array.from({ length: 100 }, () => resolveContainerSpec({ image: 'i' }).name);
    expect(new Set(names).size).to.equal(100);
  });

  it('takes undefined for the default', () => {
    const given = Object.keys(resolveContainerSpec({ image: 'i' })).filter((field) => field !== 'image');
    const { name, ...rest } = resolve(Object.fromEntries(given.map((field) => [field, undefined])));
    expect({ name, ...rest }).to.deep.equal({ ...resolveContainerSpec({ image: 'i' }), name });
    expect(name).to.match(/^podroot-/);
  });

  it('keeps what is good', () => {
    const spec: Required<ContainerSpec> = {
      image: 'registry.example:5000/a/b@sha256:0123',
      name: 'a_b.c-1',
      command: ['sh', '-c', ''],
      entrypoint: [],
      env: { A: '', 'a.b-c': '=\n' },
      user: '1000:1000',
      workdir: '/',
      labels: { 'podroot.ownership': 'x', task: '1' },
      mounts: [
        { type: 'bind', source: '/a', target: '/b', readOnly: false, selinuxLabel: 'shared' },
        { type: 'volume', source: 'cache', target: '/c' },
        { type: 'tmpfs', target: '/d', sizeBytes: 1, mode: 0o1777 },
      ],
      resources: { memoryBytes: 6 * 1024 * 1024, cpus: 0.01, pids: 1 },
      capabilities: ['CAP_CHOWN'],
      noNewPrivileges: false,
      network: { name: 'builds' },
      hostname: 'a.b-c',
      init: false,
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      rlimits: [{ name: 'nofile', soft: 0, hard: 10 }],
      readOnlyRootfs: true,
      annotations: { a: 'b' },
      maxRunMs: 1000,
    };
    expect(resolveContainerSpec(spec)).to.deep.equal(spec);
  });

  it('writes capabilities with CAP_', () => {
    expect(resolve({ capabilities: ['CHOWN', 'CAP_SYS_ADMIN'] }).capabilities).to.deep.equal([
      'CAP_CHOWN',
      'CAP_SYS_ADMIN',
    ]);
  });

  const tmpfs = { type: 'tmpfs', target: '/a' };
  const refused: readonly (readonly [string, object])[] = [
    ['image', { image: undefined }],
    ['image', { image: '' }],
    ['image', { image: ' ' }],
    ['image', { image: 'a\0b' }],
    ['name', { name: '' }],
    ['name', { name: '-a' }],
    ['name', { name: 'a/b' }],
    ['name', { name: 'a\n' }],
    ['name', { name: 1 }],
    ['command', { command: 'true' }],
    ['command[1]', { command: ['true', 1] }],
    ['command[1]', { command: ['true', 'a\0b'] }],
    ['entrypoint', { entrypoint: '/init' }],
    ['env', { env: ['A=b'] }],
    ['env', { env: null }],
    ['env', { env: { 'A=B': 'c' } }],
    ['env key', { env: { '': 'c' } }],
    ['env.A', { env: { A: undefined } }],
    ['env.A', { env: { A: 'a\0b' } }],
    ['user', { user: '' }],
    ['user', { user: 'a b' }],
    ['user', { user: 'a:' }],
    ['user', { user: 'a:b:c' }],
    ['user', { user: 0 }],
    ['workdir', { workdir: 'a' }],
    ['workdir', { workdir: '/a/../b' }],
    ['labels', { labels: { 'podroot.owner': 'me' } }],
    ['labels', { labels: { 'podroot.owner.pid': '1' } }],
    ['labels.a', { labels: { a: 1 } }],
    ['annotations.a', { annotations: { a: 1 } }],
    ['mounts[0].type', { mounts: [{ type: 'image', target: '/a' }] }],
    ['mounts[0].target', { mounts: [{ ...tmpfs, target: 'a' }] }],
    ['mounts[0].target', { mounts: [{ ...tmpfs, target: '/' }] }],
    ['mounts[1].target', { mounts: [tmpfs, tmpfs] }],
    ['mounts[0].sizeBytes', { mounts: [{ ...tmpfs, sizeBytes: 0 }] }],
    ['mounts[0].mode', { mounts: [{ ...tmpfs, mode: 0o10000 }] }],
    ['mounts[0].source', { mounts: [{ type: 'bind', source: 'a', target: '/a' }] }],
    ['mounts[0].source', { mounts: [{ type: 'bind', source: '/a/../b', target: '/a' }] }],
    ['mounts[0].readOnly', { mounts: [{ type: 'bind', source: '/a', target: '/a', readOnly: 'no' }] }],
    ['mounts[0].selinuxLabel', { mounts: [{ type: 'bind', source: '/a', target: '/a', selinuxLabel: 'Z' }] }],
    ['mounts[0].source', { mounts: [{ type: 'volume', source: '/a', target: '/a' }] }],
    ['mounts[0].readOnly', { mounts: [{ type: 'volume', source: 'a', target: '/a', readOnly: 1 }] }],
    ['resources.memoryBytes', { resources: { memoryBytes: 6 * 1024 * 1024 - 1 } }],
    ['resources.memoryBytes', { resources: { memoryBytes: Infinity } }],
    ['resources.cpus', { resources: { cpus: 0 } }],
    ['resources.cpus', { resources: { cpus: NaN } }],
    ['resources.cpus', { resources: { cpus: Infinity } }],
    ['resources.pids', { resources: { pids: 0 } }],
    ['resources.pids', { resources: { pids: 1.5 } }],
    ['capabilities', { capabilities: 'CHOWN' }],
    ['capabilities[0]', { capabilities: ['ALL'] }],
    ['capabilities[0]', { capabilities: ['CAP_ALL'] }],
    ['capabilities[1]', { capabilities: ['CHOWN', 'chown'] }],
    ['noNewPrivileges', { noNewPrivileges: 0 }],
    ['init', { init: 'yes' }],
    ['readOnlyRootfs', { readOnlyRootfs: 1 }],
    ['network', { network: 'host' }],
    ['network', { network: '' }],
    ['network.name', { network: { name: '' } }],
    ['network.name', { network: {} }],
    ['hostname', { hostname: '' }],
    ['hostname', { hostname: '-a' }],
    ['hostname', { hostname: 'a_b' }],
    ['hostname', { hostname: 'a'.repeat(65) }],
    ['platform.architecture', { platform: { architecture: '' } }],
    ['platform.os', { platform: { os: 1 } }],
    ['platform.variant', { platform: { variant: ' ' } }],
    ['rlimits[0].name', { rlimits: [{ name: 'RLIMIT_NOFILE', soft: 1, hard: 1 }] }],
    ['rlimits[0].soft', { rlimits: [{ name: 'nofile', soft: -1, hard: 1 }] }],
    ['rlimits[0].hard', { rlimits: [{ name: 'nofile', soft: 2, hard: 1 }] }],
    ['maxRunMs', { maxRunMs: 999 }],
    ['maxRunMs', { maxRunMs: 1000.5 }],
    ['memoryBytes', { memoryBytes: 1 }],
    ['readonlyRootfs', { readonlyRootfs: true }],
    ['__proto__', JSON.parse('{ "__proto__": 1 }') as object],
  ];
  for (const [field, change] of refused) {
    it(`refuses ${JSON.stringify(change)}, naming ${field}`, () => {
      expect(() => resolve(change))
        .to.throw(InvalidArgumentError)
        .with.property('field', field);
    });
  }
});
