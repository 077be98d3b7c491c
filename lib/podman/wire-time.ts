const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/**
 * A time as Podman's `since` takes it: RFC 3339 with nanoseconds, the one form it reads exactly (a number of seconds goes
 * through a float).
 */
export function toWireTime(nanoseconds: bigint): string {
  // Go's zero time would stand for none; nothing is older than 1970.
  if (nanoseconds < 0n) return toWireTime(0n);
  const seconds = nanoseconds / NANOSECONDS_PER_SECOND;
  const fraction = String(nanoseconds % NANOSECONDS_PER_SECOND).padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, -'.000Z'.length)}.${fraction}Z`;
}

export function toNanoseconds(date: Date): bigint {
  return BigInt(date.getTime()) * 1_000_000n;
}
