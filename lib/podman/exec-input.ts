import type { Duplex } from 'node:stream';
import type { ExecInput } from '../container/exec.js';

/** The input of a command, over its connection. What it does not read any more is dropped. */
export class HijackedInput implements ExecInput {
  readonly #socket: Duplex;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#socket.writable) {
        resolve();
        return;
      }
      // The callback comes when the bytes are handed on, or with an error when nobody reads: both let the caller go on.
      this.#socket.write(bytes, () => {
        resolve();
      });
    });
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#socket.writable) {
        resolve();
        return;
      }
      // Called back with an error when the connection breaks.
      this.#socket.end(() => {
        resolve();
      });
    });
  }
}
