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
export { canBuildArch, canonicalArch } from './srpm/arch.js';
export { assertArchAllowed } from './srpm/assert-arch-allowed.js';
export { compareEvr, compareVersions, formatEvr, parseEvr } from './srpm/evr.js';
export { formatNevra, parseNevra } from './srpm/nevra.js';
export { readRpm, readSrpm } from './srpm/read-srpm.js';
export { SrpmError } from './srpm/srpm-error.js';
export { verifySrpm } from './srpm/verify-srpm.js';

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
export type { BuildMachine, BuildRestrictions } from './srpm/assert-arch-allowed.js';
export type { SrpmSource } from './srpm/byte-reader.js';
export type { DependencyRole, RpmDependency } from './srpm/dependency.js';
export type { DependencyType, VersionComparison } from './srpm/dependency-flags.js';
export type { DigestState } from './srpm/digest.js';
export type { Evr } from './srpm/evr.js';
export type { RpmFile } from './srpm/file-list.js';
export type { HeaderDigests } from './srpm/header-digests.js';
export type { Nevra } from './srpm/nevra.js';
export type { OpenPgpSignature } from './srpm/openpgp-signature.js';
export type { ReadRpmOptions } from './srpm/read-srpm.js';
export type { RichExpression, SimpleDependency } from './srpm/rich-dependency.js';
export type { RpmHeader, RpmPayload, SrpmHeader } from './srpm/rpm-header.js';
export type { RpmSignature } from './srpm/signatures.js';
export type { SrpmErrorCode } from './srpm/srpm-error.js';
export type { SrpmVerification } from './srpm/verify-srpm.js';
