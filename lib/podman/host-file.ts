import { close, open, read } from 'node:fs';
import { Readable } from 'node:stream';

const READ_BYTES = 256 * 1024;

/** Makes the error for a file of this machine that cannot be copied. */
type FileFailure = (path: string, problem: string, cause?: unknown) => Error;

/**
 * The content of a file of this machine; fails unless it is as long as its header has promised.
 *
 * @remarks
 * A tree of small files takes as long as its calls into the file system, each of which waits for a thread. So there are
 * three and no more: opening, one read that asks for a byte too many and so sees growth, and closing, which nobody waits for.
 */
export function createHostFileStream(path: string, sizeBytes: number, toFailure: FileFailure): Readable {
  let file: number | undefined;
  let position = 0;
  return new Readable({
    highWaterMark: READ_BYTES,
    construct(done) {
      open(path, 'r', (error, opened) => {
        file = opened;
        done(error);
      });
    },
    read() {
      const wanted = Math.min(READ_BYTES, sizeBytes - position + 1);
      read(file ?? -1, Buffer.allocUnsafe(wanted), 0, wanted, position, (error, length, bytes) => {
        if (error !== null) {
          this.destroy(error);
          return;
        }
        position += length;
        if (position > sizeBytes || (length === 0 && position < sizeBytes)) {
          this.destroy(toFailure(path, `changed its size while it was read, from ${sizeBytes} bytes`));
          return;
        }
        if (length > 0) this.push(bytes.subarray(0, length));
        if (position === sizeBytes && length < wanted) this.push(null);
      });
    },
    destroy(error, done) {
      if (file === undefined) done(error);
      else
        close(file, (closingError) => {
          done(error ?? closingError);
        });
    },
  });
}
