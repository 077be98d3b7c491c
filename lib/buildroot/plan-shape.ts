import type { PlanArch } from './arch.js';
import type { BuildUser } from './build-user.js';
import type { PlanCommand, PlanLoop, PlanPackageManagerCall, PlanRequirement } from './plan-command.js';
import type { PlanDirectory, PlanFile, PlanMount } from './plan-file.js';
import type { PlanRepository } from './plan-repository.js';
import type { PlanSignature, PlanSrpm } from './plan-srpm.js';
import { PLAN_SCHEMA, type BuildrootPlan, type PlanInstallroot } from './plan.js';
import type { PlanOptions, PlanReproducible, PlanTag } from './plan.js';
import type { PlanResources, PlanTimeouts } from './settings.js';
import {
  flag,
  list,
  map,
  nullable,
  number,
  object,
  oneOf,
  pattern,
  text,
  whole,
  type JsonSchema,
} from './shape.js';

const path = pattern(/^\/(?!(.*\/)?\.\.(\/|$))/, 'an absolute path without ..');
const name = pattern(/^[^/]+$/, 'a file name');
const hex = pattern(/^[0-9a-f]+$/, 'hexadecimal');
const mode = whole;
const kind = oneOf('dnf5', 'dnf4', 'microdnf', 'yum');
const container = oneOf('base', 'buildroot');
const containers = list(container, 1);
const phase = oneOf('before-install', 'after-install', 'network-cut');
const argv = list(text, 1);

const srpm = object<PlanSrpm>({
  fileName: name,
  nevra: text,
  name: text,
  epoch: nullable(whole),
  version: text,
  release: text,
  sha256: nullable(hex),
  sizeBytes: nullable(whole),
  specFile: name,
  buildRequires: list(text),
  buildConflicts: list(text),
  dynamicBuildRequires: flag,
  buildArchs: list(text),
  exclusiveArch: list(text),
  excludeArch: list(text),
  exclusiveOs: list(text),
  excludeOs: list(text),
  buildTime: nullable(whole),
  buildHost: nullable(text),
  rpmVersion: nullable(text),
  sigMd5: nullable(hex),
  signatures: list(
    object<PlanSignature>({
      tag: text,
      covers: text,
      keyId: nullable(hex),
      algorithm: nullable(text),
      hash: nullable(text),
      createdAt: nullable(whole),
      problem: nullable(text),
    }),
  ),
});

const directory = object<PlanDirectory>({ path, mode, uid: whole, gid: whole, containers, phase });

const file = object<PlanFile>({
  path,
  content: text,
  mode,
  uid: whole,
  gid: whole,
  containers,
  phase,
  packageManagers: nullable(list(kind, 1)),
  secret: flag,
});

const command = object<PlanCommand>({
  id: text,
  step: oneOf(
    'install-buildroot',
    'build-user',
    'install-srpm',
    'rebuild-srpm',
    'install-build-requires',
    'generate-build-requires',
    'build',
  ),
  container,
  argv: nullable(argv),
  againArgv: nullable(argv),
  packageManager: nullable(
    object<PlanPackageManagerCall>({ verb: oneOf('install', 'builddep', 'clean'), arguments: list(text) }),
  ),
  user: oneOf('root', 'builder'),
  workdir: path,
  network: flag,
  timeoutMs: nullable(whole),
  acceptExitCodes: list(whole, 1),
  output: oneOf('root.log', 'build.log', 'image'),
  when: oneOf('always', 'dynamic-build-requires', 'no-dynamic-build-requires'),
});

const repository = object<PlanRepository>({
  id: text,
  name: text,
  baseUrls: list(text),
  mirrorList: nullable(text),
  metalink: nullable(text),
  hostFolder: nullable(path),
  kojiRepoId: nullable(whole),
  kojiTag: nullable(text),
  priority: nullable(whole),
  cost: nullable(whole),
  gpgCheck: flag,
  repoGpgCheck: flag,
  gpgKeys: list(text),
  moduleHotfixes: flag,
  exclude: list(text),
  include: list(text),
  proxy: nullable(text),
  metadataExpire: nullable(text),
  sslVerify: flag,
  skipIfUnavailable: flag,
  hasCredentials: flag,
  revision: nullable(text),
  options: map(text),
});

const loop = object<PlanLoop>({
  id: text,
  commands: list(text, 1),
  most: whole,
  until: oneOf('package-set-unchanged'),
});

const requirement = object<PlanRequirement>({
  container,
  anyOf: list(text, 1),
  why: text,
  since: oneOf('start', 'install'),
});

/** What a plan looks like. */
export const planShape = object<BuildrootPlan>({
  schema: oneOf(PLAN_SCHEMA),
  srpm,
  tag: object<PlanTag>({ name: text, id: nullable(whole) }),
  arch: object<PlanArch>({
    target: text,
    buildroot: text,
    canonical: text,
    host: text,
    personality: nullable(oneOf('linux32')),
  }),
  mode: oneOf('image', 'installroot'),
  image: pattern(/./, 'the reference of an image'),
  installroot: nullable(object<PlanInstallroot>({ path, packageListArgv: argv })),
  packageManager: oneOf('detect', 'dnf5', 'dnf4', 'microdnf', 'yum'),
  releasever: nullable(text),
  installDocs: flag,
  installWeakDependencies: flag,
  buildUser: object<BuildUser>({ name: text, uid: whole, group: text, gid: whole, home: path }),
  environment: map(text),
  rootEnvironment: map(text),
  capabilities: list(text),
  directories: list(directory),
  files: list(file),
  mounts: list(object<PlanMount>({ source: path, target: path, readOnly: flag, containers })),
  resources: object<PlanResources>({
    memoryBytes: nullable(whole),
    cpus: nullable(number),
    pids: nullable(whole),
  }),
  initCommands: list(command),
  buildCommands: list(command, 1),
  loops: list(loop),
  packageListArgv: argv,
  repositories: list(repository),
  packages: list(text),
  macros: map(text),
  options: object<PlanOptions>({
    with: list(text),
    without: list(text),
    define: map(text),
    noCheck: flag,
    rpmbuild: list(text),
    loginShell: flag,
    keepBuildTree: flag,
    rpmbuildNetworking: flag,
  }),
  requirements: list(requirement),
  timeouts: object<PlanTimeouts>({
    packageManagerMs: nullable(whole),
    rpmbuildMs: nullable(whole),
    otherMs: nullable(whole),
    buildMs: nullable(whole),
  }),
  reproducible: nullable(
    object<PlanReproducible>({ sourceDateEpoch: nullable(whole), buildHost: text, timeZone: text }),
  ),
  event: nullable(whole),
});

/** The published JSON schema of plans: docs/schemas/buildroot-plan.schema.json. */
export function planJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:${PLAN_SCHEMA.replace(/[./]/g, ':')}`,
    title: 'A buildroot plan of podroot',
    ...planShape.schema,
  };
}
