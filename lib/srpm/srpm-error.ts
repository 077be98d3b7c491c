import { PodrootError, type PodrootErrorCode } from '../errors.js';

/**
 * The codes of {@link SrpmError}.
 *
 * @public
 */
export type SrpmErrorCode = Extract<PodrootErrorCode, `SRPM_${string}`>;

/**
 * An RPM file that could not be read, or that is not what it should be. The message names the file, what is wrong, and
 * what was expected.
 *
 * @public
 */
export class SrpmError extends PodrootError {
  /** {@inheritDoc PodrootError.name} */
  override readonly name = 'SrpmError';
  /** What is wrong with the file. */
  declare readonly code: SrpmErrorCode;
  /** The file's path, or the name that the caller gave its bytes. */
  readonly file: string;
  /** Where it was seen, in bytes from the file's beginning, where that is one place. */
  readonly offset: number | undefined;

  constructor(
    code: SrpmErrorCode,
    file: string,
    message: string,
    details: { readonly offset?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(code, `${file}: ${message}`, { cause: details.cause });
    this.file = file;
    this.offset = details.offset;
  }
}
