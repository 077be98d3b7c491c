/** The ways to Podman that are measured, in the order of the tables' columns. */
export const CLIENT_NAMES = ['podroot', 'bare', 'dockerode', 'cli'] as const;

export type ClientName = (typeof CLIENT_NAMES)[number];

/** What is timed. Every client gives the same results: exit codes, bytes, modes and times of files. */
export interface BenchClient {
  /** Creates a container that sleeps, without network, and starts it. */
  startContainer(image: string): Promise<string>;
  /** Runs a command to its end and gives its exit code. */
  exec(container: string, argv: readonly string[], onStdout?: (bytes: Uint8Array) => void): Promise<number>;
  /** Copies a file or a folder of this machine to a path in the container that does not exist. */
  copyTo(container: string, from: string, path: string): Promise<void>;
  /** Copies a file or a folder of the container into a folder of this machine. */
  copyFrom(container: string, path: string, targetFolder: string): Promise<void>;
  removeContainer(container: string): Promise<void>;
  close(): Promise<void>;
}
