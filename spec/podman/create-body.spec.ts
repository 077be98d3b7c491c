import { expect } from 'chai';
import type { ContainerSpec } from '../../lib/container/container-spec.js';
import { resolveContainerSpec } from '../../lib/container/resolve-container-spec.js';
import { toCreateBody, type WireCreateBody } from '../../lib/podman/create-body.js';

function body(spec: Omit<ContainerSpec, 'image'> = {}): WireCreateBody {
  const sent = JSON.stringify(
    toCreateBody(resolveContainerSpec({ image: 'localhost/i', name: 'n', ...spec })),
  );
  return JSON.parse(sent) as WireCreateBody;
}

describe('toCreateBody', () => {
  it('makes the safe container of an image alone', () => {
    expect(body()).to.eql({
      image: 'localhost/i',
      name: 'n',
      env: {},
      env_host: false,
      httpproxy: false,
      create_working_dir: false,
      labels: {},
      annotations: {},
      mounts: [],
      volumes: [],
      resource_limits: {},
      cap_drop: ['ALL'],
      cap_add: [],
      no_new_privileges: true,
      privileged: false,
      read_only_filesystem: false,
      init: true,
      remove: false,
      terminal: false,
      stdin: false,
      systemd: 'false',
      netns: { nsmode: 'none' },
      log_configuration: { driver: 'k8s-file' },
    });
  });

  it('hands on what Podman takes as it is', () => {
    const given = {
      command: ['make'],
      entrypoint: [],
      env: { A: '1' },
      user: '1000:1000',
      labels: { l: 'x' },
      annotations: { a: 'y' },
      hostname: 'builder',
    };
    expect(body(given)).to.deep.include(given);
  });

  it('has a working folder made', () => {
    expect(body({ workdir: '/src' })).to.include({ work_dir: '/src', create_working_dir: true });
  });

  it('turns what was switched on and off', () => {
    expect(body({ init: false, noNewPrivileges: false, readOnlyRootfs: true })).to.include({
      init: false,
      no_new_privileges: false,
      read_only_filesystem: true,
    });
  });

  it('gives capabilities on top of none', () => {
    expect(body({ capabilities: ['CHOWN', 'CAP_SETUID'] })).to.deep.include({
      cap_drop: ['ALL'],
      cap_add: ['CAP_CHOWN', 'CAP_SETUID'],
    });
  });

  it('gives no swap on top of memory', () => {
    expect(body({ resources: { memoryBytes: 64 * 1024 * 1024 } }).resource_limits).to.eql({
      memory: { limit: 67_108_864, swap: 67_108_864 },
    });
  });

  it('gives processors as a share of time, and a number of processes', () => {
    expect(body({ resources: { cpus: 1.5, pids: 100 } }).resource_limits).to.eql({
      cpu: { quota: 150_000, period: 100_000 },
      pids: { limit: 100 },
    });
  });

  it('names process limits as Podman does, and leaves the list out when it is empty', () => {
    expect(body({ rlimits: [{ name: 'nofile', soft: 1, hard: 2 }] }).r_limits).to.eql([
      { type: 'nofile', soft: 1, hard: 2 },
    ]);
    expect(body({ rlimits: [] })).not.to.have.property('r_limits');
  });

  it('rounds the run’s limit up to seconds', () => {
    expect(body({ maxRunMs: 1500 })).to.include({ timeout: 2 });
  });

  it('names the platform', () => {
    expect(body({ platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } })).to.include({
      image_os: 'linux',
      image_arch: 'arm64',
      image_variant: 'v8',
    });
  });

  it('knows the networks', () => {
    expect(body({ network: 'none' }).netns).to.eql({ nsmode: 'none' });
    expect(body({ network: 'default' }).netns).to.eql({ nsmode: '' });
    expect(body({ network: { name: 'builds' } })).to.deep.include({
      netns: { nsmode: 'bridge' },
      Networks: { builds: {} },
    });
  });

  it('mounts folders read-only unless told otherwise, without devices and setuid files', () => {
    const { mounts, volumes } = body({
      mounts: [
        { type: 'bind', source: '/a', target: '/x' },
        { type: 'bind', source: '/b', target: '/y', readOnly: false, selinuxLabel: 'private' },
        { type: 'bind', source: '/c', target: '/z', selinuxLabel: 'shared' },
        { type: 'tmpfs', target: '/t' },
        { type: 'tmpfs', target: '/u', sizeBytes: 4096, mode: 0o700 },
        { type: 'volume', source: 'cache', target: '/v' },
        { type: 'volume', source: 'ro', target: '/w', readOnly: true },
      ],
    });
    const bind = ['rbind', 'rprivate', 'nosuid', 'nodev'];
    expect(mounts).to.eql([
      { type: 'bind', source: '/a', destination: '/x', options: [...bind, 'ro'] },
      { type: 'bind', source: '/b', destination: '/y', options: [...bind, 'rw', 'Z'] },
      { type: 'bind', source: '/c', destination: '/z', options: [...bind, 'ro', 'z'] },
      { type: 'tmpfs', destination: '/t', options: ['rw', 'nosuid', 'nodev', 'mode=1777'] },
      { type: 'tmpfs', destination: '/u', options: ['rw', 'nosuid', 'nodev', 'mode=700', 'size=4096'] },
    ]);
    expect(volumes).to.eql([
      { Name: 'cache', Dest: '/v', Options: ['rw', 'nosuid', 'nodev'] },
      { Name: 'ro', Dest: '/w', Options: ['ro', 'nosuid', 'nodev'] },
    ]);
  });
});
