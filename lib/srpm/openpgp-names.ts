/** Numbers of OpenPGP (RFC 9580, section 9, and its post-quantum drafts) in rpm's words: rpmio/rpmpgpval.hh of rpm 6.1. */
const HASHES: Readonly<Record<number, string>> = {
  1: 'MD5',
  2: 'SHA1',
  3: 'RIPEMD160',
  8: 'SHA256',
  9: 'SHA384',
  10: 'SHA512',
  11: 'SHA224',
  12: 'SHA3-256',
  14: 'SHA3-512',
};

const PUBLIC_KEYS: Readonly<Record<number, string>> = {
  1: 'RSA',
  3: 'RSA(Sign-Only)',
  17: 'DSA',
  19: 'ECDSA',
  22: 'EdDSA',
  27: 'Ed25519',
  28: 'Ed448',
  30: 'ML-DSA-65+Ed25519',
  31: 'ML-DSA-87+Ed448',
};

/** The name of a hash, or its number where it is none that we know. */
export function hashName(number: number): string {
  return HASHES[number] ?? `hash ${number}`;
}

/** The name of a public key algorithm, or its number where it is none that we know. */
export function publicKeyName(number: number): string {
  return PUBLIC_KEYS[number] ?? `public key algorithm ${number}`;
}
