import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from './start.ts';

// mkdtemp makes a directory that only its owner may enter: for root, the hardest case.
let home: string;
let data: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'embedded-'));
  data = join(home, 'deep/postgres');
  return () => rm(home, { recursive: true });
});

it('keeps its data and its password from one start to the next', async () => {
  const password = await withDatabase(async (url) => {
    await query(url, 'create table kept as select 42 as answer');
    return new URL(url).password;
  });
  await withDatabase(async (url) => {
    expect(await query(url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(new URL(url).password).toBe(password);
  });
});

it('lets nobody in without the password', async () => {
  await withDatabase(async (url) => {
    const { port } = new URL(url);
    await expect(query(`postgres://postgres:guess@127.0.0.1:${port}/postgres`, 'select 1')).rejects.toThrow(
      'password',
    );
  });
});

describe('recovers', () => {
  it('when its process was killed in the middle of a transaction: what was committed stays, no more', async () => {
    const { holder, url } = await hold();
    await query(url, 'create table kept as select 42 as answer');
    const client = await connected(url);
    await client.query('begin');
    await client.query('insert into kept values (43)');
    await killed(holder);
    await withDatabase(async (again) => {
      expect(await query(again, 'select answer from kept')).toEqual([{ answer: 42 }]);
    });
  });

  it('when the server itself was killed, too', async () => {
    const { holder, url } = await hold();
    await query(url, 'create table kept as select 42 as answer');
    const server = await serverPid();
    await killed(holder);
    process.kill(server, 'SIGKILL');
    await withDatabase(async (again) => {
      expect(await query(again, 'select answer from kept')).toEqual([{ answer: 42 }]);
    });
  });

  it('when another program has the number of the server that was killed', async () => {
    await withDatabase(async () => {});
    await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n`);
    await withDatabase(async (url) => {
      expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });
  });

  it('when the first start was killed half-way', async () => {
    await mkdir(`${data}.new/base`, { recursive: true });
    await writeFile(`${data}.password`, 'half');
    await withDatabase(async (url) => {
      expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });
  });
});

describe('refuses, in one sentence,', () => {
  it('a directory that another process works on, and leaves that alone', async () => {
    const { holder, url } = await hold();
    await expect(startEmbeddedPostgres(data)).rejects.toThrow(
      `The data directory ${data} is in use by process ${holder.pid}; stop it or choose another DATA_DIR.`,
    );
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await killed(holder);
    await withDatabase(async () => {});
  });

  it('a directory that holds something else, and leaves it alone', async () => {
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'letters'), 'dear Ada');
    await expect(startEmbeddedPostgres(data)).rejects.toThrow(
      `${data} is not a data directory of PostgreSQL 18;`,
    );
    expect(await readFile(join(data, 'letters'), 'utf8')).toBe('dear Ada');
  });

  it('a path below a file', async () => {
    await writeFile(join(home, 'deep'), '');
    await expect(startEmbeddedPostgres(data)).rejects.toMatchObject({
      name: 'StartError',
      message: `The data directory ${data} cannot be used (ENOTDIR); choose another DATA_DIR.`,
    });
  });

  it('a damaged cluster, with the last words of the server', async () => {
    await withDatabase(async () => {});
    await rm(join(data, 'global/pg_control'));
    await expect(startEmbeddedPostgres(data)).rejects.toMatchObject({
      name: 'StartError',
      message: 'PostgreSQL did not start: postgres: could not find the database system',
    });
  });
});

async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  await using postgres = await startEmbeddedPostgres(data);
  return await use(postgres.url);
}

/** A database that another process holds. */
async function hold(): Promise<{ holder: ChildProcess; url: string }> {
  const program = join(import.meta.dirname, 'fixtures/hold.ts');
  const holder = spawn(process.execPath, [program, data], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [line] = await once(holder.stdout, 'data');
  return { holder, url: String(line).trim() };
}

async function killed(holder: ChildProcess): Promise<void> {
  const exited = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exited;
}

async function serverPid(): Promise<number> {
  return Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = await connected(url);
  const { rows } = await client.query(text).finally(() => client.end());
  return rows;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  // The server ends while a client is connected: that is what is tested.
  client.on('error', () => {});
  await client.connect();
  return client;
}
