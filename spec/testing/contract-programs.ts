import { setImmediate as turn } from 'node:timers/promises';
import { untilAborted } from '../../lib/abort.js';
import type {
  ContractPrograms,
  FileNode,
  InMemoryProcess,
  InMemoryProgram,
} from '../../lib/testing/index.js';

/** Runs until something ends it. */
async function forever({ signal }: InMemoryProcess): Promise<number> {
  return untilAborted(new Promise<never>(() => undefined), signal);
}

function ignoreTerm(process: InMemoryProcess): void {
  process.trap('SIGTERM', () => undefined);
}

const KINDS: Readonly<Record<FileNode['kind'], number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  special: 0o010000,
};

/** The programs that the contract suite needs, as functions. */
export const inMemoryPrograms: Readonly<Record<string, InMemoryProgram>> = {
  async print({ argv, stdout, stderr }) {
    if (argv[1] !== '') await stdout.write(argv[1] ?? '');
    if (argv[2] !== '') await stderr.write(argv[2] ?? '');
    return Number(argv[3]);
  },
  async sequence({ argv, stdout }) {
    let lines = '';
    for (let number = 1; number <= Number(argv[1]); number += 1) {
      lines += `${number}\n`;
      if (number % 500 !== 0) continue;
      await stdout.write(lines);
      lines = '';
    }
    await stdout.write(lines);
    return 0;
  },
  async yes({ stdout }) {
    for (;;) {
      await stdout.write('y\n'.repeat(1000));
      await turn();
    }
  },
  async printThenTouch({ argv, files, stdout }) {
    const chunk = new Uint8Array(64 * 1024);
    for (let left = Number(argv[1]); left > 0; left -= chunk.length) {
      await stdout.write(chunk.subarray(0, Math.min(left, chunk.length)));
    }
    files.writeFile(argv[2]!, '');
    return 0;
  },
  async user({ uid, gid, stdout }) {
    await stdout.write(`${uid}:${gid}\n`);
    return 0;
  },
  async terminalSizes(process) {
    for await (const bytes of process.stdin) {
      for (const byte of bytes) {
        if (byte !== 0x0a) continue;
        await process.stdout.write(`${process.terminal!.rows} ${process.terminal!.columns}\n`);
      }
    }
    return 0;
  },
  async countInput({ stdin, stdout }) {
    let count = 0;
    for await (const { length } of stdin) count += length;
    await stdout.write(`${count}\n`);
    return 0;
  },
  async copySomeInput({ argv, stdin, stdout }) {
    let left = Number(argv[1]);
    for await (const bytes of stdin) {
      await stdout.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) break;
    }
    return Number(argv[2]);
  },
  async hold(process) {
    if (process.argv[1] === 'ignore') ignoreTerm(process);
    const child = process.argv[2] === 'child' ? process.spawn(['wait', process.argv[1]!]) : undefined;
    await process.stdout.write(child === undefined ? `${process.pid}\n` : `${process.pid} ${child.pid}\n`);
    return forever(process);
  },
  wait(process) {
    if (process.argv[1] === 'ignore') ignoreTerm(process);
    return forever(process);
  },
  async endOnTerm(process) {
    const ended = new Promise<number>((resolve) => {
      process.trap('SIGTERM', () => {
        resolve(Number(process.argv[1]));
      });
    });
    await process.stdout.write('ready\n');
    return untilAborted(ended, process.signal);
  },
  async leaveChild(process) {
    const child = process.spawn(['wait', '']);
    await process.stdout.write(`${child.pid}\n`);
    return Number(process.argv[1]);
  },
  isAlive: (process) => (process.find(Number(process.argv[1])) === undefined ? 1 : 0),
  killSelf(process) {
    process.kill(process.argv[1] as NodeJS.Signals);
    return 0;
  },
  useMemory(process) {
    process.useMemory(Number(process.argv[1]));
    return 0;
  },
  exists: ({ argv, files }) => (files.resolve(argv[1]!) === undefined ? 1 : 0),
  async stat({ argv, files, stdout }) {
    const node = files.lookup(argv[1]!);
    if (node === undefined) return 1;
    const mode = (KINDS[node.kind] | node.mode).toString(16);
    await stdout.write(`${mode} ${node.uid} ${node.gid} ${Math.floor(node.mtime.getTime() / 1000)}\n`);
    return 0;
  },
  async readLink({ argv, files, stdout }) {
    const node = files.lookup(argv[1]!);
    if (node?.kind !== 'symlink') return 1;
    await stdout.write(`${node.target}\n`);
    return 0;
  },
  makeFifo({ argv, files }) {
    files.put(argv[1]!, { kind: 'special', mode: 0o644, uid: 0, gid: 0, mtime: new Date() });
    return 0;
  },
};

/** How they are called. */
export const inMemoryCommands: ContractPrograms = {
  print: ({ stdout = '', stderr = '', exitCode = 0 }) => ['print', stdout, stderr, String(exitCode)],
  printSequence: (last) => ['sequence', String(last)],
  printForever: () => ['yes'],
  printThenTouch: (bytes, path) => ['printThenTouch', String(bytes), path],
  printEnv: (name) => ['printenv', name],
  printWorkdir: () => ['pwd'],
  printUser: () => ['user'],
  printFile: (path) => ['cat', path],
  printTerminalSizes: () => ['terminalSizes'],
  copyInput: () => ['cat'],
  countInput: () => ['countInput'],
  copySomeInput: (bytes, exitCode) => ['copySomeInput', String(bytes), String(exitCode)],
  hold: ({ ignoreTerm: ignore = false, child } = {}) => [
    'hold',
    ignore ? 'ignore' : '',
    child === undefined ? '' : 'child',
  ],
  endOnTerm: (exitCode) => ['endOnTerm', String(exitCode)],
  leaveChild: (exitCode) => ['leaveChild', String(exitCode)],
  isAlive: (pid) => ['isAlive', pid],
  killSelf: (signalName) => ['killSelf', signalName],
  sleep: (seconds) => ['sleep', String(seconds / 100)],
  useMemory: (bytes) => ['useMemory', String(bytes)],
  exists: (path) => ['exists', path],
  stat: (path) => ['stat', path],
  readLink: (path) => ['readLink', path],
  makeFifo: (path) => ['makeFifo', path],
};
