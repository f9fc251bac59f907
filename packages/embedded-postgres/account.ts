import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { StartError } from '@learning-loop/service/errors';

const run = promisify(execFile);

export interface Account {
  /** Undefined: the account of this process. */
  owner?: { uid: number; gid: number };
  prefix: string[];
}

/** PostgreSQL refuses root: takes the directory's owner or user `postgres`. StartError if they cannot read `paths`. */
export async function chooseAccount(dataDirectory: string, paths: string[]): Promise<Account> {
  if (userInfo().uid !== 0) return { prefix: [] };
  const owner = (await findOwner(dataDirectory)) ?? (await ensurePostgresUser());
  for (const prefix of [[], grantReadAccess(owner)]) {
    const account = { owner, prefix };
    if (await canReach(account, paths)) return account;
  }
  throw new StartError(
    `PostgreSQL does not run as root, and the user it would run as (${owner.uid}) cannot read ${paths.join(' and ')}; ` +
      'run as an ordinary user, or move the directory to where every user may read.',
  );
}

export function toCommand({ owner, prefix }: Account, command: string[]) {
  const [program = '', ...args] = [...prefix, ...command];
  // setpriv switches the user itself.
  return { program, args, options: prefix.length > 0 ? {} : { ...owner } };
}

async function findOwner(directory: string): Promise<{ uid: number; gid: number } | undefined> {
  const { uid, gid } = await stat(directory).catch(() => ({ uid: 0, gid: 0 }));
  return uid === 0 ? undefined : { uid, gid };
}

async function ensurePostgresUser(): Promise<{ uid: number; gid: number }> {
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
 * Below a directory that only root may enter, such as /root, the user needs the capability to read everything.
 * PostgreSQL checks its files with access(2), which respects it only without the setuid fixup.
 */
function grantReadAccess({ uid, gid }: { uid: number; gid: number }): string[] {
  const capability = '+dac_read_search';
  return [
    ...['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'],
    ...[`--inh-caps=${capability}`, `--ambient-caps=${capability}`],
  ];
}

async function canReach(account: Account, paths: string[]): Promise<boolean> {
  const checks = paths.map((path) => {
    const { program, args, options } = toCommand(account, ['test', '-r', path]);
    return run(program, args, options);
  });
  return Promise.all(checks).then(
    () => true,
    () => false,
  );
}
