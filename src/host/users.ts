import type { ResolvedUser, Users } from '../contracts/users.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { readInRoot } from './resolve.ts';

/** What a container's own files say about its users. Empty texts where it has none. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

const fileLimit = 4 * 1024 * 1024;
const highestId = 2 ** 32 - 2;

/** Users looked up in /etc/passwd and /etc/group of a root file system, without leaving it. */
export const users: Users = {
  resolve: async (rootfs, user) => {
    const [passwd = '', group = ''] = ['/etc/passwd', '/etc/group'].map((path) =>
      readIfPresent(rootfs, path),
    );
    return resolveUser(user, { passwd, group });
  },
};

/**
 * The numbers that `name`, `uid`, `name:group` or `uid:gid` mean (OCI image spec, config.md, User). Without a group it
 * is the user's own, and the groups that list the user's name are added; a number that the files do not know is kept, in
 * group 0. Pure. Throws RuntimeError CREATE_FAILED for an unknown name or a number out of range.
 */
export function resolveUser(text: string, files: UserFiles): ResolvedUser {
  const [userText = '', groupText, ...rest] = text.split(':');
  if (rest.length > 0) throw unknown(`the user ${JSON.stringify(text)} is not user:group`);
  const accounts = lines(files.passwd);
  const groups = lines(files.group);
  const number = parseNumber(userText === '' ? '0' : userText);
  const account =
    accounts.find(([name]) => name === userText && userText !== '') ??
    (number === undefined ? undefined : accounts.find((fields) => parseNumber(fields[2]) === number));
  const uid = parseNumber(account?.[2]) ?? number;
  if (uid === undefined)
    throw unknown(`there is no user ${JSON.stringify(userText)} in the image's /etc/passwd`);
  const name = account?.[0];
  const gid = groupText ? groupNumber(groupText, groups) : (parseNumber(account?.[3]) ?? 0);
  return {
    uid,
    gid,
    additionalGids:
      groupText || name === undefined ? [] : membership(name, groups).filter((id) => id !== gid),
    home: account?.[5] || '/',
    ...(name === undefined ? {} : { name }),
  };
}

function groupNumber(text: string, groups: readonly (readonly string[])[]): number {
  const gid = parseNumber(groups.find(([name]) => name === text)?.[2]) ?? parseNumber(text);
  if (gid === undefined) throw unknown(`there is no group ${JSON.stringify(text)} in the image's /etc/group`);
  return gid;
}

function membership(name: string, groups: readonly (readonly string[])[]): readonly number[] {
  const ids = groups
    .filter((fields) => fields[3]?.split(',').includes(name))
    .map((fields) => parseNumber(fields[2]))
    .filter((id) => id !== undefined);
  return [...new Set(ids)];
}

function lines(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(':'));
}

function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= highestId ? number : undefined;
}

function readIfPresent(root: string, path: string): string {
  try {
    return readInRoot({ root, path }, { limit: fileLimit });
  } catch (error) {
    // An image without these files has no named users; that is common and valid.
    if (error instanceof SystemError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR')) return '';
    throw error;
  }
}

function unknown(message: string): RuntimeError {
  return new RuntimeError({
    code: 'CREATE_FAILED',
    message,
    hint: 'use a number, or a name that the image has',
  });
}
