import assert from 'node:assert/strict';
import type { CallOptions } from '../../abort.js';
import type { ContainerManager } from '../../container/container-manager.js';
import { ContainerError } from '../../errors.js';
import { assertRejects, assertRejectsWith, collect } from './expectations.js';
import type { CaseGroup } from './case-group.js';
import type { Workbench } from './workbench.js';

type Call = (
  bench: Workbench,
  manager: ContainerManager,
  container: string,
  options: CallOptions,
) => Promise<unknown>;

/** Calls about a container. */
const CONTAINER_CALLS = {
  start: (_, manager, container, options) => manager.start(container, options),
  exec: ({ programs }, manager, container, options) => manager.exec(container, programs.print({}), options),
  openExec: ({ programs }, manager, container, options) =>
    manager.openExec(container, programs.print({}), options),
  stop: (_, manager, container, options) => manager.stop(container, options),
  kill: (_, manager, container, options) => manager.kill(container, 'SIGKILL', options),
  wait: (_, manager, container, options) => manager.wait(container, options),
  copyTo: (_, manager, container, options) =>
    manager.copyTo(container, [{ path: '/tmp/file', content: 'x' }], options),
  copyFrom: async (bench, manager, container, options) =>
    manager.copyFrom(container, '/tmp', await bench.folder(), options),
  readFile: (_, manager, container, options) => collect(manager.readFile(container, '/etc/passwd', options)),
  logs: (_, manager, container, options) => collect(manager.logs(container, options)),
  stats: (_, manager, container, options) => collect(manager.stats(container, options)),
  inspect: (_, manager, container, options) => manager.inspect(container, options),
  commit: (_, manager, container, options) => manager.commit(container, options),
  disconnectNetwork: (_, manager, container, options) => manager.disconnectNetwork(container, options),
} satisfies Readonly<Record<string, Call>>;

/** Calls that answer for a container that does not exist as well, or are about none. */
const OTHER_CALLS = {
  remove: (_, manager, container, options) => manager.remove(container, options),
  ping: (_, manager, __, options) => manager.ping(options),
  ensureImage: ({ environment }, manager, _, options) => manager.ensureImage(environment.image, options),
  inspectImage: ({ environment }, manager, _, options) => manager.inspectImage(environment.image, options),
  removeImage: (_, manager, __, options) =>
    manager.removeImage('localhost/podroot-contract-absent:1', options),
  create: (bench, manager, _, options) => manager.create(bench.spec(), options),
  run: (bench, manager, _, options) => manager.run(bench.spec(), options),
  list: (bench, manager, _, options) => manager.list({ labels: bench.labels, ...options }),
  prune: (bench, manager, _, options) => manager.prune({ labels: bench.labels, ...options }),
  events: (bench, manager, _, options) => collect(manager.events({ labels: bench.labels, ...options })),
  reapOrphans: (_, manager, __, options) => manager.reapOrphans(options),
} satisfies Readonly<Record<string, Call>>;

const ALL_CALLS: Readonly<Record<string, Call>> = { ...CONTAINER_CALLS, ...OTHER_CALLS };

function casesOf(
  calls: Readonly<Record<string, Call>>,
  body: (bench: Workbench, call: Call, name: string) => Promise<void>,
): CaseGroup['cases'] {
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, (bench: Workbench) => body(bench, call, name)]),
  );
}

export const absentContainerCases: CaseGroup = {
  group: 'CONTAINER_NOT_FOUND for a container that does not exist',
  cases: casesOf(CONTAINER_CALLS, async (bench, call, name) => {
    // Not only an id: text that would mean something else in a path or a query.
    for (const container of [
      'podroot-contract-absent',
      'f'.repeat(64),
      'no/such?all=true',
      '../json',
      '%2e%2e',
    ]) {
      const error = await assertRejects(call(bench, bench.manager, container, {}), 'CONTAINER_NOT_FOUND');
      assert.ok(error instanceof ContainerError);
      assert.equal(error.container, container);
      assert.equal(error.operation, name === 'openExec' ? 'exec' : name);
      assert.ok(error.message.includes(container), error.message);
    }
  }),
};

export const abortedCases: CaseGroup = {
  group: 'the reason of a signal that has aborted before',
  cases: casesOf(ALL_CALLS, async (bench, call) => {
    const reason = { why: 'the case says so' };
    const container = await bench.running();
    await assertRejectsWith(
      call(bench, bench.manager, container.id, { signal: AbortSignal.abort(reason) }),
      reason,
    );
    const left = await bench.manager.list({ labels: bench.labels });
    assert.deepEqual(
      left.map(({ id, state }) => [id, state]),
      [[container.id, 'running']],
    );
  }),
};

export const closedCases: CaseGroup = {
  group: 'CLOSED after close',
  cases: {
    async 'every call'(bench) {
      const container = await bench.running();
      const peer = await bench.peer();
      await peer.ping();
      await peer.close();
      for (const call of Object.values(ALL_CALLS))
        await assertRejects(call(bench, peer, container.id, {}), 'CLOSED');
    },
  },
};
