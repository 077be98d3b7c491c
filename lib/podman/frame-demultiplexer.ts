import type { OutputChannel, OutputChunk } from '../container/output-chunk.js';
import { ContainerError } from '../errors.js';
import type { ErrorContext } from './wire-error.js';

const HEADER_BYTES = 8;
/** Podman's frames hold at most 8 KiB for exec and attach, a line for logs; beyond this the stream is not frames. */
const MOST_PAYLOAD_BYTES = 16 * 1024 * 1024;
const SERVICE_ERROR_STREAM = 3;

/**
 * Takes apart the frames in which output comes: `[stream, 0, 0, 0, length as 32 bit big-endian]` and the payload, cut
 * anywhere. Payloads are handed on as slices of what came, never gathered.
 *
 * @remarks
 * Streams 0 (an echo of stdin) and 1 are stdout, 2 is stderr, 3 an error of the service itself
 * (https://docs.podman.io/en/latest/_static/api.html, "Attach to a container").
 * @throws `CONNECTION_LOST` when the source ends within a frame, `PROTOCOL_ERROR` when what comes is not frames: there is
 * no falling back to raw bytes, which would pass a broken stream for output
 */
export async function* demultiplex(
  source: AsyncIterable<Uint8Array>,
  context: ErrorContext,
): AsyncGenerator<OutputChunk, void, undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let remaining = 0;
  let channel: OutputChannel | 'error' = 'stdout';
  const serviceError: Uint8Array[] = [];
  for await (const chunk of source) {
    const time = Date.now();
    let offset = 0;
    while (offset < chunk.length) {
      if (remaining > 0) {
        const bytes = chunk.subarray(offset, offset + remaining);
        offset += bytes.length;
        remaining -= bytes.length;
        if (channel !== 'error') yield { channel, bytes, time };
        else {
          serviceError.push(bytes);
          if (remaining === 0) throw reportedByService(Buffer.concat(serviceError).toString(), context);
        }
        continue;
      }
      const take = Math.min(HEADER_BYTES - headerBytes, chunk.length - offset);
      for (const end = offset + take; offset < end; offset += 1) header[headerBytes++] = chunk[offset] ?? 0;
      assertHeader(header, headerBytes, context);
      if (headerBytes < HEADER_BYTES) continue;
      headerBytes = 0;
      remaining = header.readUInt32BE(4);
      channel = channelOf(header);
    }
  }
  if (remaining > 0 || headerBytes > 0) {
    throw new ContainerError(
      'CONNECTION_LOST',
      `${context.operation}: the output ended in the middle of a frame`,
      context,
    );
  }
}

/** Also of what came of a header, or a prompt of a few bytes would be waited on for ever. */
function assertHeader(header: Buffer, length: number, context: ErrorContext): void {
  // What has not come yet is still as in the header before, which was a good one.
  const stream = header[0] ?? 0;
  const padded = header[1] === 0 && header[2] === 0 && header[3] === 0;
  const bounded = length < HEADER_BYTES || header.readUInt32BE(4) <= MOST_PAYLOAD_BYTES;
  if (stream <= SERVICE_ERROR_STREAM && padded && bounded) return;
  const message = `${context.operation}: the output is not in frames; where a frame's header should be, there is ${header.toString('hex', 0, length)}`;
  throw new ContainerError('PROTOCOL_ERROR', message, context);
}

function channelOf(header: Buffer): OutputChannel | 'error' {
  if (header[0] === SERVICE_ERROR_STREAM) return 'error';
  return header[0] === 2 ? 'stderr' : 'stdout';
}

function reportedByService(text: string, context: ErrorContext): ContainerError {
  const runtimeMessage = text.trim().slice(0, 2000);
  return new ContainerError('RUNTIME_ERROR', `${context.operation} failed: ${runtimeMessage}`, {
    ...context,
    runtimeMessage,
  });
}
