import type { Argv, ContractPrograms } from './contract-programs.js';

/** Longer than any case runs; a container that is removed ends it. */
const FOREVER = 'sleep 1000';

/** Arguments come in as parameters, so that nothing in them means anything to the shell. */
function shell(script: string, ...parameters: readonly (string | number)[]): Argv {
  return ['/bin/sh', '-c', script, 'sh', ...parameters.map(String)];
}

/**
 * The contract's programs for images with a POSIX shell and its usual companions: busybox, coreutils.
 *
 * @public
 */
export const shellPrograms: ContractPrograms = {
  print: ({ stdout = '', stderr = '', exitCode = 0 }) =>
    shell('printf %s "$1"; printf %s "$2" >&2; exit "$3"', stdout, stderr, exitCode),
  printSequence: (last) => ['seq', '1', String(last)],
  printForever: () => ['yes'],
  printThenTouch: (bytes, path) => shell('head -c "$1" /dev/zero && : >"$2"', bytes, path),
  printEnv: (name) => shell('eval "[ -n \\"\\${$1+set}\\" ] && printf \'%s\\n\' \\"\\$$1\\""', name),
  printWorkdir: () => ['pwd'],
  printUser: () => shell('echo "$(id -u):$(id -g)"'),
  printFile: (path) => ['cat', path],
  printTerminalSizes: () => shell('while read -r line; do stty size; done'),
  copyInput: () => ['cat'],
  countInput: () => ['wc', '-c'],
  copySomeInput: (bytes, exitCode) => shell('head -c "$1"; exit "$2"', bytes, exitCode),
  hold: ({ ignoreTerm = false, child } = {}) => {
    const trap = ignoreTerm ? 'trap "" TERM; ' : '';
    if (child === undefined) return shell(`${trap}echo $$; exec ${FOREVER}`);
    return shell(`${trap}${child === 'own-session' ? 'setsid ' : ''}${FOREVER} & echo $$ $!; wait`);
  },
  endOnTerm: (exitCode) => shell(`trap 'exit "$1"' TERM; ${FOREVER} & echo ready; wait`, exitCode),
  leaveChild: (exitCode) => shell(`${FOREVER} & echo $!; exit "$1"`, exitCode),
  // A zombie has ended: all that is left of it is its exit code.
  isAlive: (pid) => shell('read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" && [ "$state" != Z ]', pid),
  killSelf: (signalName) => shell('kill -s "$1" $$', signalName.replace(/^SIG/, '')),
  sleep: (seconds) => ['sleep', String(seconds)],
  useMemory: (bytes) => ['dd', 'if=/dev/zero', 'of=/dev/null', `bs=${bytes}`, 'count=1'],
  exists: (path) => ['test', '-e', path],
  stat: (path) => ['stat', '-c', '%f %u %g %Y', path],
  readLink: (path) => ['readlink', path],
  makeFifo: (path) => ['mkfifo', path],
};
