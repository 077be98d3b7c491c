import { personalityPrefix } from './arch.js';
import { buildDepCommand, PLAIN_COMMAND, type CommandContext } from './install-commands.js';
import { TOP_FOLDER } from './macros.js';
import type { PlanCommand, PlanLoop } from './plan-command.js';
import type { PlanSrpm } from './plan-srpm.js';

/** Where the source package is put, as it came. */
export const ORIGINALS_FOLDER = `${TOP_FOLDER}/originals`;

/** mock's static_buildrequires_max_loops and dynamic_buildrequires_max_loops. */
const MOST_ROUNDS = 10;

/** Always the exit code of `rpmbuild -br --nodeps`: it says nothing. */
const BUILD_REQUIRES_MADE = 11;

/** How mock skips `%check`: it works with every rpm. */
const NO_CHECK = ['--define', '__spec_check_template exit 0; '];

/**
 * From a buildroot to packages: mock's procedure, call by call (backend.py and rpmbuild.py of mock 6.7).
 *
 * @remarks
 * The requirements are those of the package as it is rebuilt inside, because its macros are those of the target. A package
 * with `%generate_buildrequires` is built with `-ba`, so that its source package has all of them, and without another
 * `%prep`. All calls have `--nodeps`, as under Koji: the package manager has just seen to the requirements.
 */
export function buildCommands(context: CommandContext, srpm: PlanSrpm): readonly PlanCommand[] {
  const { settings, arch } = context;
  const spec = `${TOP_FOLDER}/SPECS/${srpm.specFile}`;
  const tree = settings.keepBuildTree ? ['--noclean'] : [];
  const options = (...last: readonly string[]): readonly string[] => [
    ...tree,
    '--target',
    arch.target,
    '--nodeps',
    ...last,
    spec,
  ];
  const { noCheck, rpmbuild: more } = settings.options;
  const final = [...options(...(noCheck ? NO_CHECK : [])), ...more];
  return [
    {
      ...builderCommand(context),
      id: 'install-srpm',
      step: 'install-srpm',
      argv: ['rpm', '-Uvh', '--nodeps', `${ORIGINALS_FOLDER}/${srpm.fileName}`],
      timeoutMs: settings.timeouts.otherMs,
      network: false,
    },
    {
      ...builderCommand(context),
      id: 'rebuild-srpm',
      step: 'rebuild-srpm',
      argv: rpmbuild(context, '-bs', ...options()),
    },
    buildDepCommand(context, false),
    {
      ...builderCommand(context),
      id: 'generate-build-requires',
      step: 'generate-build-requires',
      argv: rpmbuild(context, '-br', ...options()),
      againArgv: rpmbuild(context, '-br', '--noprep', ...options()),
      acceptExitCodes: [0, BUILD_REQUIRES_MADE],
      when: 'dynamic-build-requires',
    },
    buildDepCommand(context, true),
    {
      ...builderCommand(context),
      id: 'build',
      step: 'build',
      argv: rpmbuild(context, '-bb', ...final),
      when: 'no-dynamic-build-requires',
    },
    {
      ...builderCommand(context),
      id: 'build-with-generated-requires',
      step: 'build',
      argv: rpmbuild(context, '-ba', '--noprep', ...final),
      when: 'dynamic-build-requires',
    },
  ];
}

/** Which of them are repeated: mock's two loops. */
export function buildLoops(): readonly PlanLoop[] {
  const loop = { most: MOST_ROUNDS, until: 'package-set-unchanged' } as const;
  return [
    { ...loop, id: 'static', commands: ['rebuild-srpm', 'install-build-requires'] },
    { ...loop, id: 'dynamic', commands: ['generate-build-requires', 'install-generated-build-requires'] },
  ];
}

/**
 * mock's `bash --login -c "…"`, for whoever relies on /etc/profile.d, but with the arguments beside the script instead of
 * in it, where they would have to be quoted.
 */
function rpmbuild({ settings, arch }: CommandContext, ...options: readonly string[]): readonly string[] {
  const shell = settings.loginShell ? ['bash', '--login', '-c', 'exec "$@"', 'bash'] : [];
  return [...personalityPrefix(arch), ...shell, '/usr/bin/rpmbuild', ...options];
}

function builderCommand({ settings }: CommandContext): Omit<PlanCommand, 'id' | 'step' | 'argv'> {
  return {
    ...PLAIN_COMMAND,
    container: 'buildroot',
    user: 'builder',
    workdir: settings.buildUser.home,
    network: settings.rpmbuildNetworking,
    timeoutMs: settings.timeouts.rpmbuildMs,
    output: 'build.log',
  };
}
