import { expect } from 'chai';
import type { CommitOptions } from '../../lib/container/image.js';
import { toLabelChange } from '../../lib/podman/image-changes.js';
import { commitContainer } from '../../lib/podman/images.js';
import { rejectionOf } from '../support/rejection.js';
import { useScriptedService, type Exchange } from '../support/scripted-service.js';

const ID = 'ef'.repeat(32);

describe('commitContainer', () => {
  const service = useScriptedService();
  let committed: Exchange | undefined;

  let containerLabels: Record<string, string>;
  let version: string;

  beforeEach(() => {
    containerLabels = {};
    version = '4.3.1';
    service().on('GET _ping', (exchange) => {
      exchange.reply(200, 'OK', { 'libpod-api-version': version });
    });
    committed = undefined;
    service().on('POST commit', (exchange) => {
      committed = exchange;
      exchange.reply(200, { Id: ID });
    });
    service().on('GET containers/c1/json', (exchange) => {
      exchange.reply(200, {
        State: { Status: 'exited', StartedAt: '', FinishedAt: '' },
        Config: { Labels: containerLabels },
        NetworkSettings: {},
        HostConfig: {},
      });
    });
    service().on(`GET images/${ID}/json`, (exchange) => {
      exchange.reply(200, { Id: ID, Size: 1, Architecture: 'amd64', Os: 'linux' });
    });
  });

  function commit(options: CommitOptions = {}) {
    return commitContainer(service().client(), 'c1', options);
  }

  it('sends labels as they are to a version that takes them in its body', async () => {
    version = '5.4.2';
    containerLabels = { 'podroot.owner': 'o1' };
    await commit({ changes: ['ENV A=b'], labels: { a: 'x "y" \n$z' } });
    expect(JSON.parse(committed!.body.toString())).to.deep.equal({
      Labels: { 'podroot.owner': '', a: 'x "y" \n$z' },
    });
    expect(committed!.query.getAll('changes')).to.deep.equal(['ENV A=b']);
  });

  it('sends no comment, which makes the service fail, and no name unless there is one', async () => {
    expect((await commit()).id).to.equal(ID);
    expect([...committed!.query]).to.deep.equal([
      ['container', 'c1'],
      ['format', 'oci'],
      ['pause', 'true'],
    ]);
  });

  it('sends the name in two parts, and each change and label by itself', async () => {
    await commit({
      reference: 'localhost:5000/a/b:v1',
      changes: ['ENV A=b', 'CMD ["x"]'],
      labels: { one: '1', 'the other': 'two words' },
      pause: false,
    });
    expect([...committed!.query]).to.deep.equal([
      ['container', 'c1'],
      ['repo', 'localhost:5000/a/b'],
      ['tag', 'v1'],
      ['format', 'oci'],
      ['pause', 'false'],
      ['changes', 'ENV A=b'],
      ['changes', 'CMD ["x"]'],
      ['changes', 'LABEL "one"="1"'],
      ['changes', 'LABEL "the other"="two words"'],
    ]);
  });

  it('empties the labels that name the owner of the container, unless they are given', async () => {
    containerLabels = { a: 'b', 'podroot.owner': 'o1', 'podroot.owner.pid': '7', 'podroot.owner.host': 'h' };
    await commit({ labels: { 'podroot.owner.host': 'given' } });
    expect(committed!.query.getAll('changes')).to.deep.equal([
      'LABEL "podroot.owner"=""',
      'LABEL "podroot.owner.pid"=""',
      'LABEL "podroot.owner.host"="given"',
    ]);
  });

  it('rejects with CONTAINER_NOT_FOUND', async () => {
    service().on('POST commit', (exchange) => {
      exchange.reply(404, {
        cause: 'no such container',
        message: 'no container with name or ID "c1" found',
        response: 404,
      });
    });
    expect((await rejectionOf(commit())).code).to.equal('CONTAINER_NOT_FOUND');
  });

  for (const [name, message] of Object.entries({
    '4.3.1': 'CommitFailure: invalid change "FOO x" - invalid instruction FOO',
    '5.4.2': 'applying changes: processing change "FOO x": did not understand change instruction "FOO x"',
    '5.4.2, of an argument': 'applying changes: parsing change set FOO x: FOO must have two arguments',
  })) {
    it(`rejects with INVALID_ARGUMENT when the service refuses a change: ${name}`, async () => {
      service().on('POST commit', (exchange) => {
        exchange.reply(500, { cause: message, message, response: 500 });
      });
      const error = await rejectionOf(commit({ changes: ['ENV A=b', 'FOO x'] }));
      expect(error).to.deep.include({ code: 'INVALID_ARGUMENT', field: 'changes', value: 'FOO x' });
    });
  }

  context('when an option is wrong', () => {
    const wrong: readonly (readonly [string, CommitOptions])[] = [
      ['reference', { reference: 'a@sha256:1' }],
      ['labels key', { labels: { 'a=b': 'c' } }],
      ['labels.a', { labels: { a: 1 as unknown as string } }],
      ['changes', { changes: 'ENV A=b' as unknown as string[] }],
      ['pause', { pause: 'no' as unknown as boolean }],
    ];
    for (const [field, options] of wrong) {
      it(`rejects with INVALID_ARGUMENT and commits nothing: ${field}`, async () => {
        expect(await rejectionOf(commit(options))).to.deep.include({ code: 'INVALID_ARGUMENT', field });
        expect(committed).to.equal(undefined);
      });
    }
  });
});

describe('toLabelChange', () => {
  it('puts quotes around both and escapes nothing, as the service strips one pair and unescapes nothing', () => {
    expect(toLabelChange('a', 'x "y" \\ \n$z')).to.equal('LABEL "a"="x "y" \\ \n$z"');
    expect(toLabelChange('a', '')).to.equal('LABEL "a"=""');
  });
});
