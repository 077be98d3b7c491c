import type { HeaderBlob } from './header-blob.js';
import { parseSignature, type OpenPgpSignature } from './openpgp-signature.js';
import type { SignatureTagName } from './tags.js';

/**
 * A signature that a package carries. It was not verified.
 *
 * @public
 */
export interface RpmSignature {
  /** The signature header's tag that holds it. */
  readonly tag: 'OPENPGP' | 'RSA' | 'DSA' | 'PGP' | 'GPG';
  /** What was signed: the header alone, or the header and the payload as rpm did before 4.0. */
  readonly covers: 'header' | 'header and payload';
  /** What it says of itself; `undefined` when it cannot be read. */
  readonly openPgp: OpenPgpSignature | undefined;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
}

const BINARY_TAGS: readonly (readonly [tag: RpmSignature['tag'], covers: RpmSignature['covers']])[] = [
  ['RSA', 'header'],
  ['DSA', 'header'],
  ['PGP', 'header and payload'],
  ['GPG', 'header and payload'],
];

/** Lists the signatures in a signature header. */
export function readSignatures(
  header: HeaderBlob<SignatureTagName>,
  isVersion6: boolean,
): readonly RpmSignature[] {
  const signatures = (header.texts('OPENPGP') ?? []).map((text) =>
    toSignature('OPENPGP', 'header', Buffer.from(text, 'base64')),
  );
  for (const [tag, covers] of BINARY_TAGS) {
    // Tag numbers from 1000 on mean nothing in version 6.
    const bytes = isVersion6 && covers !== 'header' ? undefined : header.binary(tag);
    if (bytes !== undefined) signatures.push(toSignature(tag, covers, bytes));
  }
  return signatures;
}

function toSignature(tag: RpmSignature['tag'], covers: RpmSignature['covers'], bytes: Buffer): RpmSignature {
  try {
    return { tag, covers, openPgp: parseSignature(bytes), problem: undefined };
  } catch (error) {
    const unreadable = { tag, covers, openPgp: undefined };
    if (error instanceof RangeError) return { ...unreadable, problem: 'it ends early' };
    if (error instanceof SyntaxError) return { ...unreadable, problem: error.message };
    throw error;
  }
}
