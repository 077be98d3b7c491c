import type { CallOptions } from '../abort.js';
import type { Platform } from './container-spec.js';

/**
 * An image in the runtime's storage.
 *
 * @public
 */
export interface ImageDescription {
  /** The image's id: 64 hexadecimal digits, without `sha256:`. */
  readonly id: string;
  /** The manifest's digest, `sha256:…`; `undefined` when the runtime has none. */
  readonly digest: string | undefined;
  /** References that name it. */
  readonly references: readonly string[];
  /** In storage, with the layers that it shares. */
  readonly sizeBytes: number;
  /** As the image format spells it. */
  readonly architecture: string;
  /** As the image format spells it. */
  readonly os: string;
  /** Text that it was made with. */
  readonly labels: Readonly<Record<string, string>>;
  /** Environment of its containers. */
  readonly env: Readonly<Record<string, string>>;
  /** When it was made, in milliseconds since 1970; `undefined` when it does not say. */
  readonly createdAt: number | undefined;
}

/**
 * Progress of a pull.
 *
 * @public
 */
export interface PullProgress {
  /** What is being pulled. */
  readonly reference: string;
  /** The pull's number, from 1; more than 1 after a pull that failed in a passing way. */
  readonly attempt: number;
  /** One line of the runtime's own text. */
  readonly text: string;
}

/**
 * Who pulls.
 *
 * @public
 */
export interface RegistryCredentials {
  /** Account at the registry. */
  readonly username: string;
  /** Password or token; never in an error or an event. */
  readonly password: string;
}

/**
 * How an image comes into the runtime's storage.
 *
 * @public
 */
export interface EnsureImageOptions extends CallOptions {
  /** `missing` pulls what is not there, `newer` what the registry has newer. @defaultValue `'missing'` */
  readonly policy?: 'always' | 'missing' | 'newer' | 'never' | undefined;
  /** Which build of the image. @defaultValue the runtime's own */
  readonly platform?: Platform | undefined;
  /** Who pulls. @defaultValue what the runtime has stored for the registry */
  readonly credentials?: RegistryCredentials | undefined;
  /** Whether the registry's certificate is checked. @defaultValue the runtime's setting */
  readonly tlsVerify?: boolean | undefined;
  /** Gets a line for each of the runtime's. */
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** Limit of the whole call. @defaultValue 30 minutes */
  readonly timeoutMs?: number | undefined;
  /**
   * Limit of one pull's silence, after which it counts as failed. Runtimes may say nothing while a layer downloads, so it
   * must be enough for the largest. @defaultValue 10 minutes
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Pulls that follow a failed one, where the failure may pass. @defaultValue 1 */
  readonly retries?: number | undefined;
}

/**
 * How a root file system becomes an image.
 *
 * @public
 */
export interface ImportImageOptions extends CallOptions {
  /** What the image is said to be for. @defaultValue the runtime's own */
  readonly platform?: Platform | undefined;
  /** What the image's configuration says, as a container file would: `CMD ["/bin/sh"]`. @defaultValue nothing */
  readonly changes?: readonly string[] | undefined;
}

/**
 * How a container becomes an image.
 *
 * @public
 */
export interface CommitOptions extends CallOptions {
  /** Name of the new image. @defaultValue none: it has its id alone */
  readonly reference?: string | undefined;
  /** Labels of the new image, besides the container's image's. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** What the image's configuration says, as a container file would. @defaultValue nothing */
  readonly changes?: readonly string[] | undefined;
  /** Whether the container stands still meanwhile. @defaultValue `true` */
  readonly pause?: boolean | undefined;
}
