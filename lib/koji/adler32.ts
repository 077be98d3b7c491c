const MODULUS = 65521;
/** As many bytes can be added before the sums must be reduced, or they would not fit in 32 bits (RFC 1950, zlib's NMAX). */
const MOST_AT_ONCE = 5552;

/**
 * The Adler-32 checksum of bytes (RFC 1950), which hubs have of uploads.
 *
 * @param seed - the checksum of what comes before the bytes
 */
export function adler32(bytes: Uint8Array, seed = 1): number {
  let a = seed & 0xffff;
  let b = seed >>> 16;
  for (let start = 0; start < bytes.length; start += MOST_AT_ONCE) {
    const end = Math.min(start + MOST_AT_ONCE, bytes.length);
    for (let i = start; i < end; i += 1) {
      a += bytes[i] ?? 0;
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return b * 0x10000 + a;
}

/** A checksum as hubs write it: 8 hexadecimal digits. */
export function toHexDigest(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
