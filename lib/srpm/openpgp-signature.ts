import { hashName, publicKeyName } from './openpgp-names.js';

/**
 * What an OpenPGP signature says of itself. None of it is proven: that takes the signer's public key.
 *
 * @public
 */
export interface OpenPgpSignature {
  /** Of the signature's format: 3, 4 or 6. */
  readonly version: number;
  /** `RSA`, `EdDSA`, … in rpm's words; a number where it is unknown. */
  readonly algorithm: string;
  /** `SHA256`, … in rpm's words; a number where it is unknown. */
  readonly hash: string;
  /** The signing key's id, 16 hexadecimal digits. */
  readonly keyId: string | undefined;
  /** The signing key's fingerprint, where it is stated. */
  readonly fingerprint: string | undefined;
  /** Seconds since 1970. */
  readonly createdAt: number | undefined;
}

const SIGNATURE_PACKET = 2;
const KEY_ID_BYTES = 8;

/** Subpackets: RFC 9580, section 5.2.3.7. */
const CREATION_TIME = 2;
const ISSUER_KEY_ID = 16;
const ISSUER_FINGERPRINT = 33;

/**
 * Reads the packet of a signature (RFC 9580, section 5.2; the first one, if there are several).
 *
 * @throws RangeError where the packet ends early, SyntaxError where it is no signature that we know
 */
export function parseSignature(bytes: Buffer): OpenPgpSignature {
  const body = openPacket(bytes);
  const version = body.readUInt8(0);
  if (version === 3) return parseVersion3(body);
  if (version !== 4 && version !== 6)
    throw new SyntaxError(`it is a signature of version ${version}, not 3, 4 or 6`);
  return parseSubpackets(body, version);
}

/** The first packet's content: RFC 9580, section 4.2. */
function openPacket(bytes: Buffer): Buffer {
  const first = bytes.readUInt8(0);
  if ((first & 0x80) === 0) throw new SyntaxError('it is no OpenPGP packet');
  const isNew = (first & 0x40) !== 0;
  const type = isNew ? first & 0x3f : (first >> 2) & 0x0f;
  if (type !== SIGNATURE_PACKET)
    throw new SyntaxError(`it is an OpenPGP packet of type ${type}, not a signature`);
  if (isNew) return openLength(bytes, 1, 224).content;
  const lengthBytes = 1 << (first & 0x03);
  if (lengthBytes === 8) throw new SyntaxError('its packet states no length');
  const length = bytes.readUIntBE(1, lengthBytes);
  return slice(bytes, 1 + lengthBytes, length);
}

/** Reads a length of one, two or five bytes, and what it measures. From `partsFrom` on one byte means something else. */
function openLength(bytes: Buffer, at: number, partsFrom: number): { content: Buffer; end: number } {
  const first = bytes.readUInt8(at);
  let start = at + 1;
  let length = first;
  if (first === 255) {
    length = bytes.readUInt32BE(at + 1);
    start = at + 5;
  } else if (first >= partsFrom) {
    throw new SyntaxError('its packet comes in parts');
  } else if (first >= 192) {
    length = ((first - 192) << 8) + bytes.readUInt8(at + 1) + 192;
    start = at + 2;
  }
  return { content: slice(bytes, start, length), end: start + length };
}

function parseVersion3(body: Buffer): OpenPgpSignature {
  return {
    version: 3,
    algorithm: publicKeyName(body.readUInt8(15)),
    hash: hashName(body.readUInt8(16)),
    keyId: slice(body, 7, KEY_ID_BYTES).toString('hex'),
    fingerprint: undefined,
    createdAt: body.readUInt32BE(3),
  };
}

function parseSubpackets(body: Buffer, version: 4 | 6): OpenPgpSignature {
  const lengthBytes = version === 6 ? 4 : 2;
  const hashed = slice(body, 4 + lengthBytes, body.readUIntBE(4, lengthBytes));
  const next = 4 + lengthBytes + hashed.length;
  const unhashed = slice(body, next + lengthBytes, body.readUIntBE(next, lengthBytes));
  const signed = readSubpackets(hashed);
  // The time counts only where it is signed; the issuer is a hint for finding the key wherever it is.
  const all = new Map([...readSubpackets(unhashed), ...signed]);
  // The fingerprint begins with its key's version, which says what part of it is the key's id.
  const issuer = all.get(ISSUER_FINGERPRINT);
  const fingerprint = issuer?.subarray(1);
  const idOfFingerprint =
    issuer?.[0] === 6 ? fingerprint?.subarray(0, KEY_ID_BYTES) : fingerprint?.subarray(-KEY_ID_BYTES);
  return {
    version,
    algorithm: publicKeyName(body.readUInt8(2)),
    hash: hashName(body.readUInt8(3)),
    keyId: (all.get(ISSUER_KEY_ID) ?? idOfFingerprint)?.toString('hex'),
    fingerprint: fingerprint?.toString('hex'),
    createdAt: signed.get(CREATION_TIME)?.readUInt32BE(0),
  };
}

function readSubpackets(area: Buffer): Map<number, Buffer> {
  const subpackets = new Map<number, Buffer>();
  for (let at = 0; at < area.length;) {
    const { content, end } = openLength(area, at, 255);
    // The highest bit says that it is critical, which matters only to who verifies.
    const type = content.readUInt8(0) & 0x7f;
    if (!subpackets.has(type)) subpackets.set(type, content.subarray(1));
    at = end;
  }
  return subpackets;
}

function slice(bytes: Buffer, start: number, length: number): Buffer {
  if (start + length > bytes.length) throw new RangeError('it ends early');
  return bytes.subarray(start, start + length);
}
