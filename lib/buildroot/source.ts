import type { CallOptions } from '../abort.js';
import { InvalidArgumentError } from '../errors.js';
import type { PlanTag } from './plan.js';
import type { Repository } from './repository.js';
import type { BuildrootSettings } from './settings.js';

/**
 * What is known of a tag: where its packages are, and how it builds.
 *
 * @public
 */
export interface BuildrootFacts extends BuildrootSettings {
  readonly tag: PlanTag;
  readonly repositories: readonly Repository[];
  /** Koji's event that these facts are of. @defaultValue none */
  readonly event?: number | undefined;
}

/**
 * What a source of facts is asked.
 *
 * @public
 */
export interface BuildrootQuestion extends CallOptions {
  /** The tag's name, or Koji's number for it. */
  readonly tag: string | number;
  /** What is built for; `noarch` too. */
  readonly targetArch: string;
  /** The architecture of the buildroot's packages; never `noarch`. */
  readonly buildrootArch: string;
  /** The same as Koji's repositories are called: `i386` for `i686`. */
  readonly canonicalArch: string;
}

/**
 * Where the facts about buildroots come from: a Koji hub, or a description by hand.
 *
 * @public
 */
export interface BuildrootSource {
  /** Abort rejects with the signal's reason. */
  describe(question: BuildrootQuestion): Promise<BuildrootFacts>;
}

/**
 * Facts that are written down, for those without Koji.
 *
 * @param facts - of one tag; without `tag`, of whichever is asked for
 * @throws InvalidArgumentError from `describe`, when it is asked about another tag
 * @public
 */
export function plainSource(
  facts: Omit<BuildrootFacts, 'tag'> & { readonly tag?: PlanTag | undefined },
): BuildrootSource {
  return {
    async describe({ tag, signal }) {
      signal?.throwIfAborted();
      const known = facts.tag ?? { name: String(tag), id: typeof tag === 'number' ? tag : null };
      if (tag !== known.name && tag !== known.id) {
        throw new InvalidArgumentError('tag', tag, `must be ${known.name}, which is all that is described`);
      }
      return Promise.resolve({ ...facts, tag: known });
    },
  };
}
