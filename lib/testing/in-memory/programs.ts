import { delay, untilAborted } from '../../abort.js';
import type { InMemoryProgram } from './process.js';

/**
 * The programs that every image of the in-memory runtime has, so that a container can wait, say something and end.
 */
export const BUILT_IN_PROGRAMS: Readonly<Record<string, InMemoryProgram>> = {
  true: () => 0,
  false: () => 1,
  async echo({ argv, stdout }) {
    await stdout.write(`${argv.slice(1).join(' ')}\n`);
    return 0;
  },
  /** Copies its input, or the files named. */
  async cat({ argv, files, stdin, stdout, stderr }) {
    const paths = argv.slice(1);
    if (paths.length === 0) for await (const bytes of stdin) await stdout.write(bytes);
    for (const path of paths) {
      if (files.resolve(path)?.kind !== 'file') {
        await stderr.write(`cat: ${path}: No such file\n`);
        return 1;
      }
      await stdout.write(files.readFile(path));
    }
    return 0;
  },
  /** Sleeps for so many seconds; `infinity` until a signal comes. */
  async sleep({ argv, signal }) {
    if (argv[1] === 'infinity') await untilAborted(new Promise(() => undefined), signal);
    else await delay(Number(argv[1]) * 1000, signal);
    return 0;
  },
  async pwd({ stdout, workdir }) {
    await stdout.write(`${workdir}\n`);
    return 0;
  },
  /** Prints the variable named, or all. */
  async printenv({ argv, env, stdout }) {
    const name = argv[1];
    if (name === undefined) {
      for (const [key, value] of Object.entries(env)) await stdout.write(`${key}=${value}\n`);
      return 0;
    }
    const value = env[name];
    if (value === undefined) return 1;
    await stdout.write(`${value}\n`);
    return 0;
  },
};
