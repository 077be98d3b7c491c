import type { FileTree } from './file-tree.js';

/** A process's user. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

const NUMBER = /^\d+$/;

/** Finds `name`, `uid` or `uid:gid` in the container's own /etc/passwd and /etc/group; numbers need no entry. */
export function findUser(files: FileTree, user: string | undefined): UserIds | undefined {
  if (user === undefined) return { uid: 0, gid: 0 };
  const [owner = '', group] = user.split(':');
  const entry = readEntries(files, '/etc/passwd').find(([name, , uid]) => name === owner || uid === owner);
  const uid = NUMBER.test(owner) ? owner : entry?.[2];
  const gid = group === undefined ? (entry?.[3] ?? '0') : findGroup(files, group);
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function findGroup(files: FileTree, group: string): string | undefined {
  if (NUMBER.test(group)) return group;
  return readEntries(files, '/etc/group').find(([name]) => name === group)?.[2];
}

function readEntries(files: FileTree, path: string): readonly (readonly string[])[] {
  if (files.resolve(path)?.kind !== 'file') return [];
  return files
    .readFile(path)
    .toString()
    .split('\n')
    .map((line) => line.split(':'));
}
