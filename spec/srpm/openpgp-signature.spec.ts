import { expect } from 'chai';
import fc from 'fast-check';
import { parseSignature } from '../../lib/srpm/openpgp-signature.js';
import { readRpm } from '../../lib/srpm/read-srpm.js';
import { buildSrpm, SOURCE_TAGS } from './build-rpm.js';
import { fixturePath } from './fixtures.js';

const KEY_ID = '4344591e1964c5fc';
const FINGERPRINT = `771b18d3d7baa28734333c42${KEY_ID}`;
const TIME = '02' + '58e63918';

describe('parseSignature', () => {
  context('when the packet is sound', () => {
    it('reads version 3', () => {
      expect(parseSignature(packet(`0305 00 58e63918 ${KEY_ID} 01 08 abcd`))).to.deep.equal({
        version: 3,
        algorithm: 'RSA',
        hash: 'SHA256',
        keyId: KEY_ID,
        fingerprint: undefined,
        createdAt: 0x58e63918,
      });
    });

    it('reads version 4, the issuer from the part that is not signed', () => {
      expect(parseSignature(packet(`04 00 16 0a 0006 05${TIME} 000a 0910${KEY_ID} abcd`))).to.deep.equal({
        version: 4,
        algorithm: 'EdDSA',
        hash: 'SHA512',
        keyId: KEY_ID,
        fingerprint: undefined,
        createdAt: 0x58e63918,
      });
    });

    it('reads the key id out of a fingerprint of version 4', () => {
      const parsed = parseSignature(packet(`04 00 01 08 0017 16 21 04 ${FINGERPRINT} 0000 abcd`));
      expect([parsed.keyId, parsed.fingerprint]).to.deep.equal([KEY_ID, FINGERPRINT]);
    });

    it('reads version 6, whose key ids are at the other end', () => {
      const fingerprint = `${KEY_ID}${'00'.repeat(24)}`;
      const parsed = parseSignature(packet(`06 00 1b 0c 00000023 22 21 06 ${fingerprint} 00000000 abcd`));
      expect(parsed).to.deep.equal({
        version: 6,
        algorithm: 'Ed25519',
        hash: 'SHA3-256',
        keyId: KEY_ID,
        fingerprint,
        createdAt: undefined,
      });
    });

    it('believes only a signed time', () => {
      expect(parseSignature(packet(`04 00 01 08 0000 0006 05${TIME} abcd`)).createdAt).to.equal(undefined);
    });

    it('reads a critical subpacket like any other', () => {
      expect(parseSignature(packet(`04 00 01 08 0006 0582 58e63918 0000 abcd`)).createdAt).to.equal(
        0x58e63918,
      );
    });

    it('names algorithms that it does not know by their numbers', () => {
      const { algorithm, hash } = parseSignature(packet('04 00 63 62 0000 0000 abcd'));
      expect([algorithm, hash]).to.deep.equal(['public key algorithm 99', 'hash 98']);
    });

    const body = hex('04 00 01 08 0000 0000 abcd');
    const long = (length: number): Buffer => Buffer.concat([body, Buffer.alloc(length - body.length)]);
    for (const [title, header, length] of [
      ['an old length of one byte', '880a', 10],
      ['an old length of two bytes', '89000a', 10],
      ['an old length of four bytes', '8a0000000a', 10],
      ['a new length of two bytes', 'c2c008', 200],
      ['a new length of five bytes', 'c2ff0000000a', 10],
    ] as const) {
      it(`reads ${title}`, () => {
        expect(parseSignature(Buffer.concat([hex(header), long(length)])).version).to.equal(4);
        expect(() => parseSignature(Buffer.concat([hex(header), long(length).subarray(1)]))).to.throw(
          RangeError,
        );
      });
    }
  });

  context('when it is not', () => {
    const CASES = {
      'no packet': ['00', 'no OpenPGP packet'],
      'another packet': ['c60100', 'type 6, not a signature'],
      'a length that is not stated': ['8b00', 'states no length'],
      'a packet in parts': ['c2e100', 'comes in parts'],
      'an unknown version': ['c20105', 'version 5, not 3, 4 or 6'],
    } as const;
    for (const [title, [bytes, message]] of Object.entries(CASES)) {
      it(`throws: ${title}`, () => {
        expect(() => parseSignature(hex(bytes))).to.throw(SyntaxError, message);
      });
    }

    for (const bytes of ['', 'c2', 'c200', 'c20104', 'c2050400010800', 'c209040001080003020158']) {
      it(`throws RangeError when it ends after ${bytes}`, () => {
        expect(() => parseSignature(hex(bytes))).to.throw(RangeError);
      });
    }

    it('throws RangeError or SyntaxError for any bytes', () => {
      const bytes = fc.uint8Array({ maxLength: 60 });
      fc.assert(
        fc.property(bytes, fc.constantFrom('', 'c220', 'c22004', 'c22006', 'c22003'), (random, start) => {
          try {
            parseSignature(Buffer.concat([hex(start), random]));
          } catch (error) {
            expect(error instanceof RangeError || error instanceof SyntaxError).to.equal(true);
          }
        }),
        { numRuns: 1000 },
      );
    });
  });
});

describe('the signatures of a package', () => {
  it('are listed with what they cover', async () => {
    const { signatures } = await readRpm(fixturePath('binary/hello-2.0-1.x86_64-signed-mldsa87.rpm'));
    expect(signatures.map(({ tag, covers, openPgp }) => [tag, covers, openPgp?.algorithm])).to.deep.equal([
      ['OPENPGP', 'header', 'ML-DSA-87+Ed448'],
      ['OPENPGP', 'header', 'RSA'],
      ['RSA', 'header', 'RSA'],
      ['PGP', 'header and payload', 'RSA'],
    ]);
  });

  it('are listed with the reason when they cannot be read', async () => {
    const rpm = buildSrpm(SOURCE_TAGS, {
      signatures: [
        [268, 'binary', Buffer.from('nonsense')],
        [278, 'strings', ['wg==']],
        [1005, 'binary', Buffer.from('nonsense')],
      ],
    });
    const { signatures } = await readRpm(rpm);
    expect(signatures.map(({ tag, openPgp, problem }) => [tag, openPgp, problem])).to.deep.equal([
      ['OPENPGP', undefined, 'it ends early'],
      ['RSA', undefined, 'it is no OpenPGP packet'],
      ['GPG', undefined, 'it is no OpenPGP packet'],
    ]);
  });
});

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** A signature packet with this body. */
function packet(body: string): Buffer {
  const bytes = hex(body);
  return Buffer.concat([Buffer.from([0xc2, bytes.length]), bytes]);
}
