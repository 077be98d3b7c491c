/**
 * What differs between Podman's versions and has to be known beforehand. Most of what differs is met in one way for all
 * versions, where it arises; here is only what cannot be.
 */
export interface PodmanQuirks {
  /**
   * Whether `commit` takes the image's configuration as its body. Then its `changes` are parsed as a container file's
   * lines, in which quotes, backslashes, `$` and newlines mean something; before, they are taken as they are.
   *
   * Source: podman#20657, of after 4.8; seen with 5.4.2 (does) and 4.3.1 (does not).
   */
  readonly commitTakesConfig: boolean;
}

/**
 * The quirks of a version, as in `4.3.1` or `5.4.2-dev`. A development version counts as the release it leads to.
 */
export function quirksOf(version: string): PodmanQuirks {
  return { commitTakesConfig: isAtLeast(version, 5, 0, 0) };
}

function isAtLeast(
  version: string,
  ...least: readonly [major: number, minor: number, patch: number]
): boolean {
  const parts = version.replace(/[-+].*$/, '').split('.');
  for (const [index, wanted] of least.entries()) {
    const part = Number.parseInt(parts[index] ?? '0', 10);
    // What cannot be read is taken for new: unknown versions are more often those to come.
    if (Number.isNaN(part) || part > wanted) return true;
    if (part < wanted) return false;
  }
  return true;
}
