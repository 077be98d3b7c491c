import { expect } from 'chai';
import { KojiBuildrootCalls } from '../../../lib/koji/calls/buildroot-calls.js';
import { KojiHostCalls } from '../../../lib/koji/calls/host-calls.js';
import { KojiTagCalls } from '../../../lib/koji/calls/tag-calls.js';
import { KojiTaskCalls } from '../../../lib/koji/calls/task-calls.js';
import { encodeCall } from '../../../lib/koji/xmlrpc-encode.js';
import type { XmlRpcValue } from '../../../lib/koji/xmlrpc-value.js';
import { rejection } from '../../support/hub-rejection.js';
import { fromTyped, readPhase } from '../../support/hub-recordings.js';
import { useScriptedHub } from '../../support/hub-scripted.js';

/** The recorded result of an exchange, with its doubles as they are. */
function recorded(phase: string, seq: number): XmlRpcValue {
  const reading = readPhase(phase).find((exchange) => exchange.seq === seq)?.response.reading;
  if (reading == null || !('value' in reading)) throw new Error(`${seq} has no value`);
  return fromTyped(reading.value);
}

describe('the typed calls', () => {
  const hub = useScriptedHub();

  it('give a task with its request', async () => {
    hub().answer({ value: recorded('lab-builder', 2672) });
    const task = await new KojiTaskCalls(hub().loggedIn()).getTaskRequest(48);
    expect(task).to.deep.include({
      id: 48,
      method: 'buildArch',
      parent: 46,
      label: 'x86_64',
      weight: 1,
      hostId: 1,
    });
    expect(task?.request).to.deep.equal({
      args: ['tasks/47/47/labhello-1.0-1.lab1.src.rpm', 2, 'x86_64', true, { repo_id: 1 }],
      keywords: {},
    });
  });

  it('give the same request for a task that is opened, where the hub sends a document', async () => {
    hub().answer({ value: recorded('lab-builder', 2673) });
    const task = await new KojiTaskCalls(hub().loggedIn()).openTask(48);
    expect(task).to.have.property('state', 1);
    expect(task?.request.args).to.deep.equal([
      'tasks/47/47/labhello-1.0-1.lab1.src.rpm',
      2,
      'x86_64',
      true,
      { repo_id: 1 },
    ]);
  });

  it('decode keyword arguments in a request', async () => {
    const task = recorded('lab-builder', 2673) as Record<string, XmlRpcValue>;
    const request = encodeCall('sleep', [{ n: 5, __starstar: true }]);
    hub().answer({ value: { ...task, request } });
    const opened = await new KojiTaskCalls(hub().loggedIn()).openTask(48);
    expect(opened?.request).to.deep.equal({ args: [], keywords: { n: 5 } });
  });

  it('give undefined for what is not there', async () => {
    hub().answer({ value: null }, { value: null }, { value: null }, { value: null });
    const session = hub().loggedIn();
    const tasks = new KojiTaskCalls(session);
    expect(await tasks.getTaskInfo(1)).to.equal(undefined);
    expect(await tasks.getTaskRequest(1)).to.equal(undefined);
    expect(await tasks.openTask(1)).to.equal(undefined);
    expect(await new KojiTagCalls(session).getAverageBuildDuration('a', 6)).to.equal(undefined);
  });

  it('give a host with its architectures apart', async () => {
    hub().answer({ value: recorded('lab-builder', 2618) });
    expect(await new KojiHostCalls(hub().loggedIn()).getHost()).to.deep.equal({
      id: 1,
      name: 'builder1',
      userId: 4,
      arches: ['x86_64', 'i386', 'noarch'],
      capacity: 4,
      taskLoad: 0,
      enabled: true,
      ready: false,
      description: 'lab builder',
      comment: null,
    });
  });

  it('give the tasks of a host, with what the hub leaves out', async () => {
    hub().answer({ value: recorded('lab-builder', 2659) }, { value: recorded('lab-builder', 2632) });
    const host = new KojiHostCalls(hub().loggedIn());
    expect(await host.getHostTasks()).to.deep.equal([{ id: 46, waiting: true, weight: 0.2, alert: true }]);
    expect(await host.getHostTasks()).to.deep.equal([{ id: 46, waiting: true, weight: 0.2, alert: false }]);
  });

  it('give what a tag inherits, and its extra data as it is', async () => {
    hub().answer({ value: recorded('lab-builder', 2647) });
    const config = await new KojiTagCalls(hub().loggedIn()).getBuildConfig(2, { event: 60 });
    expect(config).to.deep.include({ id: 2, name: 'f-build', arches: ['x86_64'], locked: false });
    expect(config.extra).to.include({
      'rpm.macro.dist': '.lab1',
      'rpm.macro.lab_num': 42,
      'mock.new_chroot': 0,
    });
    expect(hub().calls[0]?.keywords).to.deep.equal({ event: 60 });
  });

  it('give an external repository with its record, which packages refer to', async () => {
    const phase = 'edge-anonymous';
    const value = recorded(phase, 2444);
    hub().answer({ value });
    const [repo] = await new KojiTagCalls(hub().loggedIn()).getExternalRepoList(4);
    expect(repo).to.deep.include({ externalRepoId: 2, mergeMode: 'simple', arches: null });
    expect(repo?.record).to.deep.equal((value as XmlRpcValue[])[0]);
  });

  it('write a package’s record as kojid does', async () => {
    hub().answer({ value: null });
    const entry = {
      name: 'bash',
      version: '5.2',
      release: '1',
      epoch: null,
      arch: 'x86_64',
      size: 5,
      buildtime: 7,
      payloadhash: 'ff',
    };
    await new KojiBuildrootCalls(hub().loggedIn()).setList(23, [
      { ...entry, id: 4 },
      { ...entry, externalRepo: { external_repo_id: 2 }, location: 2 },
    ]);
    expect(hub().calls[0]?.args).to.deep.equal([
      23,
      [
        { ...entry, id: 4 },
        { ...entry, external_repo: { external_repo_id: 2 }, location: 2 },
      ],
    ]);
  });

  it('send loads and weights as doubles, also when they are whole', async () => {
    hub().answer({ value: null }, { value: null });
    const session = hub().loggedIn();
    await new KojiHostCalls(session).updateHost(0, false);
    await new KojiTaskCalls(session).setTaskWeight(1, 2);
    expect(hub().calls.map(({ body }) => /<double>.*<\/double>/.exec(body.toString())?.[0])).to.deep.equal([
      '<double>0.0</double>',
      '<double>2.0</double>',
    ]);
  });

  it('fail a task with text that the hub can read, whatever the build printed', async () => {
    hub().answer({ value: null });
    await new KojiTaskCalls(hub().loggedIn()).failTask(1, 1005, 'cc: \u001b[1merror\u0000');
    expect(hub().calls[0]?.args[1]).to.include('<value><string>cc: [1merror</string></value>');
  });

  it('ask for a tag of an event, and for a policy’s decision', async () => {
    hub().answer({ value: recorded('kojid-newrepo', 297) }, { value: 'allow' });
    const tags = new KojiTagCalls(hub().loggedIn());
    expect(await tags.getTag(2, { event: 60 })).to.deep.include({ id: 2, arches: ['x86_64'] });
    expect(await tags.evalPolicy('build_from_scm', { scm_host: 'git.example.com' })).to.equal('allow');
    expect(hub().calls.map(({ args, keywords }) => [args, keywords])).to.deep.equal([
      [[2], { event: 60, strict: true }],
      [['build_from_scm', { scm_host: 'git.example.com' }], {}],
    ]);
  });

  it('reject with a subtask’s own fault', async () => {
    hub().answer({ fault: [1005, 'error building package'] });
    const error = await rejection(new KojiTaskCalls(hub().loggedIn()).taskWaitResults(1, [2]));
    expect(error).to.have.property('faultName', 'BuildError');
  });

  for (const [value, words] of [
    ['x', 'the answer is not a struct'],
    [{ id: '1' }, 'id is not a number'],
    [{ id: 1, name: 'a', user_id: 1, capacity: null }, 'capacity is not a number'],
  ] as [XmlRpcValue, string][]) {
    it(`reject with PROTOCOL_ERROR when ${words}`, async () => {
      hub().answer({ value });
      const error = await rejection(new KojiHostCalls(hub().loggedIn()).getHost());
      expect(error).to.include({ code: 'PROTOCOL_ERROR', method: 'host.getHost' });
      expect(String(error)).to.include(words);
    });
  }
});
