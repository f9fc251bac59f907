import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

export const generatedFile = join(import.meta.dirname, 'api.ts');

/** The types of an OpenAPI document, as the source of `api.ts`. */
export async function typesOf(document: string): Promise<string> {
  const types = astToString(await openapiTS(document));
  return `// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.\n${types}`;
}

if (import.meta.main) {
  const url = process.argv[2] ?? 'http://127.0.0.1:8080';
  const document = await (await fetch(`${url}/docs/json`)).text();
  await writeFile(generatedFile, await typesOf(document));
  process.stdout.write(`${(await readFile(generatedFile, 'utf8')).length} characters in ${generatedFile}\n`);
}
