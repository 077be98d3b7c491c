import { checkDigest, type DigestState, type StatedDigest } from './digest.js';
import type { HeaderBlob } from './header-blob.js';
import type { SignatureTagName } from './tags.js';

/**
 * Whether the digests that the signature header states are those of the header.
 *
 * @public
 */
export interface HeaderDigests {
  /** Over the header. */
  readonly sha1: DigestState;
  /** Over the header. */
  readonly sha256: DigestState;
  /** Over the header; version 6 has it. */
  readonly sha3_256: DigestState;
}

/** Compares a header's bytes, from its magic number to its end, with the digests that the signature header states. */
export function checkHeaderDigests(
  signature: HeaderBlob<SignatureTagName>,
  header: Uint8Array,
): HeaderDigests {
  return {
    sha1: checkDigest('sha1', statedText(signature, 'SHA1'), header),
    sha256: checkDigest('sha256', statedText(signature, 'SHA256'), header),
    sha3_256: checkDigest('sha3-256', statedText(signature, 'SHA3_256'), header),
  };
}

/** A tag that is there but holds no text states something, which nothing can match. */
function statedText(signature: HeaderBlob<SignatureTagName>, tag: SignatureTagName): StatedDigest {
  return signature.has(tag) ? [signature.text(tag)] : [];
}

/** Version 6 of the package format, which drops tags of the signature header: rpmvsInit of lib/rpmvs.cc in rpm 6.1. */
export function isVersion6Signature(signature: HeaderBlob<SignatureTagName>): boolean {
  return signature.has('RESERVED') && signature.has('SHA3_256');
}
