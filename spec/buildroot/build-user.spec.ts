import { expect } from 'chai';
import { addBuildUser, resolveBuildUser } from '../../lib/buildroot/build-user.js';
import { refusalOf } from './refusal.js';

const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/sh\n';
const GROUP = 'root:x:0:\nmessages:x:135:mockbuild,alice\n';
const SHADOW = 'root:*:19000:0:99999:7:::\n';
const USER = resolveBuildUser({});

describe('addBuildUser', () => {
  it('adds user and group before others of the same numbers', () => {
    const files = addBuildUser({ passwd: PASSWD, group: GROUP, shadow: SHADOW }, USER);
    expect(files.passwd.split('\n')).to.deep.equal([
      'root:x:0:0:root:/root:/bin/bash',
      'mockbuild:x:1000:135::/builddir:/bin/bash',
      'alice:x:1000:1000::/home/alice:/bin/sh',
      '',
    ]);
    expect(files.group).to.equal('root:x:0:\nmock:x:135:\nmessages:x:135:alice\n');
    expect(files.shadow).to.equal(`${SHADOW}mockbuild:*:::::::\n`);
  });

  it('replaces a user and a group of the same name', () => {
    const files = addBuildUser(
      {
        passwd: `${PASSWD}mockbuild:x:5:6::/old:/bin/sh\n`,
        group: 'root:x:0:\nmock:x:6:\nmockers:x:7:',
        shadow: 'mockbuild:secret:::::::\n',
      },
      USER,
    );
    expect(files.passwd).to.equal(addBuildUser({ passwd: PASSWD, group: null, shadow: null }, USER).passwd);
    expect(files.group).to.equal('root:x:0:\nmock:x:135:\nmockers:x:7:\n');
    expect(files.shadow).to.equal('mockbuild:*:::::::\n');
  });

  it('changes nothing the second time', () => {
    const once = addBuildUser({ passwd: PASSWD, group: GROUP, shadow: SHADOW }, USER);
    expect(addBuildUser(once, USER)).to.deep.equal(once);
  });

  it('makes the files of an image that has none, but no shadow', () => {
    expect(addBuildUser({ passwd: null, group: null, shadow: null }, USER)).to.deep.equal({
      passwd: 'root:x:0:0:root:/root:/bin/bash\nmockbuild:x:1000:135::/builddir:/bin/bash\n',
      group: 'root:x:0:\nmock:x:135:\n',
      shadow: null,
    });
  });
});

describe('resolveBuildUser', () => {
  for (const [field, value] of [
    ['name', 'root'],
    ['name', 'a:b'],
    ['group', 'x\ny'],
    ['uid', 0],
    ['gid', 1.5],
    ['uid', 70_000],
  ] as const) {
    it(`refuses ${field} ${JSON.stringify(value)}`, async () => {
      const error = await refusalOf(() => resolveBuildUser({ [field]: value }));
      expect(error.field).to.equal(`buildUser.${field}`);
    });
  }
});
