import type { ContainerReference } from '../../container/container-manager.js';
import { collectBytes } from './expectations.js';
import type { Workbench } from './workbench.js';

/** Mode with the kind of file, uid, gid, and seconds since 1970, as the container sees them. */
export async function statOf(
  bench: Workbench,
  container: ContainerReference,
  path: string,
): Promise<readonly number[]> {
  const [mode, ...numbers] = (await bench.ask(container, bench.programs.stat(path))).split(' ');
  return [parseInt(mode!, 16), ...numbers.map(Number)];
}

export async function readText(
  bench: Workbench,
  container: ContainerReference,
  path: string,
): Promise<string> {
  return (await collectBytes(bench.manager.readFile(container, path))).toString();
}

/** A stream of texts. */
export async function* streamOf(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}
