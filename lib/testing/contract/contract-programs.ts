/**
 * A command line.
 *
 * @public
 */
export type Argv = readonly string[];

/**
 * The programs that the contract suite runs in containers, as command lines.
 *
 * @public
 */
export interface ContractPrograms {
  /** Writes these texts, byte for byte, to stdout and stderr, and ends with the exit code. @defaultValue '', '', 0 */
  print(output: {
    readonly stdout?: string | undefined;
    readonly stderr?: string | undefined;
    readonly exitCode?: number | undefined;
  }): Argv;
  /** Writes the whole numbers from 1, each with a newline. */
  printSequence(last: number): Argv;
  /** Writes for ever. */
  printForever(): Argv;
  /** Writes so many zero bytes, and then makes an empty file. */
  printThenTouch(bytes: number, path: string): Argv;
  /** Writes an environment variable and a newline; ends with 1 when it is not set. */
  printEnv(name: string): Argv;
  /** Writes its working folder and a newline. */
  printWorkdir(): Argv;
  /** Writes `uid:gid` and a newline. */
  printUser(): Argv;
  /** Writes a file. */
  printFile(path: string): Argv;
  /** Writes `rows columns` of its terminal and a newline, for every line it reads. */
  printTerminalSizes(): Argv;
  /** Copies its input to stdout. */
  copyInput(): Argv;
  /** Writes how many bytes of input it read, and a newline. */
  countInput(): Argv;
  /** Copies so many bytes of its input to stdout and ends with the exit code, whatever input is left. */
  copySomeInput(bytes: number, exitCode: number): Argv;
  /**
   * Writes its process id, and that of a child if it has one, and a newline; then runs until a signal comes. SIGTERM
   * and SIGKILL end it; SIGTERM does not when it is ignored, by the child neither.
   */
  hold(how?: HoldOptions): Argv;
  /** Handles SIGTERM: writes `ready` and a newline, and ends with the exit code when SIGTERM comes. */
  endOnTerm(exitCode: number): Argv;
  /** Starts a child that runs on with the same stdout, writes its process id and a newline, and ends with the exit code. */
  leaveChild(exitCode: number): Argv;
  /** Ends with 0 while a process of this id lives in the container, with 1 otherwise. */
  isAlive(pid: string): Argv;
  /** Ends itself by a signal. */
  killSelf(signalName: NodeJS.Signals): Argv;
  /** Ends after about so many seconds. */
  sleep(seconds: number): Argv;
  /** Uses so much memory, and ends with 0. */
  useMemory(bytes: number): Argv;
  /** Ends with 0 when there is something at the path, with another code otherwise. */
  exists(path: string): Argv;
  /** Writes of what is at a path, links not followed: `st_mode` in hexadecimal, uid, gid, mtime in seconds; a newline. */
  stat(path: string): Argv;
  /** Writes where a symbolic link points, and a newline. */
  readLink(path: string): Argv;
  /** Makes a fifo. */
  makeFifo(path: string): Argv;
}

/**
 * What {@link ContractPrograms.hold} does besides waiting.
 *
 * @public
 */
export interface HoldOptions {
  /** Whether SIGTERM does not end it. @defaultValue `false` */
  readonly ignoreTerm?: boolean | undefined;
  /** A child that waits as well: in the same process group, or in a session of its own. @defaultValue none */
  readonly child?: 'same-group' | 'own-session' | undefined;
}
