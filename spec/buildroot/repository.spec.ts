import { expect } from 'chai';
import type { Repository } from '../../lib/buildroot/repository.js';
import type { BuildrootSettings } from '../../lib/buildroot/settings.js';
import { readIniSection } from './ini-reader.js';
import { refusalOf } from './refusal.js';
import { contentOf, makePlan } from './requests.js';

const PLACE = { baseUrls: 'https://repo.example/x', gpgCheck: false };
const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxyz\n-----END PGP PUBLIC KEY BLOCK-----';

async function optionsOf(
  repository: Partial<Repository>,
  settings: BuildrootSettings = {},
): Promise<ReadonlyMap<string, string>> {
  const plan = await makePlan(settings, { repositories: [{ id: 'repo', ...repository }] });
  const { section, options } = readIniSection(contentOf(plan, '/etc/yum.repos.d/podroot/repo.repo'));
  expect(section).to.equal('repo');
  return options;
}

describe('repositories', () => {
  it('write one section with what is said and the safe defaults', async () => {
    expect(Object.fromEntries(await optionsOf(PLACE))).to.deep.equal({
      name: 'repo',
      baseurl: 'https://repo.example/x',
      enabled: '1',
      gpgcheck: '0',
      skip_if_unavailable: '0',
    });
  });

  it('write all options', async () => {
    const options = await optionsOf(
      {
        name: ' Packages\n of "us"; 100% ',
        baseUrls: ['https://one.example/$basearch', 'http://two.example/${releasever}/$stream'],
        priority: 10,
        cost: 500,
        gpgKeys: ['file:///etc/pki/rpm-gpg/KEY', 'https://keys.example/$releasever_major'],
        repoGpgCheck: true,
        moduleHotfixes: true,
        exclude: ['a*', 'b'],
        include: ['c', 'd?'],
        proxy: { url: 'http://proxy.example:3128', username: 'me', password: 'p#;%s$' },
        username: 'user',
        password: 'pa ss',
        metadataExpireSeconds: 'never',
        sslVerify: false,
        sslCaCertificates: '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n',
        skipIfUnavailable: true,
        options: { timeout: '5', bandwidth: '1M' },
      },
      { releasever: '42.1', variables: { stream: 'ten' }, arch: 'i686' } as BuildrootSettings,
    );
    expect(Object.fromEntries(options)).to.deep.equal({
      name: 'Packages of "us"; 100%',
      baseurl: 'https://one.example/i386\nhttp://two.example/42.1/ten',
      enabled: '1',
      gpgcheck: '1',
      repo_gpgcheck: '1',
      gpgkey: 'file:///etc/pki/rpm-gpg/KEY\nhttps://keys.example/42',
      priority: '10',
      cost: '500',
      module_hotfixes: '1',
      excludepkgs: 'a* b',
      exclude: 'a* b',
      includepkgs: 'c d?',
      metadata_expire: 'never',
      sslverify: '0',
      sslcacert: '/etc/pki/podroot/repo-ca.pem',
      skip_if_unavailable: '1',
      username: 'user',
      password: 'pa ss',
      proxy: 'http://proxy.example:3128',
      proxy_username: 'me',
      proxy_password: 'p#;%s$',
      bandwidth: '1M',
      timeout: '5',
    });
  });

  it('write metalinks, mirror lists, and no proxy', async () => {
    expect(
      (await optionsOf({ metalink: 'https://m.example/?a=$arch', gpgCheck: false })).get('metalink'),
    ).to.equal('https://m.example/?a=x86_64');
    const options = await optionsOf({ mirrorList: 'https://m.example/l', gpgCheck: false, proxy: null });
    expect([options.get('mirrorlist'), options.get('proxy')]).to.deep.equal(['https://m.example/l', '']);
  });

  it('check signatures when there are keys, which become files', async () => {
    const plan = await makePlan(
      {},
      { repositories: [{ id: 'a:b', baseUrls: PLACE.baseUrls, gpgKeys: [KEY] }] },
    );
    const path = '/etc/pki/rpm-gpg/podroot-a_b-1.asc';
    expect(contentOf(plan, path)).to.equal(`${KEY}\n`);
    const { options } = readIniSection(contentOf(plan, '/etc/yum.repos.d/podroot/a_b.repo'));
    expect([options.get('gpgcheck'), options.get('gpgkey')]).to.deep.equal(['1', `file://${path}`]);
  });

  it('mount folders of the host, and need no network', async () => {
    const plan = await makePlan(
      { packages: ['bash'] },
      { repositories: [{ id: 'a:b', hostFolder: '/srv/r', gpgCheck: false }] },
    );
    expect(plan.mounts).to.deep.equal([
      { source: '/srv/r', target: '/mnt/podroot/a_b', readOnly: true, containers: ['buildroot'] },
    ]);
    expect(plan.repositories[0]?.baseUrls).to.deep.equal(['file:///mnt/podroot/a_b']);
    expect([...plan.initCommands, ...plan.buildCommands].some(({ network }) => network)).to.equal(false);
  });

  it('need a network for the package manager alone when they are elsewhere', async () => {
    const plan = await makePlan({ packages: ['bash'] }, { repositories: [{ id: 'r', ...PLACE }] });
    const commands = [...plan.initCommands, ...plan.buildCommands];
    expect(commands.filter(({ network }) => network).map(({ id }) => id)).to.deep.equal([
      'install-buildroot',
      'install-build-requires',
      'install-generated-build-requires',
    ]);
  });

  it("are Koji's by top URL, tag, number and canonical architecture", async () => {
    const koji = { topUrls: ['https://kojipkgs.example/', 'http://mirror.example/koji'], repoId: 77 };
    const plan = await makePlan({ arch: 'i686' }, { repositories: [{ id: 'build', koji, gpgCheck: false }] });
    expect(plan.repositories[0]).to.deep.include({
      baseUrls: [
        'https://kojipkgs.example/repos/f42-build/77/i386',
        'http://mirror.example/koji/repos/f42-build/77/i386',
      ],
      kojiTag: 'f42-build',
      kojiRepoId: 77,
    });
  });

  it('show no user and no password but in files that are secret', async () => {
    const repositories: readonly Repository[] = [
      { id: 'one', baseUrls: 'https://bob:hunter2@repo.example/x', gpgCheck: false },
      { id: 'two', ...PLACE, username: 'bob', password: 'hunter2' },
      { id: 'three', ...PLACE, proxy: { url: 'http://bob:hunter2@proxy.example' } },
      { id: 'four', baseUrls: PLACE.baseUrls, gpgKeys: ['https://bob:hunter2@keys.example'] },
      { id: 'five', ...PLACE },
    ];
    const plan = await makePlan(
      { proxy: { url: 'http://p.example', password: 'hunter2' } },
      { repositories },
    );
    const secret = plan.files.filter((file) => file.secret);
    expect(secret.map(({ path, mode }) => [path.replace(/.*\//, ''), mode])).to.deep.equal([
      ['dnf.conf', 0o600],
      ['yum.conf', 0o600],
      ...['one', 'two', 'three', 'four'].map((id) => [`${id}.repo`, 0o600]),
    ]);
    expect(secret.every(({ content }) => content.includes('hunter2'))).to.equal(true);
    const rest = JSON.stringify({ ...plan, files: plan.files.filter((file) => !file.secret) });
    expect(rest).not.to.include('hunter2').and.not.to.include('bob');
    expect(plan.repositories.map(({ hasCredentials }) => hasCredentials)).to.deep.equal([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  for (const [what, repository, field] of [
    ['no word on signatures without keys', { baseUrls: 'http://r.example' }, 'gpgCheck'],
    ['no place', { gpgCheck: false }, ''],
    ['two places', { ...PLACE, hostFolder: '/srv' }, ''],
    ['no URL', { baseUrls: [], gpgCheck: false }, 'baseUrls'],
    ['a URL of another scheme', { ...PLACE, baseUrls: 'javascript:x' }, 'baseUrls[0]'],
    ['a line break in a URL', { ...PLACE, baseUrls: 'http://a.example/\nenabled=0' }, 'baseUrls[0]'],
    ['an unknown variable', { ...PLACE, baseUrls: 'http://a.example/$releasever' }, 'baseUrls[0]'],
    ['half a variable', { ...PLACE, baseUrls: 'http://a.example/${arch' }, 'baseUrls[0]'],
    ['a relative folder', { hostFolder: 'srv', gpgCheck: false }, 'hostFolder'],
    ['a folder with ..', { hostFolder: '/srv/../etc', gpgCheck: false }, 'hostFolder'],
    ['a priority of 0', { ...PLACE, priority: 0 }, 'priority'],
    ['half a cost', { ...PLACE, cost: 1.5 }, 'cost'],
    ['a negative expiry', { ...PLACE, metadataExpireSeconds: -1 }, 'metadataExpireSeconds'],
    ['a pattern with a blank', { ...PLACE, exclude: ['a b'] }, 'exclude'],
    ['a backslash in a password', { ...PLACE, password: 'a\\b' }, 'password'],
    ['a variable in a password', { ...PLACE, password: 'a$arch' }, 'password'],
    ['a certificate that is none', { ...PLACE, sslCaCertificates: '/etc/ca.pem' }, 'sslCaCertificates'],
    [
      'a Koji repository without a number',
      { koji: { topUrls: 'http://k.example', repoId: 0 }, gpgCheck: false },
      'koji.repoId',
    ],
    [
      'a Koji repository without a URL',
      { koji: { topUrls: [], repoId: 1 }, gpgCheck: false },
      'koji.topUrls',
    ],
    [
      'a Koji repository of a tag that is a path',
      { koji: { topUrls: 'http://k.example', repoId: 1, tag: '../x' }, gpgCheck: false },
      'koji.tag',
    ],
    ['an id with a slash', { ...PLACE, id: '../x' }, 'id'],
    ['the id main', { ...PLACE, id: 'main' }, 'id'],
  ] as const) {
    it(`refuse ${what}`, async () => {
      const error = await refusalOf(() => optionsOf(repository));
      expect(error.code).to.equal('INVALID_ARGUMENT');
      expect(error.field).to.equal(['repositories[0]', field].filter((part) => part !== '').join('.'));
      expect(error.message).not.to.include('a\\b').and.not.to.include('a$arch');
    });
  }

  it('refuse a line break in an option of any name', async () => {
    const error = await refusalOf(() => optionsOf({ ...PLACE, options: { x: 'a\ngpgcheck=0' } }));
    expect(error.field).to.equal('[repo] x');
  });

  it('refuse two whose files would be the same', async () => {
    const repositories = ['a:b', 'a_b'].map((id) => ({ id, ...PLACE }));
    expect((await refusalOf(() => makePlan({}, { repositories }))).field).to.equal('repositories[1].id');
  });

  it('take the variables of the request before those of the facts', async () => {
    const repositories = [{ id: 'repo', baseUrls: 'http://repo.example/$one/$two', gpgCheck: false }];
    const plan = await makePlan(
      { variables: { two: 'request' } },
      { repositories, variables: { one: 'facts', two: 'facts' } },
    );
    expect(plan.repositories[0]?.baseUrls).to.deep.equal(['http://repo.example/facts/request']);
  });

  it('of a request replace those of the source with the same id, and follow the others', async () => {
    const known = ['one', 'two'].map((id) => ({ id, ...PLACE }));
    const plan = await makePlan(
      { repositories: [{ id: 'one', ...PLACE, priority: 1 }] },
      { repositories: known },
    );
    expect(plan.repositories.map(({ id, priority }) => [id, priority])).to.deep.equal([
      ['two', null],
      ['one', 1],
    ]);
  });
});
