import { PACKAGE_MANAGER_PATHS, namedPackageManager } from './package-manager.js';
import type { CommandContext } from './install-commands.js';
import type { PlanRequirement } from './plan-command.js';

/** The commands that a plan's images must have. */
export function planRequirements({ settings, arch }: CommandContext): readonly PlanRequirement[] {
  const { mode, packageManager, loginShell } = settings;
  const isImage = mode === 'image';
  const installing = { container: isImage ? 'buildroot' : 'base', since: 'start' } as const;
  const building = { container: 'buildroot', since: 'install' } as const;
  const personality: readonly Omit<PlanRequirement, 'container' | 'since'>[] =
    arch.personality === null
      ? []
      : [{ anyOf: ['setarch'], why: `the kernel must call itself a machine for ${arch.buildroot}` }];
  return [
    {
      ...installing,
      anyOf: packageManager === 'detect' ? PACKAGE_MANAGER_PATHS : [namedPackageManager(packageManager).path],
      why: 'packages must be installed',
    },
    ...personality.map((requirement) => ({ ...installing, ...requirement })),
    ...(isImage ? [] : [{ ...installing, anyOf: ['tar'], why: 'the buildroot becomes an image' }]),
    { ...building, anyOf: ['rpm'], why: 'the source package must be unpacked' },
    { ...building, anyOf: ['/usr/bin/rpmbuild'], why: 'packages must be built: rpm-build has it' },
    { ...building, anyOf: ['rm'], why: 'the build tree must be empty' },
    ...(loginShell
      ? [{ ...building, anyOf: ['bash'], why: 'rpmbuild runs in a login shell (see loginShell)' }]
      : []),
    ...personality.map((requirement) => ({ ...building, ...requirement })),
  ];
}
