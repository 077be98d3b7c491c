import { SrpmError } from './srpm-error.js';

/** The first bytes of every RPM file. Only its magic number still counts. */
export interface RpmLead {
  readonly signatureType: number;
}

export const LEAD_BYTES = 96;

/** What the lead states when the signatures are in a header, as in every package since rpm 2.1. */
export const HEADER_SIGNATURE_TYPE = 5;

const MAGIC = Buffer.from([0xed, 0xab, 0xee, 0xdb]);

/**
 * Reads the lead of what may be an RPM file and may be cut short.
 *
 * As rpm since 4.20 it looks at the magic number alone: source or binary, architecture and name are the header's to say.
 * Source: https://rpm-software-management.github.io/rpm/manual/format_lead.html
 */
export function parseLead(file: string, bytes: Uint8Array): RpmLead {
  if (bytes.length === 0) throw new SrpmError('SRPM_TRUNCATED', file, 'is empty (0 bytes)', { offset: 0 });
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAGIC.length));
  if (!start.equals(MAGIC.subarray(0, start.length))) {
    throw new SrpmError(
      'SRPM_INVALID',
      file,
      `is not an RPM: it begins with ${start.toString('hex')}, not with ${MAGIC.toString('hex')}`,
      { offset: 0 },
    );
  }
  if (bytes.length < LEAD_BYTES) {
    throw new SrpmError(
      'SRPM_TRUNCATED',
      file,
      `ends at byte ${bytes.length}, in its lead: that has ${LEAD_BYTES} bytes`,
      { offset: bytes.length },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, LEAD_BYTES);
  return { signatureType: view.getUint16(78) };
}
