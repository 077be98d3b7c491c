/** A process in a container. */
export interface ContainerProcess {
  /** In the process id namespace of the service. */
  readonly hostPid: number;
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Its real user, by name or number: who may signal it without any capability. */
  readonly user: string;
}

/**
 * A process, what descends from it, and what shares a process group with one that does.
 *
 * @remarks
 * Ones found before stay in it when their parent has died. One that left both its parent and its group before it was
 * first looked for is not found.
 */
export class ProcessFamily {
  readonly #firstHostPid: number;
  readonly #groups = new Set<number>();
  #pids = new Set<number>();

  constructor(firstHostPid: number) {
    this.#firstHostPid = firstHostPid;
  }

  /** Those of the family that live, given all processes of the container. */
  update(processes: readonly ContainerProcess[]): readonly ContainerProcess[] {
    let known: number;
    do {
      known = this.#pids.size + this.#groups.size;
      for (const process of processes) {
        if (!this.#isRelated(process)) continue;
        this.#pids.add(process.pid);
        // 0 is any group from outside of the container, 1 that of its own process.
        if (process.group > 1) this.#groups.add(process.group);
      }
    } while (this.#pids.size + this.#groups.size > known);
    const members = processes.filter(({ pid }) => this.#pids.has(pid));
    // Forgotten once dead: its number may be given to another.
    this.#pids = new Set(members.map(({ pid }) => pid));
    return members;
  }

  #isRelated({ hostPid, pid, parent, group }: ContainerProcess): boolean {
    return (
      hostPid === this.#firstHostPid ||
      this.#pids.has(pid) ||
      this.#pids.has(parent) ||
      this.#groups.has(group)
    );
  }
}
