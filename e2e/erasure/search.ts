import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';

/** Where a text stands in any table of any schema of ours, in the planner's statistics, or as a name; empty: nowhere. */
export async function foundInPostgres(url: string, text: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('vacuum (analyze)');
    const { rows } = await client.query<{ name: string }>(`
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not like 'pg\\_temp%'
      union all select 'pg_stats'`);
    const found: string[] = [];
    for (const { name } of rows) {
      const query = `select count(*)::int as hits from ${name} as held where position($1 in held::text) > 0`;
      const { rows: counted } = await client.query<{ hits: number }>(query, [text]);
      if (counted[0] && counted[0].hits > 0) found.push(`${name}: ${counted[0].hits}`);
    }
    return found;
  } finally {
    await client.end();
  }
}

/** The files below a directory whose name or bytes hold a text. */
export async function foundInFiles(directory: string, text: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const hits = await Promise.all(
    files.map(async (file) => file.includes(text) || (await readFile(file)).includes(text)),
  );
  return files.filter((_, index) => hits[index]);
}
