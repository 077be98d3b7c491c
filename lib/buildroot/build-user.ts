import { InvalidArgumentError } from '../errors.js';

/**
 * Who runs rpmbuild.
 *
 * @remarks The names are mock's. 135 is the group `mock` of Fedora and RHEL; 1000 is a machine's first user, whose number
 * mock lends to `mockbuild`. Two names that differ keep old /etc/profile from setting a umask of 002.
 * @public
 */
export interface BuildUser {
  readonly name: string;
  readonly uid: number;
  readonly group: string;
  readonly gid: number;
  /** Always `/builddir`, as in mock: packages have been seen to bear it. */
  readonly home: string;
}

/**
 * The files of an image that say who its users are; `null` where it has none.
 *
 * @public
 */
export interface AccountFiles {
  readonly passwd: string | null;
  readonly group: string | null;
  readonly shadow: string | null;
}

const DEFAULT_USER: BuildUser = {
  name: 'mockbuild',
  uid: 1000,
  group: 'mock',
  gid: 135,
  home: '/builddir',
};
const NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
const MOST_ID = 65_534;

/** @throws InvalidArgumentError */
export function resolveBuildUser(wanted: Partial<Omit<BuildUser, 'home'>>): BuildUser {
  const user = {
    name: wanted.name ?? DEFAULT_USER.name,
    uid: wanted.uid ?? DEFAULT_USER.uid,
    group: wanted.group ?? DEFAULT_USER.group,
    gid: wanted.gid ?? DEFAULT_USER.gid,
    home: DEFAULT_USER.home,
  };
  for (const field of ['name', 'group'] as const) {
    if (!NAME.test(user[field]) || user[field] === 'root') {
      throw new InvalidArgumentError(
        `buildUser.${field}`,
        user[field],
        'must be a name as useradd takes it, not root',
      );
    }
  }
  for (const field of ['uid', 'gid'] as const) {
    // A rootless runtime has no more than 65536 numbers, and rpmbuild must not run as root.
    if (!Number.isInteger(user[field]) || user[field] < 1 || user[field] > MOST_ID) {
      throw new InvalidArgumentError(
        `buildUser.${field}`,
        user[field],
        `must be a whole number from 1 to ${MOST_ID}`,
      );
    }
  }
  return user;
}

/**
 * Adds the build user to an image's account files, in place of a user or group of the same name that it has.
 *
 * @remarks
 * What mock does with `userdel`, `groupdel`, `groupadd` and `useradd -o` of the host; done on the text, it needs none of
 * them in the image. Another user may have the same number, as with `useradd -o`; the build user comes before it, so that
 * the number is called by its name. Nobody can log in as it. It is in no other group.
 * @public
 */
export function addBuildUser(
  files: AccountFiles,
  user: BuildUser,
): { readonly passwd: string; readonly group: string; readonly shadow: string | null } {
  const { name, uid, group, gid, home } = user;
  const groups = withoutLines(files.group ?? ROOT_GROUP, group).map((line) => withoutMember(line, name));
  return {
    passwd: toText(
      afterRoot(withoutLines(files.passwd ?? ROOT_USER, name), `${name}:x:${uid}:${gid}::${home}:/bin/bash`),
    ),
    group: toText(afterRoot(groups, `${group}:x:${gid}:`)),
    shadow: files.shadow === null ? null : toText([...withoutLines(files.shadow, name), `${name}:*:::::::`]),
  };
}

const ROOT_USER = 'root:x:0:0:root:/root:/bin/bash';
const ROOT_GROUP = 'root:x:0:';

function withoutLines(text: string, name: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && line.split(':')[0] !== name);
}

function afterRoot(lines: readonly string[], line: string): readonly string[] {
  const at = lines.findIndex((other) => other.startsWith('root:')) + 1;
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}

function withoutMember(line: string, name: string): string {
  const fields = line.split(':');
  const members = fields[3]?.split(',').filter((member) => member !== name);
  return members === undefined ? line : [...fields.slice(0, 3), members.join(',')].join(':');
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
