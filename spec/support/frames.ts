/** A frame as Podman's service sends it. */
export function frame(stream: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

/** The bytes as a stream, cut at these positions. */
export async function* cutAt(bytes: Uint8Array, positions: readonly number[]): AsyncGenerator<Uint8Array> {
  const cuts = [...new Set([0, ...positions.filter((at) => at < bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  );
  for (let i = 1; i < cuts.length; i += 1) {
    await Promise.resolve();
    yield bytes.subarray(cuts[i - 1], cuts[i]);
  }
}
