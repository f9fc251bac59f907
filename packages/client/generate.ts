import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { findReferences, getName, printType, shareRepeated } from './share.ts';

const note = "// Generated from the gateway's OpenAPI document by generate.ts; not to be edited.";
const sharedFile = 'api/shared.ts';

type Shared = ReadonlyMap<string, ts.TypeNode>;

/** Sources by path below this folder: one per API path, one for shared types, and `api.ts`, which joins them. */
export async function generateSources(document: string): Promise<Map<string, string>> {
  const interfaces = (await openapiTS(inline(document), { defaultNonNullable: false })).filter(
    ts.isInterfaceDeclaration,
  );
  const find = (sought: string) => interfaces.find(({ name }) => name.text === sought);
  const [paths, components] = [find('paths'), find('components')];
  if (!paths) throw new Error('The document has no paths: is it an OpenAPI document?');
  const { types, shared } = shareRepeated(
    new Map(paths.members.map((path) => [getName(path), removeUnusedMethods(path)])),
    components ? listSchemas(components) : new Map(),
  );
  return new Map([
    ['api.ts', joinPaths([...types.keys()])],
    [sharedFile, printShared(shared)],
    ...[...types].map(([path, type]) => [toFile(path), printPath(toFile(path), type, shared)] as const),
  ]);
}

/** The names that the document itself gives, by printed type. */
function listSchemas({ members }: ts.InterfaceDeclaration): Map<string, string> {
  const schemas = members.find((member) => getName(member) === 'schemas');
  if (!schemas || !ts.isPropertySignature(schemas) || !schemas.type || !ts.isTypeLiteralNode(schemas.type))
    return new Map();
  return new Map(
    schemas.type.members.flatMap((member) =>
      ts.isPropertySignature(member) && member.type ? [[printType(member.type), getName(member)]] : [],
    ),
  );
}

/**
 * Without references, which would lead out of the paths: neither to named schemas nor, by their ids, to named
 * operations. Without examples, by which equal types would differ.
 */
function inline(document: string): string {
  const { components = {} } = JSON.parse(document);
  return JSON.stringify(
    JSON.parse(document, (key, value) => {
      if (key === 'operationId' || key === 'example') return undefined;
      const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(\w+)$/u.exec(value?.$ref ?? '') ?? [];
      return components[kind]?.[name] ?? value;
    }),
  );
}

/** `/v1/users/{user_id}` becomes `api/v1/users/user_id.ts`. */
const toFile = (path: string) => `api${path.replaceAll(/[{}]/g, '')}.ts`;

/** The generator declares every method, unused ones as optional. */
function removeUnusedMethods(path: ts.TypeElement): ts.TypeNode {
  if (!ts.isPropertySignature(path) || !path.type || !ts.isTypeLiteralNode(path.type))
    throw new Error(`The path ${getName(path)} is no object.`);
  const used = path.type.members.filter((member) => !member.questionToken);
  return ts.factory.createTypeLiteralNode(used);
}

function joinPaths(names: readonly string[]): string {
  const lines = names.map((name) => `    ${JSON.stringify(name)}: import("./${toFile(name)}").Path;`);
  return [note, 'export interface paths {', ...lines, '}', ''].join('\n');
}

const exportType = (name: string, type: ts.TypeNode) =>
  `export type ${name} = ${astToString(type).trim()};\n`;

const printShared = (shared: Shared) =>
  `${note}\n${[...shared].map(([name, type]) => exportType(name, type)).join('')}`;

function printPath(file: string, type: ts.TypeNode, shared: Shared): string {
  const names = findReferences(type, shared).join(', ');
  const from = relative(dirname(file), sharedFile).replace(/^(?!\.)/, './');
  const imported = names && `import type { ${names} } from "${from}";\n`;
  return `${note}\n${imported}${exportType('Path', type)}`;
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
