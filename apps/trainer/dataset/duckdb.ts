import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import { makeDirectory } from '@learning-loop/service/make-directory';
import { redactPii } from './redact-pii.ts';

/** MB before DuckDB spills to disk. The process needs about 200 MB more. */
const memoryMb = 240;
const threads = 2;

/** Disposing of it deletes its files. */
export interface Workspace extends AsyncDisposable {
  directory: string;
  run(sql: string, values?: Record<string, string | number>): Promise<void>;
  row(sql: string, values?: Record<string, string | number>): Promise<Record<string, unknown>>;
  count(from: string): Promise<number>;
  /** Returns the rows written. */
  copy(fromTo: string): Promise<number>;
  /** For results that are too large to hold as rows. */
  chunks(sql: string): AsyncIterable<unknown[][]>;
  rows(sql: string, values?: Record<string, string | number>): Promise<Record<string, unknown>[]>;
}

/** Opens an in-memory workspace with the SQL function `scrub(text)`; it spills to `directory`. */
export async function openWorkspace(directory: string): Promise<Workspace> {
  await rm(directory, { recursive: true, force: true });
  makeDirectory(directory);
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryMb}MB`,
    threads: String(threads),
    temp_directory: join(directory, 'spill'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  addRedaction(connection);
  return {
    directory,
    async run(sql, values) {
      await connection.run(sql, values);
    },
    async row(sql, values) {
      const [row] = await queryRows(connection, sql, values);
      if (row === undefined) throw new Error('a query that always has a row had none');
      return row;
    },
    async count(from) {
      const [row] = await queryRows(connection, `select count(*)::int as n ${from}`);
      return Number(row?.['n']);
    },
    async copy(fromTo) {
      const [row] = await queryRows(connection, `copy ${fromTo}`);
      return Number(row?.['Count']);
    },
    async *chunks(sql) {
      const result = await connection.stream(sql);
      for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk())
        yield chunk.getColumns();
    },
    rows: (sql, values) => queryRows(connection, sql, values),
    async [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function queryRows(
  connection: DuckDBConnection,
  sql: string,
  values?: Record<string, string | number>,
): Promise<Record<string, unknown>[]> {
  const result = await connection.runAndReadAll(sql, values);
  return result.getRowObjectsJson();
}

function addRedaction(connection: DuckDBConnection): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'scrub',
      parameterTypes: [VARCHAR],
      returnType: VARCHAR,
      mainFunction(_, input, output) {
        const texts = input.getColumnVector(0);
        for (let i = 0; i < input.rowCount; i++) output.setItem(i, redactPii(String(texts.getItem(i))));
        output.flush();
      },
    }),
  );
}

/** For SQL that takes no parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
