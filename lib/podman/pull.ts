import pRetry from 'p-retry';
import { linkSignals } from '../abort.js';
import type { RegistryCredentials } from '../container/image.js';
import { ContainerError } from '../errors.js';
import { imageContext, toImageId } from './image-description.js';
import type { ResolvedEnsureImageOptions } from './image-options.js';
import type { LibpodClient } from './libpod-client.js';
import { parseNdjson } from './ndjson.js';
import { isNeverSent, isTransient } from './wire-error.js';

const OPERATION = 'ensureImage';
const LONGEST_MESSAGE = 2000;

/**
 * What no second pull changes. The service tries what may pass (a refused or broken connection) three times by itself,
 * so that anything else is worth few pulls of ours.
 */
const LASTING_FAILURE = new RegExp(
  [
    'manifest unknown|name unknown|not found|no such image|image not known',
    'unauthorized|denied|forbidden|authentication required|invalid username',
    'invalid reference|invalid image name|must be lowercase|short-name|unsupported|unknown transport',
    'no image found in|server gave HTTP response|x509:|certificate',
  ].join('|'),
  'i',
);

/** https://docs.podman.io/en/latest/_static/api.html#tag/images/operation/ImagePullLibpod */
interface WirePullLine {
  readonly stream?: unknown;
  readonly error?: unknown;
  readonly id?: unknown;
  readonly images?: unknown;
}

/**
 * Pulls an image, again where the failure may pass, and gives its id.
 *
 * @remarks
 * Until 5.8 a failed pull is an `error` line in an answer of 200; later versions may answer with an error's status. An
 * answer that ends with neither an error nor an id was cut off. Closing the connection ends the pull.
 */
export async function pullImage(
  client: LibpodClient,
  options: ResolvedEnsureImageOptions,
  signal: AbortSignal,
): Promise<string> {
  let failure: unknown;
  const attempt = async (number: number): Promise<string> => {
    try {
      return await pullOnce(client, options, number, signal);
    } catch (error) {
      failure = error;
      // p-retry turns what is no Error into a TypeError of its own; the caller's reason may be anything.
      throw error instanceof Error ? error : new Error('not an Error', { cause: error });
    }
  };
  try {
    return await pRetry(attempt, {
      retries: options.retries,
      minTimeout: 500,
      maxTimeout: 5000,
      randomize: true,
      signal,
      shouldRetry: ({ error }) => mayPass(error),
    });
  } catch {
    throw signal.aborted ? signal.reason : failure;
  }
}

async function pullOnce(
  client: LibpodClient,
  options: ResolvedEnsureImageOptions,
  attempt: number,
  signal: AbortSignal,
): Promise<string> {
  const { reference, idleTimeoutMs, onProgress } = options;
  const idle = new AbortController();
  const timer = setTimeout(() => {
    idle.abort(pullFailed(reference, `Podman said nothing for ${idleTimeoutMs} ms`));
  }, idleTimeoutMs);
  if (idleTimeoutMs === 0) clearTimeout(timer);
  const link = linkSignals([signal, idle.signal], undefined, OPERATION);
  let error: string | undefined;
  let id: string | undefined;
  try {
    const context = imageContext(OPERATION, reference);
    const { body } = await client.stream({
      method: 'POST',
      path: 'images/pull',
      query: toQuery(options),
      headers: options.credentials === undefined ? {} : { 'x-registry-auth': encode(options.credentials) },
      signal: link.signal,
      context,
    });
    for await (const { value } of parseNdjson(body, context)) {
      if (idleTimeoutMs !== 0) timer.refresh();
      const line = (value ?? {}) as WirePullLine;
      if (typeof line.error === 'string' && line.error !== '') error = line.error;
      if (typeof line.id === 'string' && line.id !== '') id = line.id;
      for (const text of typeof line.stream === 'string' ? line.stream.split('\n') : []) {
        if (text.trim() !== '') onProgress?.({ reference, attempt, text: text.trim() });
      }
    }
  } catch (thrown) {
    throw asPullFailure(thrown, reference);
  } finally {
    clearTimeout(timer);
    link.release();
  }
  if (error !== undefined) throw pullFailed(reference, error);
  if (id === undefined) throw pullFailed(reference, 'the answer ended without a result');
  return toImageId(id);
}

function toQuery(options: ResolvedEnsureImageOptions): Record<string, string | boolean | undefined> {
  const { reference, policy, tlsVerify, platform } = options;
  // These three are capitalised, unlike all others.
  return {
    reference,
    policy,
    tlsVerify,
    Arch: platform.architecture,
    OS: platform.os,
    Variant: platform.variant,
  };
}

/** URL-safe, and with its padding: Go's decoder refuses anything else. */
function encode({ username, password }: RegistryCredentials): string {
  const text = Buffer.from(JSON.stringify({ username, password })).toString('base64');
  return text.replaceAll('+', '-').replaceAll('/', '_');
}

/** An error with a status is the registry's or the reference's fault, whatever its cause looks like. */
function asPullFailure(thrown: unknown, reference: string): unknown {
  if (!(thrown instanceof ContainerError) || thrown.status === undefined || thrown.code === 'NOT_SUPPORTED') {
    return thrown;
  }
  return pullFailed(reference, thrown.runtimeMessage ?? thrown.message, thrown);
}

function pullFailed(reference: string, message: string, cause?: ContainerError): ContainerError {
  const runtimeMessage = message.trim().slice(0, LONGEST_MESSAGE);
  return new ContainerError('IMAGE_PULL_FAILED', `pulling ${reference} failed: ${runtimeMessage}`, {
    ...imageContext(OPERATION, reference),
    status: cause?.status,
    runtimeMessage,
    cause,
  });
}

function mayPass(error: unknown): boolean {
  if (isNeverSent(error) || isTransient(error)) return true;
  return (
    error instanceof ContainerError &&
    error.code === 'IMAGE_PULL_FAILED' &&
    !LASTING_FAILURE.test(error.runtimeMessage ?? '')
  );
}
