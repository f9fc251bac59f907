import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { expect, inject } from 'vitest';
import { certificateForTest } from '../certificate.ts';
import { endProcess, endWithProcess } from '../end-with-process.ts';
import { ensureInstalled } from '../ensure-installed.ts';

/** Nobody, who owns nothing; the pooler refuses to run as root. */
const nobody = 65_534;

/**
 * The URL of a pooler in transaction mode before a database, as production has one: over TLS, with fewer connections
 * than its clients have. It ends with the test's process at the latest.
 */
export async function pgbouncerForTest(databaseUrl: string): Promise<AsyncDisposable & { url: string }> {
  if (!(await ensureInstalled('pgbouncer', 'pgbouncer')))
    throw new Error(
      'This test needs pgbouncer: install it (apt-get install pgbouncer, brew install pgbouncer).',
    );
  const directory = await mkdtemp(join(inject('runDirectory'), 'pgbouncer-'));
  const { certFile, keyFile } = await certificateForTest();
  for (const path of [join(certFile, '..'), keyFile]) await chmod(path, 0o755);
  await chmod(directory, 0o777);
  const port = await freePort();
  const { hostname, port: behind, username, password, pathname } = new URL(databaseUrl);
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    // Kept with the databases when the test fails.
    logfile: join(directory, 'pgbouncer.log'),
    pool_mode: 'transaction',
    default_pool_size: 4,
    client_tls_sslmode: 'require',
    client_tls_cert_file: certFile,
    client_tls_key_file: keyFile,
  };
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${behind} user=${username} password=${password}`,
    '[pgbouncer]',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
  ];
  const file = join(directory, 'pgbouncer.ini');
  await writeFile(file, lines.join('\n'), { mode: 0o644 });
  const account = userInfo().uid === 0 ? { uid: nobody, gid: nobody } : {};
  const pooler = spawn('pgbouncer', ['--quiet', file], { stdio: 'ignore', ...account });
  endWithProcess(pooler);
  await expect.poll(() => answers(port), { timeout: 10_000 }).toBe(true);
  const query = new URLSearchParams({ pooler: 'transaction', sslmode: 'verify-full', sslrootcert: certFile });
  return {
    url: `postgres://${username}@127.0.0.1:${port}${pathname}?${query}`,
    [Symbol.asyncDispose]: () => endProcess(pooler, 'SIGKILL'),
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
