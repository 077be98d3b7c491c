import { InvalidArgumentError } from '../errors.js';
import { canBuildArch } from './arch.js';
import type { SrpmHeader } from './rpm-header.js';
import { SrpmError } from './srpm-error.js';

/**
 * What a source package says of where it may be built.
 *
 * @public
 */
export type BuildRestrictions = Pick<
  SrpmHeader,
  'file' | 'buildArchs' | 'exclusiveArch' | 'excludeArch' | 'exclusiveOs' | 'excludeOs'
>;

/**
 * The machine that something is built on.
 *
 * @public
 */
export interface BuildMachine {
  /** Its architecture (`%_build_cpu`), which stands for `noarch`. @defaultValue the target architecture */
  readonly arch?: string | undefined;
  /** The target operating system. @defaultValue `'linux'` */
  readonly os?: string | undefined;
}

/**
 * Refuses a source package that rpmbuild would refuse to build for a target, before anything is started for it.
 *
 * @param targetArch - what `rpmbuild --target` will be given: `x86_64`, `i686`, `noarch`
 * @remarks
 * rpmbuild's rules (checkForValidArchitectures and parseSpec in rpm 6.1): what has `BuildArch:` is built for those of
 * them that the target can build; for each, `ExcludeArch:` must not have it and `ExclusiveArch:`, if there is one, must,
 * where the machine's architecture stands for `noarch`; the same for the operating system. Case does not count. The header's
 * lists were made with the macros of another machine, so that rpmbuild's own answer is the one that counts.
 * @throws SrpmError with `SRPM_ARCH_EXCLUDED`; InvalidArgumentError when `targetArch` is `noarch` and no machine is given
 * @public
 */
export function assertArchAllowed(
  header: BuildRestrictions,
  targetArch: string,
  machine: BuildMachine = {},
): void {
  const { arch: machineArch = targetArch, os = 'linux' } = machine;
  if (machineArch === 'noarch') {
    throw new InvalidArgumentError('machine.arch', machine.arch, 'must be given when the target is noarch');
  }
  const refuse = (reason: string): never => {
    throw new SrpmError('SRPM_ARCH_EXCLUDED', header.file, `cannot be built for ${targetArch}: ${reason}`);
  };
  const archs =
    header.buildArchs.length === 0
      ? [targetArch]
      : header.buildArchs.filter((arch) => canBuildArch(targetArch, arch));
  if (archs.length === 0) refuse(`it builds for ${header.buildArchs.join(', ')} alone (BuildArch)`);
  for (const arch of archs.map((name) => (name === 'noarch' ? machineArch : name))) {
    if (includes(header.excludeArch, arch)) refuse(`it excludes ${arch} (ExcludeArch)`);
    if (header.exclusiveArch.length > 0 && !includes(header.exclusiveArch, arch)) {
      refuse(`${arch} is not among ${header.exclusiveArch.join(', ')} (ExclusiveArch)`);
    }
  }
  if (includes(header.excludeOs, os)) refuse(`it excludes ${os} (ExcludeOS)`);
  if (header.exclusiveOs.length > 0 && !includes(header.exclusiveOs, os)) {
    refuse(`${os} is not among ${header.exclusiveOs.join(', ')} (ExclusiveOS)`);
  }
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((other) => other.toLowerCase() === name.toLowerCase());
}
