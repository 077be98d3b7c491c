import type { CallOptions } from '../../abort.js';
import type { KojiSession } from '../koji-session.js';
import { XmlRpcDouble, type XmlRpcStruct } from '../xmlrpc-value.js';
import { flag, list, nullable, number, optional, readReply, struct, text } from './reply-reader.js';

/**
 * A host as its hub knows it.
 *
 * @public
 */
export interface KojiHost {
  /** Its number. */
  readonly id: number;
  /** Usually its host name. */
  readonly name: string;
  /** The user that it logs in as. */
  readonly userId: number;
  /** Canonical architectures. */
  readonly arches: readonly string[];
  /** The most that the weights of its tasks may add up to. */
  readonly capacity: number;
  /** The weights of its tasks, as it last reported. */
  readonly taskLoad: number;
  /** Whether an administrator lets it have tasks. */
  readonly enabled: boolean;
  /** Whether it last said that it takes tasks. */
  readonly ready: boolean;
  /** An administrator's words. */
  readonly description: string | null;
  /** An administrator's words, too. */
  readonly comment: string | null;
}

/**
 * A task that is open on this host, as the hub sees it.
 *
 * @public
 */
export interface KojiHostTask {
  /** The task. */
  readonly id: number;
  /** What it takes of the host's capacity. */
  readonly weight: number;
  /** Whether it waits for subtasks. */
  readonly waiting: boolean;
  /** Whether a subtask that it waits for has ended: ask `taskWait`. */
  readonly alert: boolean;
}

/**
 * A task that the hub has assigned to this host.
 *
 * @public
 */
export interface KojiAssignedTask {
  /** The task. */
  readonly id: number;
  /** What it does: `buildArch`, … */
  readonly method: string;
  /** The architecture it needs; `noarch` for any. */
  readonly arch: string;
  /** The channel it came through. */
  readonly channelId: number;
  /** Less is earlier. */
  readonly priority: number;
  /** When it was made, in seconds since 1970. */
  readonly createTs: number;
}

const host = struct<Omit<KojiHost, 'arches'> & { readonly arches: string }>({
  id: number,
  name: text,
  userId: number,
  arches: optional(text, ''),
  capacity: number,
  taskLoad: number,
  enabled: flag,
  ready: flag,
  description: nullable(text),
  comment: nullable(text),
});

const hostTasks = list(
  struct<KojiHostTask>({
    id: number,
    weight: number,
    waiting: optional(flag, false),
    alert: optional(flag, false),
  }),
);

const assignedTasks = list(
  struct<KojiAssignedTask>({
    id: number,
    method: text,
    arch: text,
    channelId: number,
    priority: number,
    createTs: number,
  }),
);

/**
 * What a builder says of itself, and is told. All of it needs the exclusive lock.
 *
 * @public
 */
export class KojiHostCalls {
  readonly #session: KojiSession;

  constructor(session: KojiSession) {
    this.#session = session;
  }

  /** This host's id. */
  async getId(options: CallOptions = {}): Promise<number> {
    return readReply('host.getID', await this.#session.call('host.getID', [], {}, options), number);
  }

  /** This host. */
  async getHost(options: CallOptions = {}): Promise<KojiHost> {
    const found = readReply('host.getHost', await this.#session.call('host.getHost', [], {}, options), host);
    return { ...found, arches: found.arches.split(/\s+/).filter((arch) => arch !== '') };
  }

  /**
   * Says that this host lives. After 180 s without it the hub gives it nothing more, after 900 s it frees its tasks.
   *
   * @param capacity - `methods` that it handles, and `maxjobs`, the most tasks at once
   */
  async updateHost(
    taskLoad: number,
    ready: boolean,
    capacity?: { readonly methods: readonly string[]; readonly maxjobs: number },
    options: CallOptions = {},
  ): Promise<void> {
    const data: XmlRpcStruct | undefined = capacity && {
      methods: capacity.methods,
      maxjobs: capacity.maxjobs,
    };
    await this.#session.call('host.updateHost', [new XmlRpcDouble(taskLoad), ready], { data }, options);
  }

  /** The tasks that the hub takes to be open on this host. Of those it does not know, a builder frees itself. */
  async getHostTasks(options: CallOptions = {}): Promise<readonly KojiHostTask[]> {
    const found = await this.#session.call('host.getHostTasks', [], {}, options);
    return readReply('host.getHostTasks', found, hostTasks);
  }

  /** The tasks that the hub has assigned to this host. The hub does so within this call. */
  async getTasks(options: CallOptions = {}): Promise<readonly KojiAssignedTask[]> {
    const found = await this.#session.call('host.getTasks', [], {}, options);
    return readReply('host.getTasks', found, assignedTasks);
  }
}
