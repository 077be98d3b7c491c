import { InvalidArgumentError } from '../errors.js';
import type { PlanArch } from './arch.js';
import { buildCommands, buildLoops } from './build-commands.js';
import { resolveEnvironment, resolveRootEnvironment } from './environment.js';
import { initCommands, type CommandContext } from './install-commands.js';
import { resolveMacros, toBodies } from './macros.js';
import { packageListArgv } from './package-list.js';
import { CAPABILITIES, INSTALLROOT, planDirectories, planFiles, planMounts } from './plan-files.js';
import { planShape } from './plan-shape.js';
import type { PlanSrpm } from './plan-srpm.js';
import { PLAN_SCHEMA, type BuildrootPlan, type PlanReproducible, type PlanTag } from './plan.js';
import { toFileName, urlVariables } from './repository-place.js';
import type { Repository } from './repository.js';
import { planRequirements } from './requirements.js';
import { resolveRepository, type ResolvedRepository } from './resolve-repository.js';
import type { ResolvedSettings } from './settings.js';

/** All that a plan is made of. */
export interface PlanIngredients {
  readonly srpm: PlanSrpm;
  readonly tag: PlanTag;
  readonly arch: PlanArch;
  readonly repositories: readonly Repository[];
  readonly settings: ResolvedSettings;
  readonly event: number | null;
}

/** Makes a plan, with all fields in the order in which their types have them. @throws InvalidArgumentError; PodrootError with `NOT_SUPPORTED` */
export function makePlan(ingredients: PlanIngredients): BuildrootPlan {
  const { srpm, tag, arch, settings, event } = ingredients;
  const reproducible = resolveReproducible(settings, srpm);
  const repositories = resolveRepositories(ingredients);
  const macros = resolveMacros(settings, arch, reproducible);
  const usesNetwork = repositories.some(({ isRemote }) => isRemote);
  const context: CommandContext = { settings, arch, usesNetwork };
  const { buildUser, options, environment } = settings;
  return planShape.arrange({
    schema: PLAN_SCHEMA,
    srpm,
    tag,
    arch,
    mode: settings.mode,
    image: settings.image,
    installroot:
      settings.mode === 'image' ? null : { path: INSTALLROOT, packageListArgv: packageListArgv(INSTALLROOT) },
    packageManager: settings.packageManager,
    releasever: settings.releasever,
    installDocs: settings.installDocs,
    installWeakDependencies: settings.installWeakDependencies,
    buildUser,
    environment: resolveEnvironment(buildUser, environment, reproducible),
    rootEnvironment: resolveRootEnvironment(buildUser, environment),
    capabilities: CAPABILITIES,
    directories: planDirectories(settings),
    files: planFiles(settings, macros, repositories),
    mounts: planMounts(settings, repositories),
    resources: settings.resources,
    initCommands: initCommands(context),
    buildCommands: buildCommands(context, srpm),
    loops: buildLoops(),
    packageListArgv: packageListArgv(),
    repositories: repositories.map(({ planned }) => planned),
    packages: settings.packages,
    macros,
    options: {
      with: options.with,
      without: options.without,
      define: toBodies(options.define),
      noCheck: options.noCheck,
      rpmbuild: options.rpmbuild,
      loginShell: settings.loginShell,
      keepBuildTree: settings.keepBuildTree,
      rpmbuildNetworking: settings.rpmbuildNetworking,
    },
    requirements: planRequirements(context),
    timeouts: settings.timeouts,
    reproducible,
    event,
  });
}

function resolveRepositories(ingredients: PlanIngredients): readonly ResolvedRepository[] {
  const { repositories, arch, tag, settings } = ingredients;
  const variables = urlVariables(arch.canonical, settings.releasever, settings.variables);
  const context = { tag: tag.name, canonicalArch: arch.canonical, variables };
  const names = new Set<string>();
  return repositories.map((repository, at) => {
    const field = `repositories[${at}]`;
    const resolved = resolveRepository(field, repository, context);
    const name = toFileName(repository.id);
    if (names.has(name)) throw new InvalidArgumentError(`${field}.id`, repository.id, 'must be unique');
    names.add(name);
    return resolved;
  });
}

function resolveReproducible(settings: ResolvedSettings, srpm: PlanSrpm): PlanReproducible | null {
  if (settings.reproducible === null) return null;
  const { sourceDateEpoch, buildHost, timeZone } = settings.reproducible;
  if (sourceDateEpoch !== 'srpm') {
    return { sourceDateEpoch: sourceDateEpoch === 'changelog' ? null : sourceDateEpoch, buildHost, timeZone };
  }
  if (srpm.buildTime === null) {
    throw new InvalidArgumentError(
      'reproducible.sourceDateEpoch',
      sourceDateEpoch,
      'must be another where the source package does not say when it was made',
    );
  }
  return { sourceDateEpoch: srpm.buildTime, buildHost, timeZone };
}
