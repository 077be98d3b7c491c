import { createHash, type Hash } from 'node:crypto';

/**
 * Whether a digest that a package states is that of its bytes. `unchecked`: it states one that this Node cannot compute
 * (MD5 in FIPS mode).
 *
 * @public
 */
export type DigestState = 'ok' | 'bad' | 'absent' | 'unchecked';

/** A digest's algorithm, in Node's words. */
export type DigestAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha512' | 'sha3-256';

/** Several values where one of them is enough; none where the package states none. `undefined`: unreadable. */
export type StatedDigest = readonly (string | undefined)[];

/** Computes one digest over bytes that come piece by piece, and compares it with what was stated. */
export class DigestCheck {
  readonly #stated: StatedDigest;
  readonly #hash: Hash | undefined;

  constructor(algorithm: DigestAlgorithm, stated: StatedDigest) {
    this.#stated = stated;
    this.#hash = stated.length === 0 ? undefined : tryCreateHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hash?.update(bytes);
  }

  /** May be called once. */
  state(): DigestState {
    if (this.#stated.length === 0) return 'absent';
    if (this.#hash === undefined) return 'unchecked';
    const computed = this.#hash.digest('hex');
    return this.#stated.some((stated) => stated?.toLowerCase() === computed) ? 'ok' : 'bad';
  }
}

/** The state of a digest of bytes that are all there. */
export function checkDigest(
  algorithm: DigestAlgorithm,
  stated: StatedDigest,
  bytes: Uint8Array,
): DigestState {
  const check = new DigestCheck(algorithm, stated);
  check.update(bytes);
  return check.state();
}

function tryCreateHash(algorithm: DigestAlgorithm): Hash | undefined {
  try {
    return createHash(algorithm);
  } catch {
    return undefined;
  }
}
