import assert from 'node:assert/strict';
import type { OutputChunk } from '../../container/output-chunk.js';
import { InvalidArgumentError, PodrootError, type PodrootErrorCode } from '../../errors.js';

/** The error that a call rejects with. */
export async function rejection(call: Promise<unknown>): Promise<unknown> {
  let result: unknown;
  try {
    result = await call;
  } catch (error) {
    return error;
  }
  assert.fail(`it resolved with ${JSON.stringify(result)}`);
}

/** Fails unless the call rejects with an error of this code. */
export async function assertRejects(call: Promise<unknown>, code: PodrootErrorCode): Promise<PodrootError> {
  const error = await rejection(call);
  if (!(error instanceof PodrootError)) throw error;
  assert.equal(error.code, code, error.message);
  return error;
}

/** Fails unless the call rejects with exactly this. */
export async function assertRejectsWith(call: Promise<unknown>, reason: unknown): Promise<void> {
  assert.equal(await rejection(call), reason);
}

/** Fails unless the call is refused for this argument. */
export async function assertRefuses(call: Promise<unknown>, field: string): Promise<void> {
  const error = await rejection(call);
  if (!(error instanceof InvalidArgumentError)) throw error;
  assert.equal(error.field, field, error.message);
}

/** Everything that comes. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await collect(chunks));
}

/** Output by channel. */
export function joinOutput(chunks: readonly OutputChunk[]): {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
} {
  const of = (channel: OutputChunk['channel']): Buffer =>
    Buffer.concat(chunks.filter((chunk) => chunk.channel === channel).map(({ bytes }) => bytes));
  return { stdout: of('stdout'), stderr: of('stderr') };
}

/** The first item; ends the stream there, as a `break` does. */
export async function firstOf<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  assert.fail('nothing came');
}
