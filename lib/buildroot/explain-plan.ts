import type { PlanCommand } from './plan-command.js';
import type { BuildrootPlan } from './plan.js';

/**
 * Says in plain text what a plan would do, for people: no passwords, but texts of the source package and its tag, which may
 * hold anything but are on one line each.
 *
 * @public
 */
export function explainPlan(plan: BuildrootPlan): string {
  const { arch, srpm, mode, image, tag } = plan;
  const way =
    mode === 'image'
      ? `packages added to the image ${image}`
      : `installed by the package manager of the image ${image}`;
  const personality = arch.personality === null ? '' : `, as ${arch.personality}`;
  const packages = plan.packages.length === 0 ? 'none' : plan.packages.join(' ');
  const lines = [
    `${srpm.nevra} for ${arch.target} on ${arch.host}${personality}, tag ${tag.name}`,
    `buildroot: ${way}`,
    `packages: ${packages}`,
    ...plan.repositories.map(({ id, baseUrls, mirrorList, metalink, gpgCheck }) => {
      const place = metalink ?? mirrorList ?? baseUrls.join(' ');
      return `repository ${id}: ${place}${gpgCheck ? '' : ' (signatures are not checked)'}`;
    }),
    ...plan.files.map(({ path, phase }) => `file ${path} (${phase})`),
    ...[...plan.initCommands, ...plan.buildCommands].map((command) => explainCommand(plan, command)),
  ];
  return lines.map((line) => `${toOneLine(line)}\n`).join('');
}

function explainCommand(plan: BuildrootPlan, command: PlanCommand): string {
  const { id, argv, packageManager, user, container, network, when } = command;
  const loop = plan.loops.find(({ commands }) => commands.includes(id));
  const call = packageManager === null ? '' : `${packageManager.verb} ${packageManager.arguments.join(' ')}`;
  const remarks = [
    user,
    ...(plan.mode === 'image' ? [] : [container]),
    ...(network ? ['network'] : []),
    ...(when === 'always' ? [] : [when]),
    ...(loop === undefined ? [] : [`at most ${loop.most} rounds`]),
  ];
  const words = argv === null ? `(package manager) ${call}` : argv.map(quote).join(' ');
  return `${id} [${remarks.join(', ')}]: ${words}`;
}

/** As a shell would want it, for reading alone: nothing here is run by one. */
function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function toOneLine(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');
}
