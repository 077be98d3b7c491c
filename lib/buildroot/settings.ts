import type { BuildUser } from './build-user.js';
import type { MacroValue } from './macros-file.js';
import type { PackageManagerKind } from './package-manager.js';
import type { Proxy } from './repository.js';

/**
 * How a buildroot is made and a package built in it. A source of facts gives these for a tag; a request's own win.
 *
 * @public
 */
export interface BuildrootSettings {
  /** The container image, by reference. Needed from one of the two. */
  readonly image?: string | undefined;
  /**
   * `image`: packages are added to the image. `installroot`: the image lends its package manager alone; the buildroot is
   * installed into an empty folder, which becomes the image that the build runs in.
   * @defaultValue `'image'`
   */
  readonly mode?: BuildrootMode | undefined;
  /** `detect` looks into the image: see `detectPackageManager`. @defaultValue `'detect'` */
  readonly packageManager?: PackageManagerKind | 'detect' | undefined;
  /** `$releasever`. @defaultValue none; the package manager then asks the image, where there is one to ask */
  readonly releasever?: string | undefined;
  /** More `$names` for the repositories' URLs. @defaultValue none */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** What is installed: packages, and groups as `@build`. @defaultValue none, which `installroot` refuses */
  readonly packages?: readonly string[] | undefined;
  /** Whether documentation is installed. @defaultValue `true` */
  readonly installDocs?: boolean | undefined;
  /** Whether packages that others merely recommend are installed. @defaultValue `false`, as in Koji */
  readonly installWeakDependencies?: boolean | undefined;
  /** For all repositories. @defaultValue none */
  readonly proxy?: Proxy | undefined;
  /** Options of the package manager's `[main]`, over the defaults; `null` takes one away. @defaultValue none */
  readonly packageManagerOptions?: Readonly<Record<string, string | null>> | undefined;
  /** Macros by name; `null` takes away a default. `_topdir` is fixed. @defaultValue none */
  readonly macros?: Readonly<Record<string, MacroValue | null>> | undefined;
  /** `%dist`. @defaultValue the buildroot's own */
  readonly dist?: string | undefined;
  /** `%vendor`, as plain text. @defaultValue the buildroot's own */
  readonly vendor?: string | undefined;
  /** `%packager`, as plain text. @defaultValue the buildroot's own */
  readonly packager?: string | undefined;
  /** `%distribution`, as plain text. @defaultValue the buildroot's own */
  readonly distribution?: string | undefined;
  /** The middle of `%_host`: `koji` gives `x86_64-koji-linux-gnu`. @defaultValue rpm's own `%_host` */
  readonly hostVendor?: string | undefined;
  /** Paths that rpm leaves alone, joined by `:`, because a runtime owns them. @defaultValue `/proc:/sys:/dev` */
  readonly netSharedPath?: string | undefined;
  /** The build's environment, over mock's; `null` takes a variable away. @defaultValue none */
  readonly environment?: Readonly<Record<string, string | null>> | undefined;
  /** @defaultValue `mockbuild` (1000) of group `mock` (135) */
  readonly buildUser?: Partial<Pick<BuildUser, 'name' | 'uid' | 'group' | 'gid'>> | undefined;
  /** Whether rpmbuild has a network. @defaultValue `false` */
  readonly rpmbuildNetworking?: boolean | undefined;
  /** Whether rpmbuild runs in a login shell, as in mock, so that /etc/profile.d counts. @defaultValue `true` */
  readonly loginShell?: boolean | undefined;
  /** Whether the build tree is left after a build. @defaultValue `true`, as in Koji */
  readonly keepBuildTree?: boolean | undefined;
  /** Build conditions to turn on. @defaultValue none */
  readonly with?: readonly string[] | undefined;
  /** Build conditions to turn off. @defaultValue none */
  readonly without?: readonly string[] | undefined;
  /** Macros, over `macros`. @defaultValue none */
  readonly define?: Readonly<Record<string, MacroValue>> | undefined;
  /** Whether `%check` is skipped. @defaultValue `false` */
  readonly noCheck?: boolean | undefined;
  /** More options for the final rpmbuild. @defaultValue none */
  readonly rpmbuildOptions?: readonly string[] | undefined;
  /** Whether two builds are to give the same packages. @defaultValue `false` */
  readonly reproducible?: boolean | ReproducibleSettings | undefined;
  /** Of the containers. @defaultValue no limits */
  readonly resources?: Partial<PlanResources> | undefined;
  /** @defaultValue no limits */
  readonly timeouts?: Partial<PlanTimeouts> | undefined;
  /** Koji's wish to emulate another machine: refused with `NOT_SUPPORTED`. */
  readonly forceArch?: string | undefined;
}

/**
 * The ways to a buildroot.
 *
 * @public
 */
export type BuildrootMode = 'image' | 'installroot';

/**
 * How builds are made to give the same packages.
 *
 * @public
 */
export interface ReproducibleSettings {
  /**
   * The time that packages and their files bear, in seconds since 1970; `changelog` is that of the spec's newest entry,
   * found by rpmbuild (a spec without a changelog then bears the clock's); `srpm` is when the source package was made.
   * @defaultValue `'changelog'`
   */
  readonly sourceDateEpoch?: number | 'changelog' | 'srpm' | undefined;
  /** The machine's name in packages. @defaultValue `'podroot'` */
  readonly buildHost?: string | undefined;
  /** @defaultValue `'UTC'` */
  readonly timeZone?: string | undefined;
}

/**
 * What the containers may use; `null` is no limit.
 *
 * @public
 */
export interface PlanResources {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  readonly pids: number | null;
}

/**
 * How long commands may run; `null` is no limit.
 *
 * @public
 */
export interface PlanTimeouts {
  /** One call of the package manager. */
  readonly packageManagerMs: number | null;
  /** One call of rpmbuild: mock's `rpmbuild_timeout`, which Koji sets to a day. */
  readonly rpmbuildMs: number | null;
  /** Any other command. */
  readonly otherMs: number | null;
  /** The build, from its first container to its last file. */
  readonly buildMs: number | null;
}

/** What a package is built with, apart from the buildroot. */
export interface BuildOptions {
  readonly with: readonly string[];
  readonly without: readonly string[];
  readonly define: Readonly<Record<string, MacroValue>>;
  readonly noCheck: boolean;
  readonly rpmbuild: readonly string[];
}

/** {@link ReproducibleSettings} with their defaults. */
export interface ResolvedReproducible {
  readonly sourceDateEpoch: number | 'changelog' | 'srpm';
  readonly buildHost: string;
  readonly timeZone: string;
}

/** Settings with their defaults. */
export interface ResolvedSettings {
  readonly image: string;
  readonly mode: BuildrootMode;
  readonly packageManager: PackageManagerKind | 'detect';
  readonly releasever: string | null;
  readonly variables: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
  readonly installDocs: boolean;
  readonly installWeakDependencies: boolean;
  readonly proxy: Proxy | undefined;
  readonly packageManagerOptions: Readonly<Record<string, string | null>>;
  readonly macros: Readonly<Record<string, MacroValue | null>>;
  readonly dist: string | undefined;
  readonly vendor: string | undefined;
  readonly packager: string | undefined;
  readonly distribution: string | undefined;
  readonly hostVendor: string | undefined;
  readonly netSharedPath: string;
  readonly environment: Readonly<Record<string, string | null>>;
  readonly buildUser: BuildUser;
  readonly rpmbuildNetworking: boolean;
  readonly loginShell: boolean;
  readonly keepBuildTree: boolean;
  readonly options: BuildOptions;
  readonly reproducible: ResolvedReproducible | null;
  readonly resources: PlanResources;
  readonly timeouts: PlanTimeouts;
}
