import type { Readable } from 'node:stream';
import type { LinkedSignal } from '../abort.js';
import { toContainerError, type ErrorContext } from './wire-error.js';

/** An error body is read this far; copier errors dump kilobytes of Go structs. */
export const MOST_ERROR_BYTES = 256 * 1024;

/** The text of an error's body, bounded; what is beyond closes the connection. */
export async function readErrorText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MOST_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MOST_ERROR_BYTES);
}

/**
 * The body of an answer as it comes. A `break` closes the connection; `link` is released with it.
 */
export function streamBody(
  body: Readable,
  context: ErrorContext,
  link: LinkedSignal,
): AsyncIterable<Uint8Array> {
  body.once('close', () => {
    link.release();
  });
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
      } catch (error) {
        throw toContainerError(error, context, link.signal);
      }
    },
  };
}
