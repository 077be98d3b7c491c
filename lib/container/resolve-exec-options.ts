import { InvalidArgumentError } from '../errors.js';
import {
  assertAbsolutePath,
  assertArgv,
  assertBoolean,
  assertEnvironment,
  assertTimeoutMs,
  assertUser,
  assertWholeNumber,
} from './assert.js';
import type { ExecOptions, OpenExecOptions, TerminalSize } from './exec.js';

const DEFAULT_KILL_GRACE_MS = 2000;
const DEFAULT_CAPTURE_BYTES = 1024 * 1024;
const MOST_CAPTURE_BYTES = 1024 * 1024 * 1024;

/** Validated options of an exec session. */
export interface ResolvedOpenExecOptions {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string | undefined;
  readonly user: string | undefined;
  readonly stdin: boolean;
  readonly terminal: TerminalSize | undefined;
  /** 0: no limit. */
  readonly timeoutMs: number;
  readonly killGraceMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Validates the arguments of `openExec` and fills in its defaults. For those who implement `ContainerManager`.
 *
 * @throws {@link InvalidArgumentError} naming the option and the value
 */
export function resolveOpenExecOptions(
  argv: readonly string[],
  options: OpenExecOptions,
): ResolvedOpenExecOptions {
  assertArgv('argv', argv);
  if (options.env !== undefined) assertEnvironment('env', options.env);
  if (options.workdir !== undefined) assertAbsolutePath('workdir', options.workdir);
  if (options.user !== undefined) assertUser('user', options.user);
  if (options.stdin !== undefined) assertBoolean('stdin', options.stdin);
  if (options.terminal !== undefined) assertTerminalSize('terminal', options.terminal);
  if (options.timeoutMs !== undefined) assertTimeoutMs('timeoutMs', options.timeoutMs);
  if (options.killGraceMs !== undefined) assertTimeoutMs('killGraceMs', options.killGraceMs);
  return {
    argv: [...argv],
    env: options.env ?? {},
    workdir: options.workdir,
    user: options.user,
    stdin: options.stdin ?? false,
    terminal: options.terminal,
    timeoutMs: options.timeoutMs ?? 0,
    killGraceMs: options.killGraceMs ?? DEFAULT_KILL_GRACE_MS,
    signal: options.signal,
  };
}

export function assertTerminalSize(field: string, size: TerminalSize): void {
  assertWholeNumber(`${field}.rows`, size.rows, 1, 65_535);
  assertWholeNumber(`${field}.columns`, size.columns, 1, 65_535);
}

export function resolveCaptureBytes(options: ExecOptions): number {
  if (options.captureBytes === undefined) return DEFAULT_CAPTURE_BYTES;
  assertWholeNumber('captureBytes', options.captureBytes, 0, MOST_CAPTURE_BYTES);
  return options.captureBytes;
}

export function assertExecInput(stdin: ExecOptions['stdin']): void {
  if (stdin === undefined || typeof stdin === 'string' || stdin instanceof Uint8Array) return;
  if (typeof (stdin as Partial<AsyncIterable<Uint8Array>> | null)?.[Symbol.asyncIterator] === 'function')
    return;
  throw new InvalidArgumentError('stdin', stdin, 'must be a string, bytes or an async iterable of bytes');
}
