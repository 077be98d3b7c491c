/**
 * Every code a {@link PodrootError} can carry. Codes are stable across releases; messages are not.
 *
 * - `INVALID_ARGUMENT`: an option or spec field was refused; `field` names it
 * - `NOT_SUPPORTED`: the runtime, or its version, cannot do this
 * - `RUNTIME_UNAVAILABLE`: no runtime answered (socket absent, refused, no permission)
 * - `RUNTIME_UNSUPPORTED`: something answered that podroot cannot use (Docker, too old a version)
 * - `RUNTIME_ERROR`: the runtime reported a failure that has no code of its own
 * - `CONNECTION_LOST`: the connection broke before the whole answer had come
 * - `PROTOCOL_ERROR`: the runtime's answer made no sense (lost frame sync, unreadable JSON)
 * - `DEADLINE_EXCEEDED`: a time limit stated in the options, or the default one, ran out
 * - `CLOSED`: the manager, session or server was closed before or during the call
 * - `IMAGE_NOT_FOUND`: the image is not in local storage, and was not to be pulled
 * - `IMAGE_PULL_FAILED`: pulling the image failed; the registry's or runtime's words are in the message
 * - `IMAGE_INVALID`: an archive given to import or load was not a usable image
 * - `IMAGE_IN_USE`: the image cannot be removed while containers use it
 * - `CONTAINER_NOT_FOUND`: no such container (or it is gone already)
 * - `CONTAINER_NOT_RUNNING`: the container's state does not allow the operation
 * - `NAME_IN_USE`: another container has this name
 * - `EXEC_NOT_STARTED`: the command could not be started (unknown user, no such executable or folder)
 * - `NETWORK_NOT_FOUND`: no such network, or the container is not connected to it
 * - `PATH_NOT_FOUND`: the path does not exist in the container
 * - `COPY_FAILED`: a copy ended early or could not be written
 * - `ARCHIVE_UNSAFE`: an archive from a container tried to leave its target folder, or held a forbidden entry
 * - `ARCHIVE_LIMIT`: an archive from a container was larger, or had more entries, than allowed
 * - `SRPM_UNREADABLE`: an RPM file could not be opened or read (absent, no permission, not a file)
 * - `SRPM_INVALID`: the file is no RPM, or its headers break the format
 * - `SRPM_TRUNCATED`: the file ends before its headers, or its payload, do
 * - `SRPM_LIMIT`: the file's headers are larger than allowed
 * - `SRPM_NOT_SOURCE`: the file is a binary RPM where a source RPM is needed
 * - `SRPM_DIGEST_MISMATCH`: a digest or size that the file states is not that of its bytes
 * - `SRPM_ARCH_EXCLUDED`: the source RPM is not to be built for this architecture or operating system
 * - `ARCH_INCOMPATIBLE`: the machine cannot run programs of the wanted architecture
 * - `PLAN_INVALID`: a stored buildroot plan is damaged, or was made by another version of podroot
 * - `KOJI_FAULT`: the hub ran the call, or refused it, and answered with a fault; `faultName` says which
 * - `KOJI_UNAVAILABLE`: no hub answered, or one whose web server says it cannot (a status of 400 and above)
 * - `KOJI_UNTRUSTED`: the hub's certificate, or the one shown to it, was refused
 * - `KOJI_NO_SESSION`: the call needs a session with the hub and there is none, or the hub's web server refused the login
 * - `KOJI_UPLOAD_FAILED`: what the hub has of an uploaded file is not what was sent
 * - `RESPONSE_LIMIT`: an answer was larger than allowed
 *
 * @public
 */
export type PodrootErrorCode =
  | 'INVALID_ARGUMENT'
  | 'NOT_SUPPORTED'
  | 'RUNTIME_UNAVAILABLE'
  | 'RUNTIME_UNSUPPORTED'
  | 'RUNTIME_ERROR'
  | 'CONNECTION_LOST'
  | 'PROTOCOL_ERROR'
  | 'DEADLINE_EXCEEDED'
  | 'CLOSED'
  | 'IMAGE_NOT_FOUND'
  | 'IMAGE_PULL_FAILED'
  | 'IMAGE_INVALID'
  | 'IMAGE_IN_USE'
  | 'CONTAINER_NOT_FOUND'
  | 'CONTAINER_NOT_RUNNING'
  | 'NAME_IN_USE'
  | 'EXEC_NOT_STARTED'
  | 'NETWORK_NOT_FOUND'
  | 'PATH_NOT_FOUND'
  | 'COPY_FAILED'
  | 'ARCHIVE_UNSAFE'
  | 'ARCHIVE_LIMIT'
  | 'SRPM_UNREADABLE'
  | 'SRPM_INVALID'
  | 'SRPM_TRUNCATED'
  | 'SRPM_LIMIT'
  | 'SRPM_NOT_SOURCE'
  | 'SRPM_DIGEST_MISMATCH'
  | 'SRPM_ARCH_EXCLUDED'
  | 'ARCH_INCOMPATIBLE'
  | 'PLAN_INVALID'
  | 'KOJI_FAULT'
  | 'KOJI_UNAVAILABLE'
  | 'KOJI_UNTRUSTED'
  | 'KOJI_NO_SESSION'
  | 'KOJI_UPLOAD_FAILED'
  | 'RESPONSE_LIMIT';

/**
 * The root of podroot's errors: a stable `code`, a message that stands alone, and the `cause` where there is one.
 *
 * @remarks
 * An aborted call does not reject with this class: it rejects with the signal's own `reason`, untouched.
 * @public
 */
export class PodrootError extends Error {
  /** The class's name, for logs. */
  override readonly name: string = 'PodrootError';
  /** What went wrong, for programs. */
  readonly code: PodrootErrorCode;

  constructor(code: PodrootErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

/**
 * An option or spec field that was refused before anything happened. Its code is `INVALID_ARGUMENT`.
 *
 * @public
 */
export class InvalidArgumentError extends PodrootError {
  /** {@inheritDoc PodrootError.name} */
  override readonly name = 'InvalidArgumentError';
  /** The refused field, as a path: `mounts[1].target`. */
  readonly field: string;
  /** The refused value. */
  readonly value: unknown;

  constructor(field: string, value: unknown, requirement: string) {
    super('INVALID_ARGUMENT', `${field} ${requirement}, but is ${describeValue(value)}`);
    this.field = field;
    this.value = value;
  }
}

/**
 * What is known about a failed container operation, besides its code.
 *
 * @public
 */
export interface ContainerErrorDetails {
  /** The operation that failed, as the contract names it: `exec`, `copyTo`, … */
  readonly operation: string;
  /** The container's id or name, where one was involved. */
  readonly container?: string | undefined;
  /** The image reference, where one was involved. */
  readonly image?: string | undefined;
  /** The HTTP status of the runtime's answer, where there was one. */
  readonly status?: number | undefined;
  /** The runtime's own words, unchanged but bounded in length. Text from outside: never print it raw to a terminal. */
  readonly runtimeMessage?: string | undefined;
  /** The exit code that the runtime gave a command it could not start (125, 126 or 127). */
  readonly exitCode?: number | undefined;
  /** What made it fail. */
  readonly cause?: unknown;
}

/**
 * A failed container operation.
 *
 * @public
 */
export class ContainerError extends PodrootError {
  /** {@inheritDoc PodrootError.name} */
  override readonly name = 'ContainerError';
  /** {@inheritDoc ContainerErrorDetails.operation} */
  readonly operation: string;
  /** {@inheritDoc ContainerErrorDetails.container} */
  readonly container: string | undefined;
  /** {@inheritDoc ContainerErrorDetails.image} */
  readonly image: string | undefined;
  /** {@inheritDoc ContainerErrorDetails.status} */
  readonly status: number | undefined;
  /** {@inheritDoc ContainerErrorDetails.runtimeMessage} */
  readonly runtimeMessage: string | undefined;
  /** {@inheritDoc ContainerErrorDetails.exitCode} */
  readonly exitCode: number | undefined;

  constructor(code: PodrootErrorCode, message: string, details: ContainerErrorDetails) {
    super(code, message, { cause: details.cause });
    this.operation = details.operation;
    this.container = details.container;
    this.image = details.image;
    this.status = details.status;
    this.runtimeMessage = details.runtimeMessage;
    this.exitCode = details.exitCode;
  }
}

const LONGEST_VALUE = 120;

function describeValue(value: unknown): string {
  let text = Object.prototype.toString.call(value);
  try {
    text = String(value);
    const json: unknown = JSON.stringify(value);
    if (typeof json === 'string') text = json;
  } catch {
    // A bigint, an object that holds itself, or one without a prototype: what there is of its text has to do.
  }
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
