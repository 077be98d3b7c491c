import type { ContainerManager } from '../../container/container-manager.js';
import type { ContainerSpec } from '../../container/container-spec.js';
import { assertRefuses, collect } from './expectations.js';
import type { CaseGroup } from './case-group.js';

type Call = (manager: ContainerManager, container: string) => Promise<unknown>;

/** Changes to a good spec, and the field that is refused. */
const SPECS: readonly (readonly [string, object])[] = [
  ['image', { image: ' ' }],
  ['name', { name: '-name' }],
  ['command', { command: 'true' }],
  ['command[1]', { command: ['true', 'a\0b'] }],
  ['env', { env: { 'A=B': 'c' } }],
  ['env.A', { env: { A: 1 } }],
  ['user', { user: 'a b' }],
  ['workdir', { workdir: 'relative' }],
  ['mounts[0].target', { mounts: [{ type: 'tmpfs', target: '/' }] }],
  ['mounts[1].target', { mounts: ['/a', '/a'].map((target) => ({ type: 'tmpfs', target })) }],
  ['resources.memoryBytes', { resources: { memoryBytes: 1024 } }],
  ['resources.cpus', { resources: { cpus: 0 } }],
  ['resources.pids', { resources: { pids: 1.5 } }],
  ['capabilities[0]', { capabilities: ['ALL'] }],
  ['network', { network: 'host' }],
  ['network.name', { network: { name: '' } }],
  ['hostname', { hostname: 'a_b' }],
  ['maxRunMs', { maxRunMs: 10 }],
  ['memoryBytes', { memoryBytes: 1024 }],
];

const CALLS: readonly (readonly [string, Call])[] = [
  ['argv', (manager, container) => manager.exec(container, [])],
  ['argv[0]', (manager, container) => manager.exec(container, [' '])],
  ['argv[1]', (manager, container) => manager.exec(container, ['true', 'a\0b'])],
  ['workdir', (manager, container) => manager.exec(container, ['true'], { workdir: '../up' })],
  ['user', (manager, container) => manager.exec(container, ['true'], { user: '' })],
  ['env', (manager, container) => manager.exec(container, ['true'], { env: { 'A=B': 'c' } })],
  ['timeoutMs', (manager, container) => manager.exec(container, ['true'], { timeoutMs: -1 })],
  ['killGraceMs', (manager, container) => manager.exec(container, ['true'], { killGraceMs: NaN })],
  ['captureBytes', (manager, container) => manager.exec(container, ['true'], { captureBytes: -1 })],
  ['stdin', (manager, container) => manager.exec(container, ['true'], { stdin: 1 as never })],
  [
    'terminal.rows',
    (manager, container) => manager.exec(container, ['true'], { terminal: { rows: 0, columns: 80 } }),
  ],
  ['graceMs', (manager, container) => manager.stop(container, { graceMs: -1 })],
  ['signalName', (manager, container) => manager.kill(container, 'SIGNOTHING' as NodeJS.Signals)],
  ['entries[0].path', (manager, container) => manager.copyTo(container, [{ path: 'relative', content: '' }])],
  ['entries[0].path', (manager, container) => manager.copyTo(container, [{ path: '/a/../b', content: '' }])],
  [
    'entries[0].mode',
    (manager, container) => manager.copyTo(container, [{ path: '/a', content: '', mode: 0o10000 }]),
  ],
  [
    'entries[0].sizeBytes',
    (manager, container) => manager.copyTo(container, [{ path: '/a', content: nothing() }]),
  ],
  ['path', (manager, container) => manager.copyFrom(container, 'relative', '/tmp')],
  ['targetFolder', (manager, container) => manager.copyFrom(container, '/tmp', '')],
  ['maxEntries', (manager, container) => manager.copyFrom(container, '/tmp', '/tmp', { maxEntries: 0 })],
  [
    'symlinks',
    (manager, container) => manager.copyFrom(container, '/tmp', '/tmp', { symlinks: 'follow' as 'keep' }),
  ],
  ['path', (manager, container) => collect(manager.readFile(container, 'relative'))],
  ['tail', (manager, container) => collect(manager.logs(container, { tail: -1 }))],
  ['intervalMs', (manager, container) => collect(manager.stats(container, { intervalMs: -1 }))],
  ['reference', (manager) => manager.ensureImage('')],
  ['container', (manager) => manager.inspect('')],
  ['container', (manager) => manager.remove('')],
];

async function* nothing(): AsyncGenerator<Uint8Array> {
  // There is nothing to give.
}

export const argumentCases: CaseGroup = {
  group: 'INVALID_ARGUMENT',
  cases: {
    async 'names the field of a spec'(bench) {
      for (const [field, change] of SPECS) {
        const spec = { ...bench.spec(), ...(change as Partial<ContainerSpec>) };
        await assertRefuses(bench.manager.create(spec), field);
      }
    },
    async 'names the option of a call'(bench) {
      const { id } = await bench.create();
      for (const [field, call] of CALLS) await assertRefuses(call(bench.manager, id), field);
    },
  },
};
