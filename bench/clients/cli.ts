import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import type { BenchClient } from '../client.js';
import { SLEEP, type PodmanStorage } from '../world.js';
import { readText } from './bare-http.js';

/** Podman's command line on the same storage, without the service in between. */
export function createCliClient({ root, runroot, env }: PodmanStorage): BenchClient {
  const podman = async (
    argv: readonly string[],
    read: (stdout: AsyncIterable<Buffer>) => Promise<string>,
  ): Promise<{ readonly exitCode: number; readonly text: string }> => {
    const child = spawn('podman', ['--root', root, '--runroot', runroot, ...argv], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = new Promise<number>((resolve, reject) => {
      child.once('error', reject).once('close', (code) => {
        resolve(code ?? -1);
      });
    });
    const [text, exitCode] = await Promise.all([read(child.stdout), closed]);
    return { exitCode, text };
  };
  const run = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, text } = await podman(argv, readText);
    if (exitCode !== 0) throw new Error(`podman ${argv.join(' ')}: exit code ${exitCode}`);
    return text.trim();
  };
  return {
    startContainer: (image) =>
      run(
        ...['run', '--detach', '--init', '--network=none', '--cap-drop=all', '--log-driver=k8s-file'],
        ...[image, ...SLEEP],
      ),
    async exec(container, argv, onStdout) {
      const { exitCode } = await podman(['exec', container, ...argv], async (stdout) => {
        for await (const chunk of stdout) onStdout?.(chunk);
        return '';
      });
      return exitCode;
    },
    async copyTo(container, from, path) {
      await run('cp', from, `${container}:${path}`);
    },
    async copyFrom(container, path, targetFolder) {
      await run('cp', `${container}:${path}`, join(targetFolder, basename(path)));
    },
    async removeContainer(container) {
      await run('rm', '--force', '--time=0', '--volumes', container);
    },
    close: () => Promise.resolve(),
  };
}
