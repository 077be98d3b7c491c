export { PodrootError, InvalidArgumentError, ContainerError } from './errors.js';
export { currentOwner } from './owner.js';
export { resolveContainerSpec } from './container/resolve-container-spec.js';
export { runContainer } from './container/run.js';
export { LineSplitter } from './output/line-splitter.js';
export { openLogFile } from './output/log-file.js';
export { toSafeText } from './output/safe-text.js';
export { PodmanManager } from './podman/podman-manager.js';
export { startPodmanService } from './podman/podman-service.js';
export { findPodmanSocket } from './podman/socket-discovery.js';

export type { CallOptions } from './abort.js';
export type { ContainerErrorDetails, PodrootErrorCode } from './errors.js';
export type { OwnerIdentity } from './owner.js';
export type {
  ContainerHandle,
  ContainerManager,
  ContainerReference,
  ListOptions,
  LogsOptions,
  RunOptions,
  RunResult,
} from './container/container-manager.js';
export type {
  BindMount,
  ContainerSpec,
  Mount,
  NetworkMode,
  Platform,
  ResolvedContainerSpec,
  ResourceLimits,
  Rlimit,
  TmpfsMount,
  VolumeMount,
} from './container/container-spec.js';
export type {
  CopyDirectory,
  CopyEntry,
  CopyEntryAttributes,
  CopyFile,
  CopyFromHost,
  CopyFromOptions,
  CopyFromResult,
  CopySymlink,
} from './container/copy.js';
export type {
  ContainerDescription,
  ContainerEvent,
  ContainerState,
  ContainerStats,
  ContainerSummary,
  RuntimeDescription,
  WaitResult,
} from './container/description.js';
export type {
  ExecEnding,
  ExecInput,
  ExecOptions,
  ExecResult,
  ExecSession,
  OpenExecOptions,
  TerminalSize,
} from './container/exec.js';
export type {
  CommitOptions,
  EnsureImageOptions,
  ImageDescription,
  ImportImageOptions,
  PullProgress,
  RegistryCredentials,
} from './container/image.js';
export type { OutputChannel, OutputChunk, OutputSink } from './container/output-chunk.js';
export type { LogFile } from './output/log-file.js';
export type { OutputLine } from './output/line-splitter.js';
export type { PodmanManagerOptions } from './podman/podman-manager-options.js';
export type { PodmanService, PodmanServiceOptions } from './podman/podman-service.js';
