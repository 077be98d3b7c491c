import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { join } from 'node:path';
import { PodmanManager } from '../../../lib/podman/podman-manager.js';
import { projectFolder } from '../../../tools/project.js';
import { runningCommands, startContainer, useContainer } from '../../support/container.js';
import { usePodman } from '../../support/podman.js';
import { random } from '../../support/random.js';

const CONTAINERS = 20;
const COMMANDS_EACH = 10;

describe('PodmanManager', function () {
  this.timeout(90_000);
  const podman = usePodman();

  context(
    `when ${CONTAINERS} containers run ${CONTAINERS * COMMANDS_EACH} commands, some of which are aborted`,
    () => {
      /** What keeps a process alive, by kind. */
      function resources(): Readonly<Record<string, number>> {
        const kinds = process.getActiveResourcesInfo();
        const count = (kind: string): number => kinds.filter((other) => other === kind).length;
        return { sockets: count('PipeWrap'), timers: count('Timeout') };
      }

      it('mixes nothing up and leaves nothing behind', async () => {
        const next = random(7);
        const manager = new PodmanManager({ address: podman.address });
        await manager.ping();
        await manager.close();
        const before = resources();

        const own = new PodmanManager({ address: podman.address });
        const shutdown = new AbortController();
        const counts = { exited: 0, aborted: 0 };
        const oneContainer = async (number: number): Promise<void> => {
          await using container = await startContainer(own, {});
          for (let i = 0; i < COMMANDS_EACH; i += 1) {
            const controller = new AbortController();
            const doomed = next() < 0.2;
            const timer = doomed
              ? setTimeout(() => {
                  controller.abort('enough');
                }, next() * 200)
              : undefined;
            const signal = AbortSignal.any([shutdown.signal, controller.signal]);
            const word = `${number}-${i}`;
            const script = doomed ? 'sleep 600' : `echo ${word}; echo e${word} >&2; exit ${i}`;
            try {
              const result = await own.exec(container, ['sh', '-c', script], { signal, killGraceMs: 500 });
              expect(result).to.include({ exitCode: i, complete: true });
              expect([result.stdout.toString(), result.stderr.toString()]).to.eql([
                `${word}\n`,
                `e${word}\n`,
              ]);
              counts.exited += 1;
            } catch (error) {
              expect(error).to.equal('enough');
              counts.aborted += 1;
            }
            clearTimeout(timer);
          }
          expect(await runningCommands(own, container.id)).to.eql([]);
        };
        await Promise.all(Array.from({ length: CONTAINERS }, (_, number) => oneContainer(number)));
        expect(counts.exited + counts.aborted).to.equal(CONTAINERS * COMMANDS_EACH);
        expect(counts.aborted).to.be.greaterThan(20);
        expect(getEventListeners(shutdown.signal, 'abort')).to.have.length(0);
        await own.close();
        expect(resources()).to.eql(before);
      });
    },
  );

  describe('#close', () => {
    const container = useContainer(podman);

    for (const closes of ['closes', 'does not close']) {
      it(`lets a script end by itself that ${closes}`, async () => {
        const script = join(projectFolder, 'spec/fixtures/processes/run-a-command.ts');
        const argv = ['--import', 'tsx', script, podman.address, container(), closes];
        const child = spawn(process.execPath, argv, {
          cwd: projectFolder,
          stdio: ['ignore', 'inherit', 'inherit'],
        });
        const started = performance.now();
        expect(await once(child, 'exit')).to.eql([0, null]);
        expect(performance.now() - started).to.be.lessThan(15_000);
      });
    }
  });
});
