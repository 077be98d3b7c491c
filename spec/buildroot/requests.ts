import { BuildrootInitializer, type BuildrootRequest } from '../../lib/buildroot/initializer.js';
import type { BuildrootPlan } from '../../lib/buildroot/plan.js';
import type { Repository } from '../../lib/buildroot/repository.js';
import { plainSource, type BuildrootFacts } from '../../lib/buildroot/source.js';
import { fixturePath } from '../srpm/fixtures.js';

export const LOCAL_REPOSITORY: Repository = { id: 'local', hostFolder: '/srv/repository', gpgCheck: false };

/** A request that lacks nothing. */
export const REQUEST: BuildrootRequest = {
  srpm: fixturePath('hello-1.0-1.3300.src.rpm'),
  tag: 'f42-build',
  arch: 'x86_64',
  image: 'registry.example/builder:42',
};

/** The plan of a request, with facts of which only the repositories are said unless more is. */
export function makePlan(
  request: Partial<BuildrootRequest> = {},
  facts: Partial<BuildrootFacts> = {},
): Promise<BuildrootPlan> {
  const source = plainSource({ repositories: [LOCAL_REPOSITORY], ...facts });
  return new BuildrootInitializer({ source }).initialize({ ...REQUEST, ...request });
}

/** The content of one of a plan's files. */
export function contentOf(plan: BuildrootPlan, path: string): string {
  const found = plan.files.find((file) => file.path === path);
  if (found === undefined)
    throw new Error(`no ${path} among ${plan.files.map((file) => file.path).join(' ')}`);
  return found.content;
}

/** One of a plan's commands. */
export function commandOf(plan: BuildrootPlan, id: string): BuildrootPlan['initCommands'][number] {
  const found = [...plan.initCommands, ...plan.buildCommands].find((command) => command.id === id);
  if (found === undefined) throw new Error(`no command ${id}`);
  return found;
}
