import { expect } from 'chai';
import { toDescription, type WireInspect } from '../../lib/podman/container-description.js';

const NEVER = '0001-01-01T00:00:00Z';

function inspect(state: Partial<WireInspect['State']>, rest: Partial<WireInspect> = {}): WireInspect {
  return {
    Id: 'c1',
    Name: 'build',
    Created: '2026-01-02T03:04:05.123456789Z',
    Image: 'i1',
    ImageName: 'localhost/i:latest',
    ImageDigest: 'sha256:1',
    State: { Status: 'exited', ExitCode: 0, OOMKilled: false, StartedAt: NEVER, FinishedAt: NEVER, ...state },
    Config: { Labels: { a: '1' } },
    NetworkSettings: { Networks: { podman: {} } },
    Mounts: [{ Destination: '/src' }],
    HostConfig: { Tmpfs: { '/t': 'rw' } },
    ...rest,
  };
}

describe('toDescription', () => {
  it('gives all fields', () => {
    const times = { StartedAt: '2026-01-02T03:04:06Z', FinishedAt: '2026-01-02T03:04:07+01:00' };
    expect(toDescription(inspect({ ExitCode: 137, OOMKilled: true, Error: 'why', ...times }))).to.eql({
      id: 'c1',
      name: 'build',
      image: 'localhost/i:latest',
      imageId: 'i1',
      imageDigest: 'sha256:1',
      state: 'exited',
      labels: { a: '1' },
      createdAt: Date.parse('2026-01-02T03:04:05.123Z'),
      exitCode: 137,
      oomKilled: true,
      error: 'why',
      startedAt: Date.parse('2026-01-02T03:04:06Z'),
      finishedAt: Date.parse('2026-01-02T02:04:07Z'),
      networks: ['podman'],
      mountTargets: ['/src', '/t'],
    });
  });

  it('leaves out what there is not', () => {
    const nothing = {
      ImageDigest: '',
      Config: { Labels: null },
      NetworkSettings: {},
      Mounts: null,
      HostConfig: {},
    };
    expect(toDescription(inspect({ Error: '' }, nothing))).to.include({
      imageDigest: undefined,
      error: undefined,
      startedAt: undefined,
      finishedAt: undefined,
    });
    expect(toDescription(inspect({}, nothing))).to.deep.include({
      labels: {},
      networks: [],
      mountTargets: [],
    });
  });

  for (const [word, state, exitCode] of [
    ['configured', 'created', null],
    ['created', 'created', null],
    ['initialized', 'created', null],
    ['running', 'running', null],
    ['paused', 'paused', null],
    ['stopping', 'stopping', null],
    ['stopped', 'exited', 0],
    ['exited', 'exited', 0],
    ['removing', 'removing', null],
    ['unheard of', 'unknown', null],
  ] as const) {
    it(`calls ${word} ${state}, ${exitCode === null ? 'without' : 'with'} an exit code`, () => {
      expect(toDescription(inspect({ Status: word }))).to.include({ state, exitCode });
    });
  }

  it('gives a running container that ran before no end', () => {
    expect(toDescription(inspect({ Status: 'running', FinishedAt: '2026-01-02T03:04:07Z' }))).to.include({
      finishedAt: undefined,
    });
  });
});
