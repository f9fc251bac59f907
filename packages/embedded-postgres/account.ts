import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { StartError } from '@learning-loop/service/errors';

const run = promisify(execFile);

/** The account that the database's processes run as. */
export interface Account {
  /** Undefined: the account of this process. */
  owner?: { uid: number; gid: number };
  /** What to write before a command. */
  prefix: string[];
}

/**
 * PostgreSQL refuses to run as root. Root hands it to the owner of the data directory, or else to the system's user
 * `postgres`, which is made when missing. Throws a StartError when that user cannot reach the paths.
 */
export async function chooseAccount(dataDirectory: string, paths: string[]): Promise<Account> {
  if (userInfo().uid !== 0) return { prefix: [] };
  const owner = (await ownerOf(dataDirectory)) ?? (await postgresUser());
  for (const prefix of [[], readingEverything(owner)]) {
    const account = { owner, prefix };
    if (await canReach(account, paths)) return account;
  }
  throw new StartError(
    `PostgreSQL does not run as root, and the user it would run as (${owner.uid}) cannot read ${paths.join(' and ')}; ` +
      'run as an ordinary user, or move the directory to where every user may read.',
  );
}

/** How to spawn a command as the account: program, arguments, options. */
export function asAccount({ owner, prefix }: Account, command: string[]) {
  const [program = '', ...args] = [...prefix, ...command];
  // setpriv changes the user itself.
  return { program, args, options: prefix.length > 0 ? {} : { ...owner } };
}

async function ownerOf(directory: string): Promise<{ uid: number; gid: number } | undefined> {
  const { uid, gid } = await stat(directory).catch(() => ({ uid: 0, gid: 0 }));
  return uid === 0 ? undefined : { uid, gid };
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  try {
    await run('id', ['-u', 'postgres']).catch(() => run('useradd', ['--system', '--user-group', 'postgres']));
    const ids = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
    return { uid: Number(uid), gid: Number(gid) };
  } catch (cause) {
    throw new StartError(
      'PostgreSQL does not run as root, and the user postgres cannot be made; run as an ordinary user.',
      { cause },
    );
  }
}

/**
 * Below a directory that only root may enter, such as /root, the other user needs one capability: to read and
 * search everywhere. PostgreSQL checks its own files with access(2), which heeds it only without the setuid fixup.
 */
function readingEverything({ uid, gid }: { uid: number; gid: number }): string[] {
  const capability = '+dac_read_search';
  return [
    ...['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'],
    ...[`--inh-caps=${capability}`, `--ambient-caps=${capability}`],
  ];
}

async function canReach(account: Account, paths: string[]): Promise<boolean> {
  const checks = paths.map((path) => {
    const { program, args, options } = asAccount(account, ['test', '-r', path]);
    return run(program, args, options);
  });
  return Promise.all(checks).then(
    () => true,
    () => false,
  );
}
