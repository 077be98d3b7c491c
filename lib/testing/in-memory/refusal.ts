import { ContainerError, type PodrootErrorCode } from '../../errors.js';

/** An operation on a container that the in-memory runtime refuses. */
export function refusal(
  code: PodrootErrorCode,
  operation: string,
  container: string,
  reason: string,
): ContainerError {
  return new ContainerError(code, `${operation} ${container} failed: ${reason}`, {
    operation,
    container,
    runtimeMessage: reason,
  });
}
