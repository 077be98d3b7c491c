import { InvalidArgumentError, PodrootError } from '../errors.js';
import { canonicalArch } from '../srpm/arch.js';

/**
 * For which architecture something is built, and on which.
 *
 * @public
 */
export interface PlanArch {
  /** What `rpmbuild --target` is given: `x86_64`, `i686`, `noarch`. */
  readonly target: string;
  /** The architecture of the buildroot's packages: the target, or the host's where the target is `noarch`. */
  readonly buildroot: string;
  /** The buildroot's architecture as Koji's repositories are called: `i386` for `i686`. */
  readonly canonical: string;
  /** The machine's, in RPM's words. */
  readonly host: string;
  /** What the kernel must say it is; `linux32` where a 64-bit kernel must call itself a 32-bit one. */
  readonly personality: 'linux32' | null;
}

/** What 64-bit machines run besides their own (what mock gives the personality PER_LINUX32, and its 64-bit names). */
const RUNS: Readonly<Record<string, { readonly bits64?: RegExp; readonly bits32?: RegExp }>> = {
  x86_64: { bits64: /^(x86_64_v[234]|amd64|ia32e)$/, bits32: /^(i[3456]86|athlon|geode|pentium[34])$/ },
  aarch64: { bits32: /^armv[5-8]/ },
  ppc64: { bits64: /^ppc64(p7|iseries|pseries)$/, bits32: /^ppc$/ },
  s390x: { bits32: /^s390$/ },
  sparc64: { bits64: /^sparc64/, bits32: /^sparc(v[89]v?)?$/ },
  mips64: { bits32: /^mips$/ },
  mips64el: { bits32: /^mipsel$/ },
  // A 32-bit machine has no other personality.
  i686: { bits64: /^(i[345]86|pentium3)$/ },
  armv8l: { bits64: /^armv[5-7]/ },
  armv7hl: { bits64: /^armv6hl$/ },
};

const ARCH = /^[a-z0-9_]+$/;

/**
 * Works out the architectures of a build.
 *
 * @param arch - the target. Koji's `armhfp` is `armv7hl` to rpm
 * @param hostArch - the machine's; without it, the one that the target is usually built on
 * @throws InvalidArgumentError; PodrootError with `ARCH_INCOMPATIBLE`
 */
export function resolveArch(arch: string, hostArch: string | undefined): PlanArch {
  assertArchName('arch', arch);
  const target = arch === 'armhfp' ? 'armv7hl' : arch;
  const host = hostArch ?? usualHost(target);
  if (host === undefined) {
    throw new InvalidArgumentError('hostArch', hostArch, 'must be given when arch is noarch');
  }
  assertArchName('hostArch', host);
  if (host === 'noarch') throw new InvalidArgumentError('hostArch', host, 'must be a machine');
  const buildroot = target === 'noarch' ? host : target;
  const runs = RUNS[host];
  const is32 = runs?.bits32?.test(buildroot) === true;
  if (buildroot !== host && !is32 && runs?.bits64?.test(buildroot) !== true) {
    throw new PodrootError(
      'ARCH_INCOMPATIBLE',
      `${target} cannot be built on ${host}, which does not run its programs: build it on a machine that does (emulation, as with forcearch, is not supported)`,
    );
  }
  return {
    target,
    buildroot,
    canonical: canonicalArch(buildroot),
    host,
    personality: is32 ? 'linux32' : null,
  };
}

/** The start of every command's argv, so that the kernel calls itself what the buildroot's packages expect. */
export function personalityPrefix(arch: PlanArch): readonly string[] {
  return arch.personality === null ? [] : ['setarch', arch.personality];
}

function usualHost(target: string): string | undefined {
  if (target === 'noarch') return undefined;
  const runs = (pattern: RegExp | undefined): boolean => pattern?.test(target) === true;
  const machine = Object.entries(RUNS).find(([, { bits64, bits32 }]) => runs(bits64) || runs(bits32));
  return machine?.[0] ?? target;
}

function assertArchName(field: string, value: string): void {
  if (typeof value === 'string' && ARCH.test(value)) return;
  throw new InvalidArgumentError(field, value, 'must be an architecture in the words of rpm, such as x86_64');
}
