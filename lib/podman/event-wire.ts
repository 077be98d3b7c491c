import type { ContainerEvent } from '../container/description.js';
import { ContainerError } from '../errors.js';
import type { JsonLine } from './ndjson.js';
import { toResponseError, type ErrorContext } from './wire-error.js';

/** https://docs.podman.io/en/latest/_static/api.html#tag/system/operation/SystemEventsLibpod */
interface WireEvent {
  readonly Type?: unknown;
  readonly Action?: unknown;
  readonly Actor?: {
    readonly ID?: unknown;
    readonly Attributes?: Readonly<Record<string, string>> | null;
  } | null;
}

/** What Podman puts among the labels; a label of such a name is lost. */
const OWN_ATTRIBUTES = new Set([
  'image',
  'name',
  'podId',
  'containerExitCode',
  'containerInspectData',
  'health_status',
  'health_failing_streak',
  'health_log',
]);

/** Larger than what a number holds exactly, so read from the text. Inside of a string its quotes would be escaped. */
const TIME_NANO = /"timeNano":\s*(\d+)/;

/**
 * The event in a line of the stream; `undefined` for one that is not a container's.
 *
 * @throws what the service reports: an invalid filter comes inside an answer of 200 in 4.3.1, as a status in 5.4.2
 */
export function toContainerEvent(
  { value, text }: JsonLine,
  context: ErrorContext,
): ContainerEvent | undefined {
  const wire = (value ?? {}) as WireEvent & { readonly cause?: unknown; readonly response?: unknown };
  if (typeof wire.cause === 'string') {
    throw toResponseError(typeof wire.response === 'number' ? wire.response : 500, text, context);
  }
  const time = TIME_NANO.exec(text)?.[1];
  const id = wire.Actor?.ID;
  if (typeof wire.Action !== 'string' || typeof id !== 'string' || time === undefined) {
    throw new ContainerError(
      'PROTOCOL_ERROR',
      `${context.operation}: a line of Podman's answer is not an event`,
      {
        ...context,
        runtimeMessage: text.slice(0, 1000),
      },
    );
  }
  if (wire.Type !== 'container') return undefined;
  const attributes = wire.Actor?.Attributes ?? {};
  return {
    action: wire.Action,
    containerId: id,
    name: attributes['name'] ?? '',
    image: attributes['image'] ?? '',
    labels: Object.fromEntries(Object.entries(attributes).filter(([key]) => !OWN_ATTRIBUTES.has(key))),
    timeNanoseconds: BigInt(time),
    exitCode: exitCodeOf(wire.Action, attributes['containerExitCode']),
  };
}

/** Only of the main process's end: 4.3.1 says 0 on every event, and `exec_died` has the command's. */
function exitCodeOf(action: string, text: string | undefined): number | undefined {
  const code = action === 'died' && text !== undefined && text !== '' ? Number(text) : undefined;
  return Number.isInteger(code) ? code : undefined;
}
