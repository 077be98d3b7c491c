import type { XmlRpcStruct, XmlRpcValue } from '../xmlrpc-value.js';
import { flag, nullable, number, struct, text } from './reply-reader.js';

/**
 * The states of a task by their names at the hub.
 *
 * @public
 */
export const TASK_STATES = {
  FREE: 0,
  OPEN: 1,
  CLOSED: 2,
  CANCELED: 3,
  ASSIGNED: 4,
  FAILED: 5,
} as const;

/**
 * A task as a hub knows it. Times are seconds since 1970.
 *
 * @public
 */
export interface KojiTask {
  /** Its number. */
  readonly id: number;
  /** What it does: `buildArch`, … */
  readonly method: string;
  /** One of {@link TASK_STATES}. */
  readonly state: number;
  /** The architecture it needs; `noarch` for any. */
  readonly arch: string;
  /** The channel it came through. */
  readonly channelId: number;
  /** The host that runs it, or is to. */
  readonly hostId: number | null;
  /** The task whose subtask it is. */
  readonly parent: number | null;
  /** The user's id. */
  readonly owner: number | null;
  /** Tells it from its siblings: the architecture of a `buildArch`. */
  readonly label: string | null;
  /** Less is earlier. */
  readonly priority: number;
  /** What it takes of a host's capacity. */
  readonly weight: number;
  /** Whether it waits for subtasks. */
  readonly waiting: boolean | null;
  /** Whether its parent waits for it. */
  readonly awaited: boolean | null;
  /** When it was made. */
  readonly createTs: number;
  /** When it was opened. */
  readonly startTs: number | null;
  /** When it ended, however. */
  readonly completionTs: number | null;
}

/**
 * What a task is to do.
 *
 * @public
 */
export interface KojiTaskRequest {
  /** The positional arguments. */
  readonly args: readonly XmlRpcValue[];
  /** The named ones. */
  readonly keywords: XmlRpcStruct;
}

/** Reads a task. */
export const task = struct<KojiTask>({
  id: number,
  method: text,
  state: number,
  arch: text,
  channelId: number,
  hostId: nullable(number),
  parent: nullable(number),
  owner: nullable(number),
  label: nullable(text),
  priority: number,
  weight: number,
  waiting: nullable(flag),
  awaited: nullable(flag),
  createTs: number,
  startTs: nullable(number),
  completionTs: nullable(number),
});
