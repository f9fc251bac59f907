import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';

/** Tables of any schema, and planner statistics, that contain the text. */
export async function searchPostgres(url: string, text: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('vacuum (analyze)');
    const { rows } = await client.query<{ name: string }>(`
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not like 'pg\\_temp%'
      union all select 'pg_stats'`);
    const matches: string[] = [];
    for (const { name } of rows) {
      const query = `select count(*)::int as hits from ${name} as held where position($1 in held::text) > 0`;
      const { rows: counted } = await client.query<{ hits: number }>(query, [text]);
      if (counted[0] && counted[0].hits > 0) matches.push(`${name}: ${counted[0].hits}`);
    }
    return matches;
  } finally {
    await client.end();
  }
}

/** Files whose name or content contains the text. */
export async function searchFiles(directory: string, text: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const hits = await Promise.all(
    files.map(async (file) => file.includes(text) || (await readFile(file)).includes(text)),
  );
  return files.filter((_, index) => hits[index]);
}
