/** Patterns and what Koji calls all that they match; the first that matches counts (koji.canonArch, Koji 1.35). */
const CANONICAL: readonly (readonly [pattern: RegExp, arch: string])[] = [
  [/^(i.86|athlon)$/, 'i386'],
  [/^ia32e$/, 'x86_64'],
  [/^ppc64le$/, 'ppc64le'],
  [/^ppc64/, 'ppc64'],
  [/^sparc64/, 'sparc64'],
  [/^sparc/, 'sparc'],
  [/^alpha/, 'alpha'],
  [/^arm.*h/, 'armhfp'],
  [/^arm/, 'arm'],
];

/**
 * The canonical architecture, as Koji names its repositories' folders: an `i686` build uses the `i386` repository.
 *
 * @public
 */
export function canonicalArch(arch: string): string {
  return CANONICAL.find(([pattern]) => pattern.test(arch))?.[1] ?? arch;
}

/**
 * Which architectures rpmbuild builds for on which machine, nearest first: each name for all before it in its line.
 * Source: `buildarch_compat` in rpmrc.in of rpm 6.1, without machines that nobody builds on.
 */
const BUILD_LINES: readonly (readonly string[])[] = [
  ['x86_64_v4', 'x86_64_v3', 'x86_64_v2', 'x86_64'],
  ['amd64', 'x86_64'],
  ['ia32e', 'x86_64'],
  ['athlon', 'i686', 'i586', 'i486', 'i386'],
  ['pentium4', 'pentium3', 'i686'],
  ['geode', 'i586'],
  ['armv8hcnl', 'armv8hnl', 'armv8hl', 'armv7hl', 'armv6hl'],
  ['armv8hnl', 'armv7hnl', 'armv7hl'],
  ['armv8l', 'armv7l', 'armv6l', 'armv5tejl', 'armv5tel', 'armv5tl', 'armv4tl', 'armv4l', 'armv3l'],
  ['ppc64p7', 'ppc64'],
  ['ppc64pseries', 'ppc64'],
  ['ppc64iseries', 'ppc64'],
  ['sparc64v', 'sparc64', 'sparcv9v', 'sparcv9', 'sparcv8', 'sparc'],
  ['alphaev67', 'alphaev6', 'alphapca56', 'alphaev56', 'alphaev5', 'alpha'],
  ['sh4a', 'sh4'],
];

/**
 * Whether rpmbuild with `--target` `target` builds what has `BuildArch: arch`. `noarch` is built everywhere.
 *
 * @public
 */
export function canBuildArch(target: string, arch: string): boolean {
  if (arch === target || arch === 'noarch') return true;
  const next = BUILD_LINES.flatMap((line) => {
    const at = line.indexOf(target);
    return line.slice(at + 1, at === -1 ? 0 : at + 2);
  });
  return next.some((nearer) => canBuildArch(nearer, arch));
}
