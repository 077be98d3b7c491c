import { ContainerError } from '../errors.js';
import type { ErrorContext } from './wire-error.js';

const NEWLINE = 0x0a;
/** Podman's longest are statistics and events with all of a container's labels: kilobytes. */
const MOST_LINE_BYTES = 16 * 1024 * 1024;

/** One document of a stream of them. */
export interface JsonLine {
  readonly value: unknown;
  /** As it came, for numbers that JavaScript's cannot hold. */
  readonly text: string;
}

/**
 * Takes apart a stream of JSON documents, one a line, cut anywhere. Empty lines are passed over; the last line needs no
 * newline.
 *
 * @throws `CONNECTION_LOST` when the source ends within a document, `PROTOCOL_ERROR` when a line is not JSON or is endless
 */
export async function* parseNdjson(
  source: AsyncIterable<Uint8Array>,
  context: ErrorContext,
): AsyncGenerator<JsonLine, void, undefined> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end));
      start = end + 1;
      // Decoded as a whole line, for a character may be cut by the chunks.
      const text = Buffer.concat(pieces).toString().trim();
      pieces = [];
      length = 0;
      if (text !== '') yield { value: parse(text, 'PROTOCOL_ERROR', context), text };
    }
    if (start === chunk.length) continue;
    pieces.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MOST_LINE_BYTES) {
      throw new ContainerError(
        'PROTOCOL_ERROR',
        `${context.operation}: Podman's answer has a line without end`,
        context,
      );
    }
  }
  const text = Buffer.concat(pieces).toString().trim();
  if (text !== '') yield { value: parse(text, 'CONNECTION_LOST', context), text };
}

function parse(text: string, code: 'PROTOCOL_ERROR' | 'CONNECTION_LOST', context: ErrorContext): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = code === 'PROTOCOL_ERROR' ? 'is not JSON' : 'ended in the middle of a line';
    throw new ContainerError(code, `${context.operation}: Podman's answer ${what}`, {
      ...context,
      runtimeMessage: text.slice(0, 1000),
      cause: error,
    });
  }
}
