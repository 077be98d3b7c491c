import type { CallOptions } from '../abort.js';
import { InvalidArgumentError } from '../errors.js';
import { assertArchAllowed } from '../srpm/assert-arch-allowed.js';
import type { SrpmSource } from '../srpm/byte-reader.js';
import { resolveArch } from './arch.js';
import { makePlan } from './make-plan.js';
import type { BuildrootPlan } from './plan.js';
import { readPlanSrpm } from './read-plan-srpm.js';
import type { Repository } from './repository.js';
import { mergeSettings, resolveSettings } from './resolve-settings.js';
import type { BuildrootSettings } from './settings.js';
import type { BuildrootSource } from './source.js';

/**
 * What is to be built, and how. What is not said is the source's to say, then the default.
 *
 * @public
 */
export interface BuildrootRequest extends BuildrootSettings, CallOptions {
  /** The source package. A stream is read up to the end of its headers. */
  readonly srpm: SrpmSource;
  /** What errors call it. @defaultValue its path */
  readonly srpmName?: string | undefined;
  /** The tag's name, or Koji's number for it. */
  readonly tag: string | number;
  /** What is built for, as `rpmbuild --target` takes it: `x86_64`, `i686`, `noarch`. */
  readonly arch: string;
  /** The machine that the containers run on. @defaultValue the one that builds `arch`; none for `noarch` */
  readonly hostArch?: string | undefined;
  /** Besides those of the source, and in place of those with the same id. @defaultValue none */
  readonly repositories?: readonly Repository[] | undefined;
}

/**
 * What a {@link BuildrootInitializer} works with.
 *
 * @public
 */
export interface BuildrootInitializerOptions {
  readonly source: BuildrootSource;
}

/**
 * Makes plans of builds: which files, commands and environment make a buildroot and build a package in it.
 *
 * @remarks It reads the source package and asks its source of facts, and does nothing else.
 * @public
 */
export class BuildrootInitializer {
  readonly #source: BuildrootSource;

  constructor(options: BuildrootInitializerOptions) {
    this.#source = options.source;
  }

  /**
   * Makes the plan of a build. The same request and facts give the same plan.
   *
   * @throws SrpmError when the source package cannot be read or (`SRPM_ARCH_EXCLUDED`) is not to be built for `arch`;
   * PodrootError with `ARCH_INCOMPATIBLE` when the machine cannot build for it, `NOT_SUPPORTED` for what podroot cannot
   * do; InvalidArgumentError for the rest, naming the field; and what the source rejects with. Abort rejects with the signal's
   * reason.
   */
  async initialize(request: BuildrootRequest): Promise<BuildrootPlan> {
    const { srpm, srpmName, tag, arch: targetArch, hostArch, repositories = [], signal, ...own } = request;
    signal?.throwIfAborted();
    const arch = resolveArch(targetArch, hostArch);
    const read = await readPlanSrpm(srpm, srpmName, signal);
    assertArchAllowed(read.header, arch.target, { arch: arch.buildroot });
    const facts = await this.#source.describe({
      tag,
      targetArch: arch.target,
      buildrootArch: arch.buildroot,
      canonicalArch: arch.canonical,
      signal,
    });
    signal?.throwIfAborted();
    const { tag: knownTag, repositories: known, event, ...general } = facts;
    return makePlan({
      srpm: read.srpm,
      tag: { name: knownTag.name, id: knownTag.id },
      arch,
      repositories: joinRepositories(known, repositories),
      settings: resolveSettings(mergeSettings(general, own)),
      event: event ?? null,
    });
  }
}

function joinRepositories(known: readonly Repository[], more: readonly Repository[]): readonly Repository[] {
  for (const [at, { id }] of more.entries()) {
    if (more.findIndex((other) => other.id === id) === at) continue;
    throw new InvalidArgumentError(`repositories[${at}].id`, id, 'must be unique');
  }
  return [...known.filter(({ id }) => !more.some((other) => other.id === id)), ...more];
}
