import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { nameOf, namesIn, shareRepeated } from './share.ts';

const note = "// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.";
const sharedFile = 'api/shared.ts';

type Shared = ReadonlyMap<string, ts.TypeNode>;

/**
 * The types of an OpenAPI document as sources, by their place below this folder: a file for each path, one for what is
 * said in several places, and `api.ts`, which joins them. Throws if the document has no paths.
 */
export async function generateSources(document: string): Promise<Map<string, string>> {
  const paths = (await openapiTS(document))
    .filter(ts.isInterfaceDeclaration)
    .find(({ name }) => name.text === 'paths');
  if (!paths) throw new Error('The document has no paths: is it an OpenAPI document?');
  const { types, shared } = shareRepeated(
    new Map(paths.members.map((path) => [nameOf(path), withoutUnused(path)])),
  );
  return new Map([
    ['api.ts', joined([...types.keys()])],
    [sharedFile, sharedSource(shared)],
    ...[...types].map(([path, type]) => [fileOf(path), pathSource(fileOf(path), type, shared)] as const),
  ]);
}

/** Where a path's types stand: `/v1/users/{user_id}` is `api/v1/users/user_id.ts`. */
const fileOf = (path: string) => `api${path.replaceAll(/[{}]/g, '')}.ts`;

/** A path's type without the methods that it has not. */
function withoutUnused(path: ts.TypeElement): ts.TypeNode {
  if (!ts.isPropertySignature(path) || !path.type || !ts.isTypeLiteralNode(path.type))
    throw new Error(`The path ${nameOf(path)} is no object.`);
  const used = path.type.members.filter((member) => !member.questionToken);
  return ts.factory.createTypeLiteralNode(used);
}

function joined(names: readonly string[]): string {
  const lines = names.map((name) => `    ${JSON.stringify(name)}: import("./${fileOf(name)}").Path;`);
  return [note, 'export interface paths {', ...lines, '}', ''].join('\n');
}

const exported = (name: string, type: ts.TypeNode) => `export type ${name} = ${astToString(type).trim()};\n`;

const sharedSource = (shared: Shared) =>
  `${note}\n${[...shared].map(([name, type]) => exported(name, type)).join('')}`;

function pathSource(file: string, type: ts.TypeNode, shared: Shared): string {
  const names = namesIn(type, shared).join(', ');
  const from = relative(dirname(file), sharedFile).replace(/^(?!\.)/, './');
  const imported = names && `import type { ${names} } from "${from}";\n`;
  return `${note}\n${imported}${exported('Path', type)}`;
}

if (import.meta.main) {
  const url = process.argv[2] ?? 'http://127.0.0.1:8080';
  const sources = await generateSources(await (await fetch(`${url}/docs/json`)).text());
  await rm(join(import.meta.dirname, 'api'), { recursive: true, force: true });
  for (const [file, source] of sources) {
    await mkdir(dirname(join(import.meta.dirname, file)), { recursive: true });
    await writeFile(join(import.meta.dirname, file), source);
  }
  process.stdout.write(`${sources.size} files in ${import.meta.dirname}\n`);
}
