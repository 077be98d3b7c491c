import { StringDecoder } from 'node:string_decoder';
import type { OutputChannel, OutputChunk } from '../container/output-chunk.js';

/** A line longer than this comes in pieces: a build may print a gigabyte without a newline. */
const MOST_LINE_CHARACTERS = 64 * 1024;

/**
 * A line of output, as text.
 *
 * @public
 */
export interface OutputLine {
  /** Where it came from. */
  readonly channel: OutputChannel;
  /** Without its newline. Bytes that are not UTF-8 have become U+FFFD; control characters are as they came. */
  readonly text: string;
}

/**
 * Cuts output into lines of text, each channel by itself, so that neither a character nor a line is mixed up with the
 * other channel's. Lines of more than 65 536 characters come in pieces of that size.
 *
 * @public
 */
export class LineSplitter {
  readonly #channels = { stdout: new ChannelSplitter(), stderr: new ChannelSplitter() };

  /** The lines that this chunk completes. */
  push(chunk: OutputChunk): OutputLine[] {
    const { channel, bytes } = chunk;
    return this.#channels[channel].push(bytes).map((text) => ({ channel, text }));
  }

  /** What is left without a newline at the end of the output. */
  end(): OutputLine[] {
    return (['stdout', 'stderr'] as const).flatMap((channel) =>
      this.#channels[channel].end().map((text) => ({ channel, text })),
    );
  }
}

class ChannelSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  push(bytes: Uint8Array): string[] {
    return this.#cut(this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  }

  end(): string[] {
    const lines = this.#cut(this.#decoder.end());
    if (this.#rest !== '') lines.push(this.#rest);
    this.#rest = '';
    return lines;
  }

  #cut(text: string): string[] {
    const lines = text.split('\n');
    lines[0] = this.#rest + (lines[0] ?? '');
    this.#rest = lines.pop() ?? '';
    const cut = lines.flatMap((line) => inPieces(line));
    while (this.#rest.length > MOST_LINE_CHARACTERS) {
      cut.push(this.#rest.slice(0, MOST_LINE_CHARACTERS));
      this.#rest = this.#rest.slice(MOST_LINE_CHARACTERS);
    }
    return cut;
  }
}

function inPieces(line: string): string[] {
  if (line.length <= MOST_LINE_CHARACTERS) return [line];
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += MOST_LINE_CHARACTERS)
    pieces.push(line.slice(at, at + MOST_LINE_CHARACTERS));
  return pieces;
}
