/**
 * What is built: what the source package says of itself. Its requirements may be others in the buildroot.
 *
 * @public
 */
export interface PlanSrpm {
  /** `name-version-release.src.rpm`. */
  readonly fileName: string;
  readonly nevra: string;
  readonly name: string;
  readonly epoch: number | null;
  readonly version: string;
  readonly release: string;
  /** Of the file; `null` when it was read from a stream, which is not read to its end. */
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
  readonly specFile: string;
  readonly buildRequires: readonly string[];
  readonly buildConflicts: readonly string[];
  readonly dynamicBuildRequires: boolean;
  readonly buildArchs: readonly string[];
  readonly exclusiveArch: readonly string[];
  readonly excludeArch: readonly string[];
  readonly exclusiveOs: readonly string[];
  readonly excludeOs: readonly string[];
  /** Seconds since 1970. */
  readonly buildTime: number | null;
  readonly buildHost: string | null;
  readonly rpmVersion: string | null;
  /** MD5 of header and payload: Koji's `payloadhash`. */
  readonly sigMd5: string | null;
  /** Unverified. */
  readonly signatures: readonly PlanSignature[];
}

/**
 * A signature that the source package carries. It was not verified.
 *
 * @public
 */
export interface PlanSignature {
  readonly tag: string;
  readonly covers: string;
  /** The signing key's id, 16 hexadecimal digits. */
  readonly keyId: string | null;
  /** `RSA`, `EdDSA`, … */
  readonly algorithm: string | null;
  /** `SHA256`, … */
  readonly hash: string | null;
  /** Seconds since 1970. */
  readonly createdAt: number | null;
  /** Why it cannot be read. */
  readonly problem: string | null;
}
