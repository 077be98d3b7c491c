import { personalityPrefix, type PlanArch } from './arch.js';
import { TOP_FOLDER } from './macros.js';
import { toPackageManagerArgv } from './package-manager-argv.js';
import { namedPackageManager } from './package-manager.js';
import { PLACEHOLDERS, type PlanCommand, type PlanPackageManagerCall } from './plan-command.js';
import { INSTALLROOT } from './plan-files.js';
import type { ResolvedSettings } from './settings.js';

/** What commands are made of. */
export interface CommandContext {
  readonly settings: ResolvedSettings;
  readonly arch: PlanArch;
  /** Whether any repository is beyond the containers' own files. */
  readonly usesNetwork: boolean;
}

/** What most commands have in common. */
export const PLAIN_COMMAND = {
  againArgv: null,
  packageManager: null,
  workdir: '/',
  network: false,
  acceptExitCodes: [0],
  output: 'root.log',
  when: 'always',
} as const;

/** What the archive of a buildroot leaves out: what runtimes mount, and what the next download brings again. */
const CACHES = ['./var/cache/dnf/*', './var/cache/libdnf5/*', './var/cache/yum/*'];
const LEFT_OUT = ['./dev/*', './proc/*', './sys/*', './tmp/*', ...CACHES];

/** From an image, or from nothing, to a buildroot. */
export function initCommands(context: CommandContext): readonly PlanCommand[] {
  const { settings } = context;
  const install: readonly PlanCommand[] =
    settings.packages.length === 0
      ? []
      : [
          {
            ...packageManagerCommand(context, { verb: 'install', arguments: settings.packages }),
            id: 'install-buildroot',
            step: 'install-buildroot',
          },
        ];
  return [...install, ...(settings.mode === 'image' ? [] : [archiveCommand(settings)]), cleanHome(settings)];
}

/** Streams the installed buildroot out, to become an image. Numbers and attributes of files are kept as they are. */
function archiveCommand(settings: ResolvedSettings): PlanCommand {
  return {
    ...PLAIN_COMMAND,
    id: 'archive-buildroot',
    step: 'install-buildroot',
    container: 'base',
    argv: [
      'tar',
      '--create',
      '--file=-',
      `--directory=${INSTALLROOT}`,
      '--numeric-owner',
      '--xattrs',
      '--xattrs-include=*',
      '--one-file-system',
      ...LEFT_OUT.map((pattern) => `--exclude=${pattern}`),
      '.',
    ],
    user: 'root',
    timeoutMs: settings.timeouts.otherMs,
    output: 'image',
  };
}

/** An image may have a build tree, or macros that would hide ours (rpm looks into ~/.config/rpm first). */
function cleanHome({ buildUser, timeouts }: ResolvedSettings): PlanCommand {
  return {
    ...PLAIN_COMMAND,
    id: 'clean-home',
    step: 'build-user',
    container: 'buildroot',
    argv: ['rm', '-rf', '--', TOP_FOLDER, `${buildUser.home}/.config/rpm`],
    user: 'root',
    timeoutMs: timeouts.otherMs,
  };
}

/** Installs what the rebuilt source package asks for, or what `%generate_buildrequires` does. */
export function buildDepCommand(context: CommandContext, isDynamic: boolean): PlanCommand {
  const srpm = isDynamic ? PLACEHOLDERS.buildRequiresSrpm : PLACEHOLDERS.rebuiltSrpm;
  return {
    ...packageManagerCommand(context, { verb: 'builddep', arguments: [srpm] }),
    id: isDynamic ? 'install-generated-build-requires' : 'install-build-requires',
    step: isDynamic ? 'generate-build-requires' : 'install-build-requires',
    when: isDynamic ? 'dynamic-build-requires' : 'always',
  };
}

type PackageManagerCommand = Omit<PlanCommand, 'id' | 'step'>;

/** In mode `installroot` the package manager is the base container's: the buildroot need not have one. */
function packageManagerCommand(context: CommandContext, call: PlanPackageManagerCall): PackageManagerCommand {
  const { settings, arch, usesNetwork } = context;
  const { packageManager, mode, releasever, installDocs, installWeakDependencies } = settings;
  return {
    ...PLAIN_COMMAND,
    container: mode === 'image' ? 'buildroot' : 'base',
    argv: null,
    ...(packageManager === 'detect' || (packageManager === 'microdnf' && call.verb === 'builddep')
      ? {}
      : {
          argv: [
            ...personalityPrefix(arch),
            ...toPackageManagerArgv(namedPackageManager(packageManager), {
              ...call,
              releasever,
              installroot: mode === 'image' ? null : INSTALLROOT,
              installDocs,
              installWeakDependencies,
            }),
          ],
        }),
    packageManager: call,
    user: 'root',
    network: usesNetwork,
    timeoutMs: settings.timeouts.packageManagerMs,
  };
}
