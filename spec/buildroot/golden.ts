import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildrootInitializer, type BuildrootRequest } from '../../lib/buildroot/initializer.js';
import type { BuildrootPlan } from '../../lib/buildroot/plan.js';
import { plainSource, type BuildrootFacts } from '../../lib/buildroot/source.js';
import { fixturePath } from '../srpm/fixtures.js';

/** A request whose plan is in spec/fixtures/plans, under its name. */
export interface GoldenCase {
  readonly name: string;
  readonly facts: BuildrootFacts;
  readonly request: BuildrootRequest;
}

const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n-----END PGP PUBLIC KEY BLOCK-----';

export const GOLDEN_CASES: readonly GoldenCase[] = [
  {
    name: 'image-dnf5',
    facts: {
      tag: { name: 'f42', id: null },
      image: 'registry.fedoraproject.org/fedora:42',
      packageManager: 'dnf5',
      releasever: '42',
      packages: ['@buildsys-build'],
      dist: '.fc42',
      repositories: [
        {
          id: 'fedora',
          metalink: 'https://mirrors.fedoraproject.org/metalink?repo=fedora-$releasever&arch=$basearch',
          gpgKeys: [KEY],
        },
        { id: 'own', name: 'Our own', hostFolder: '/srv/own', gpgCheck: false, priority: 1 },
      ],
    },
    request: { srpm: fixturePath('rpmtests-buildrequires.src.rpm'), tag: 'f42', arch: 'x86_64' },
  },
  {
    name: 'installroot-dnf4-koji',
    facts: {
      tag: { name: 'epel9-build', id: 123 },
      event: 456_789,
      image: 'quay.io/almalinuxorg/almalinux:9',
      mode: 'installroot',
      packageManager: 'dnf4',
      releasever: '9',
      packages: ['@build'],
      hostVendor: 'koji',
      vendor: 'Koji',
      packager: 'Koji <koji@example.com>',
      distribution: '100% "ours"',
      macros: { dist: '.el9', koji_note: 'two\nlines' },
      environment: { GIT_SSL_NO_VERIFY: '1' },
      timeouts: { rpmbuildMs: 86_400_000 },
      repositories: [
        {
          id: 'build',
          koji: { topUrls: ['https://kojipkgs.example.com', 'https://mirror.example.com/koji'], repoId: 987 },
          gpgCheck: false,
          moduleHotfixes: true,
          revision: '1735689600',
        },
      ],
    },
    request: {
      srpm: fixturePath('pulp-complex-package-2.3.4-5.el8.src.rpm'),
      tag: 123,
      arch: 'noarch',
      hostArch: 'ppc64le',
    },
  },
  {
    name: 'i686-options',
    facts: {
      tag: { name: 'f42', id: null },
      repositories: [{ id: 'all', baseUrls: 'http://repo.example.com/$basearch/os', gpgCheck: false }],
    },
    request: {
      srpm: fixturePath('hello-1.0-1.3300.src.rpm'),
      tag: 'f42',
      arch: 'i686',
      image: 'localhost/builder-i686',
      packages: ['rpm-build', 'gcc', 'make'],
      with: ['tests'],
      without: ['docs'],
      define: { optflags: '-O1 %{?extra}' },
      noCheck: true,
      rpmbuildOptions: ['--quiet'],
      loginShell: false,
      keepBuildTree: false,
      rpmbuildNetworking: true,
      installDocs: false,
      reproducible: { sourceDateEpoch: 1_735_689_600 },
      buildUser: { name: 'builder', uid: 1234, group: 'builders', gid: 1235 },
      resources: { memoryBytes: 4 * 1024 ** 3, cpus: 1.5 },
      timeouts: { rpmbuildMs: 3_600_000, packageManagerMs: 600_000, otherMs: 60_000, buildMs: 7_200_000 },
    },
  },
];

export function makeGoldenPlan({ facts, request }: GoldenCase): Promise<BuildrootPlan> {
  return new BuildrootInitializer({ source: plainSource(facts) }).initialize(request);
}

/** The stored plan of a case. With PODROOT_WRITE_PLANS=1 it is written first, to be looked at and committed. */
export async function readGoldenPlan(golden: GoldenCase): Promise<string> {
  const path = join(import.meta.dirname, '../fixtures/plans', `${golden.name}.json`);
  if (process.env['PODROOT_WRITE_PLANS'] === '1') {
    writeFileSync(path, `${JSON.stringify(await makeGoldenPlan(golden), undefined, 2)}\n`);
  }
  return readFileSync(path, 'utf8');
}
