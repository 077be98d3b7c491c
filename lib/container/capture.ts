/** Keeps the beginning of a byte stream, up to a limit. */
export class Capture {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  truncated = false;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  add(bytes: Uint8Array): void {
    const room = this.#limit - this.#length;
    if (bytes.length > room) this.truncated = true;
    if (room <= 0) return;
    // A copy: a slice would keep the whole chunk it was cut from alive.
    const kept = Uint8Array.from(bytes.length > room ? bytes.subarray(0, room) : bytes);
    this.#chunks.push(kept);
    this.#length += kept.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#length);
  }
}
