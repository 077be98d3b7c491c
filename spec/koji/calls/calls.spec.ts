import { expect } from 'chai';
import { KojiBuildrootCalls, type KojiBuildrootPackage } from '../../../lib/koji/calls/buildroot-calls.js';
import { KojiHostCalls } from '../../../lib/koji/calls/host-calls.js';
import { KojiTagCalls } from '../../../lib/koji/calls/tag-calls.js';
import { KojiTaskCalls } from '../../../lib/koji/calls/task-calls.js';
import { decodeArguments, encodeArguments } from '../../../lib/koji/keyword-arguments.js';
import { KojiError } from '../../../lib/koji/koji-error.js';
import type { KojiSession } from '../../../lib/koji/koji-session.js';
import { decodeCall, decodeMessage } from '../../../lib/koji/xmlrpc-decode.js';
import type { XmlRpcStruct, XmlRpcValue } from '../../../lib/koji/xmlrpc-value.js';
import { bodyOf, normalize, readPhase, recordedPhases, toTyped } from '../../support/hub-recordings.js';

type Args = readonly XmlRpcValue[];
type Make = (session: KojiSession, args: Args, keywords: XmlRpcStruct) => Promise<unknown>;

const task = (session: KojiSession): KojiTaskCalls => new KojiTaskCalls(session);
const host = (session: KojiSession): KojiHostCalls => new KojiHostCalls(session);
const buildroot = (session: KojiSession): KojiBuildrootCalls => new KojiBuildrootCalls(session);
const tag = (session: KojiSession): KojiTagCalls => new KojiTagCalls(session);
const event = ({ event: asked }: XmlRpcStruct): { event?: number } =>
  typeof asked === 'number' ? { event: asked } : {};
const packages = (list: XmlRpcValue | undefined): readonly KojiBuildrootPackage[] =>
  (list as readonly XmlRpcStruct[]).map(({ external_repo: externalRepo, ...rest }) => ({
    ...(rest as unknown as KojiBuildrootPackage),
    ...(externalRepo === undefined ? {} : { externalRepo: externalRepo as XmlRpcStruct }),
  }));

/** How each typed call is made so that it makes the recorded one; `undefined` where kojid asks otherwise than podroot. */
const CALLS: Readonly<Record<string, (args: Args, keywords: XmlRpcStruct) => Make | undefined>> = {
  getTaskInfo: ([id], { request, strict }) => {
    if (typeof id !== 'number' || strict !== undefined) return undefined;
    return (s) => (request === true ? task(s).getTaskRequest(id) : task(s).getTaskInfo(id));
  },
  'host.openTask':
    ([id]) =>
    (s) =>
      task(s).openTask(id as number),
  'host.setTaskWeight':
    ([id, weight]) =>
    (s) =>
      task(s).setTaskWeight(id as number, Number(weight)),
  'host.closeTask': ([id, xml]) => {
    // One of the lab's was no document.
    if (!(xml as string).startsWith('<?xml')) return undefined;
    const message = decodeMessage(xml as string, { doubles: 'exact' });
    return (s) => task(s).closeTask(id as number, message.kind === 'response' ? message.value : null);
  },
  'host.failTask': ([id, xml]) => {
    const message = decodeMessage(xml as string);
    if (message.kind !== 'fault') return undefined;
    return (s) => task(s).failTask(id as number, message.faultCode, message.faultString);
  },
  'host.refuseTask':
    ([id], { soft, msg }) =>
    (s) =>
      task(s).refuseTask(id as number, { soft: soft as boolean | undefined, msg: msg as string }),
  'host.freeTasks':
    ([ids]) =>
    (s) =>
      task(s).freeTasks(ids as number[]),
  'host.subtask': (args, { method, arglist, parent, label, arch }) => {
    if (args.length > 0) return undefined;
    const subtask = { parent: parent as number, label: label as string, arch: arch as string };
    return (s) => task(s).subtask(method as string, arglist as Args, subtask);
  },
  'host.taskSetWait':
    ([id, ids]) =>
    (s) =>
      task(s).taskSetWait(id as number, ids as number[]),
  'host.taskWait':
    ([id]) =>
    (s) =>
      task(s).taskWait(id as number),
  'host.taskWaitResults': ([id, ids], { canfail }) =>
    canfail === null ? (s) => task(s).taskWaitResults(id as number, ids as number[]) : undefined,
  'host.getID': () => (s) => host(s).getId(),
  'host.getHost': () => (s) => host(s).getHost(),
  'host.getHostTasks': () => (s) => host(s).getHostTasks(),
  'host.getTasks': () => (s) => host(s).getTasks(),
  'host.updateHost': ([load, ready], { data, ...others }) => {
    if (load === undefined || Object.keys(others).length > 0) return undefined;
    return (s) => host(s).updateHost(Number(load), ready as boolean, data as never);
  },
  listBuildroots: (_, { hostID, state, ...others }) => {
    if (state === undefined || Object.keys(others).length > 0) return undefined;
    return (s) => buildroot(s).listLive(hostID as number);
  },
  'host.newBuildRoot':
    ([repo, arch], { task_id: id }) =>
    (s) =>
      buildroot(s).newBuildRoot(repo as number, arch as string, id as number),
  'host.setBuildRootState': ([id, state]) =>
    typeof state === 'string' ? (s) => buildroot(s).setState(id as number, state as 'EXPIRED') : undefined,
  'host.setBuildRootList':
    ([id, list]) =>
    (s) =>
      buildroot(s).setList(id as number, packages(list)),
  'host.updateBuildRootList':
    ([id, list]) =>
    (s) =>
      buildroot(s).updateList(id as number, packages(list)),
  getTag: ([id], { strict, ...keywords }) =>
    strict === true && keywords['event'] !== null && typeof id === 'number'
      ? (s) => tag(s).getTag(id, event(keywords))
      : undefined,
  getBuildConfig:
    ([id], keywords) =>
    (s) =>
      tag(s).getBuildConfig(id as number, event(keywords)),
  getExternalRepoList:
    ([id], keywords) =>
    (s) =>
      tag(s).getExternalRepoList(id as number, event(keywords)),
  repoInfo: ([id], { strict }) => (strict === true ? (s) => tag(s).repoInfo(id as number) : undefined),
  getAverageBuildDuration: ([name], { age }) =>
    typeof age === 'number' ? (s) => tag(s).getAverageBuildDuration(name as string, age) : undefined,
};

describe('the typed calls, in the recorded traffic of a real hub,', () => {
  const exchanges = recordedPhases()
    .flatMap(readPhase)
    .filter(({ method }) => CALLS[method] !== undefined);

  for (const method of Object.keys(CALLS)) {
    it(`make ${method} as it was made, and read every answer to it`, async () => {
      let made = 0;
      for (const { seq, request, response } of exchanges.filter((exchange) => exchange.method === method)) {
        const { params } = decodeCall(bodyOf(request), { doubles: 'exact' });
        const { args, keywords } = decodeArguments(params);
        const make = CALLS[method]?.(args, keywords);
        if (make === undefined) continue;
        const sent: XmlRpcValue[] = [];
        const outcome = make(sessionThat(decodeMessage(bodyOf(response)), method, sent), args, keywords);
        await outcome.catch((error: unknown) => {
          expect(error, `${seq}`).to.be.instanceOf(KojiError);
        });
        expect(
          sent.map((value) => normalize(toTyped(value))),
          `${seq}`,
        ).to.deep.equal(params.map((value) => normalize(toTyped(value))));
        made += 1;
      }
      expect(made).to.be.above(0);
    });
  }
});

/** A session that gives one recorded answer, and keeps what was asked. */
function sessionThat(
  answer: ReturnType<typeof decodeMessage>,
  method: string,
  sent: XmlRpcValue[],
): KojiSession {
  return {
    call: (name, args = [], keywords = {}) => {
      expect(name).to.equal(method);
      sent.push(...encodeArguments(args, keywords));
      if (answer.kind === 'fault')
        return Promise.reject(new KojiError(method, answer.faultCode, answer.faultString));
      return Promise.resolve(answer.kind === 'response' ? answer.value : null);
    },
    rawUpload: () => Promise.reject(new Error('not asked for')),
    subsession: () => Promise.reject(new Error('not asked for')),
    logout: () => Promise.resolve(),
  };
}
