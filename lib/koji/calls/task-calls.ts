import type { CallOptions } from '../../abort.js';
import { decodeArguments } from '../keyword-arguments.js';
import type { KojiSession } from '../koji-session.js';
import { decodeCall } from '../xmlrpc-decode.js';
import { encodeFault, encodeResponse } from '../xmlrpc-encode.js';
import { XmlRpcDouble, type XmlRpcValue } from '../xmlrpc-value.js';
import { task, type KojiTask, type KojiTaskRequest } from './koji-task.js';
import { anything, list, nullable, number, pair, readReply, struct, text } from './reply-reader.js';

/**
 * The life of a task: from its request to its result or failure, with subtasks between.
 *
 * @remarks
 * A task that was cancelled or given to another host answers every call with the fault `ActionNotAllowed`.
 * @public
 */
export class KojiTaskCalls {
  readonly #session: KojiSession;

  constructor(session: KojiSession) {
    this.#session = session;
  }

  /** A task, `undefined` when there is none of that id. */
  async getTaskInfo(taskId: number, options: CallOptions = {}): Promise<KojiTask | undefined> {
    const found = await this.#session.call('getTaskInfo', [taskId], {}, options);
    return readReply('getTaskInfo', found, nullable(task)) ?? undefined;
  }

  /** A task with what it is to do, `undefined` when there is none of that id. */
  async getTaskRequest(
    taskId: number,
    options: CallOptions = {},
  ): Promise<(KojiTask & { readonly request: KojiTaskRequest }) | undefined> {
    const found = await this.#session.call('getTaskInfo', [taskId], { request: true }, options);
    const read = readReply('getTaskInfo', found, nullable(task));
    if (read === null) return undefined;
    const request = readReply('getTaskInfo', found, struct({ request: list(anything) }));
    return { ...read, request: decodeArguments(request.request) };
  }

  /**
   * Takes an assigned task for this host: from here on it runs here. `undefined` when it cannot be taken: it was assigned anew,
   * is open or done.
   */
  async openTask(
    taskId: number,
    options: CallOptions = {},
  ): Promise<(KojiTask & { readonly request: KojiTaskRequest }) | undefined> {
    const found = await this.#session.call('host.openTask', [taskId], {}, options);
    const read = readReply('host.openTask', found, nullable(task));
    if (read === null) return undefined;
    // Here the request is the document that the hub stores, not its value.
    const { request } = readReply('host.openTask', found, struct({ request: text }));
    return { ...read, request: decodeArguments(decodeCall(request).params) };
  }

  /** Says how much of the host a task takes; the hub compares the sum with the host's capacity. */
  async setTaskWeight(taskId: number, weight: number, options: CallOptions = {}): Promise<void> {
    await this.#session.call('host.setTaskWeight', [taskId, new XmlRpcDouble(weight)], {}, options);
  }

  /** Ends a task with its result. */
  async closeTask(taskId: number, result: XmlRpcValue, options: CallOptions = {}): Promise<void> {
    await this.#session.call('host.closeTask', [taskId, encodeResponse(result)], {}, options);
  }

  /** Fails a task. `faultCode` is that of `BuildError`, say: {@link faultCodeOf}. */
  async failTask(
    taskId: number,
    faultCode: number,
    faultString: string,
    options: CallOptions = {},
  ): Promise<void> {
    await this.#session.call('host.failTask', [taskId, encodeFault(faultCode, faultString)], {}, options);
  }

  /** Gives an assigned task back. A `soft` refusal is for now, the other for good. */
  async refuseTask(
    taskId: number,
    reason: { readonly soft?: boolean | undefined; readonly msg: string },
    options: CallOptions = {},
  ): Promise<void> {
    await this.#session.call('host.refuseTask', [taskId], { soft: reason.soft, msg: reason.msg }, options);
  }

  /** Gives tasks back that cannot be ended here; the hub starts them anew elsewhere. */
  async freeTasks(taskIds: readonly number[], options: CallOptions = {}): Promise<void> {
    await this.#session.call('host.freeTasks', [taskIds], {}, options);
  }

  /** Starts a subtask. */
  async subtask(
    method: string,
    args: readonly XmlRpcValue[],
    subtask: {
      readonly parent: number;
      readonly label?: string | undefined;
      readonly arch?: string | undefined;
    },
    options: CallOptions = {},
  ): Promise<number> {
    const { label, parent, arch } = subtask;
    const keywords = { method, arglist: args, label, parent, arch };
    return readReply('host.subtask', await this.#session.call('host.subtask', [], keywords, options), number);
  }

  /** Says that a task waits for subtasks: its weight does not count meanwhile. */
  async taskSetWait(taskId: number, subtasks: readonly number[], options: CallOptions = {}): Promise<void> {
    await this.#session.call('host.taskSetWait', [taskId, subtasks], {}, options);
  }

  /** Which of the subtasks that are waited for have ended, however, and which have not. */
  async taskWait(
    taskId: number,
    options: CallOptions = {},
  ): Promise<{ readonly finished: readonly number[]; readonly unfinished: readonly number[] }> {
    const found = await this.#session.call('host.taskWait', [taskId], {}, options);
    const [finished, unfinished] = readReply('host.taskWait', found, pair(list(number), list(number)));
    return { finished, unfinished };
  }

  /** The results of subtasks that have ended. Rejects with the fault of one that failed. */
  async taskWaitResults(
    taskId: number,
    subtasks: readonly number[],
    options: CallOptions = {},
  ): Promise<ReadonlyMap<number, XmlRpcValue>> {
    const args = [taskId, subtasks];
    const found = await this.#session.call('host.taskWaitResults', args, { canfail: null }, options);
    return new Map(readReply('host.taskWaitResults', found, list(pair(number, anything))));
  }
}
