/** Checks who imports whom: the tiers, layers and vendors of ARCHITECTURE.md. */
import path from 'node:path';
import { isMain, isProduct, isTestCode, readSources, report } from './sources.ts';

/** A package may import those of the rows above its own. */
const tiers = [
  ['async', 'events'],
  ['learning', 'service'],
  ['db', 'llm', 'training-log', 'embedded-postgres'],
  ['queue'],
  ['gateway', 'console', 'memory-worker', 'persona-worker', 'training-log-worker', 'trainer'],
  ['standalone'],
  ['e2e', 'bench', 'infra'],
];
/** These import nothing of ours. */
const islands = new Set(['client']);

/** The folders and files of a package, from the inside out. A place may import those of the rows above its own. */
const layers: Record<string, string[][]> = {
  'packages/queue': [
    ['errors', 'metrics', 'cron'],
    ['backend'],
    ['producer', 'schedule'],
    ['consumer', 'inspector'],
  ],
  'packages/db': [
    ['schema', 'roles', 'errors', 'start-errors'],
    ['client'],
    ['connect'],
    ['transactions'],
    ['ddl'],
    ['privacy'],
    ['loop', 'users', 'training', 'console', 'access'],
    ['migrations', 'migrate'],
  ],
  'packages/learning': [
    ['text'],
    ['vectors', 'embeddings', 'candidates', 'persona', 'extraction'],
    ['memories'],
    ['ranking', 'prompt'],
  ],
  'packages/llm': [
    ['llm', 'budget'],
    ['prompts', 'config'],
    ['client'],
    ['embeddings', 'model', 'fine-tuning'],
    ['check'],
  ],
  'packages/service': [
    ['errors', 'make-directory'],
    ['observability', 'json-lines'],
    ['log'],
    ['config', 'service'],
    ['shutdown'],
    ['run-service', 'run-command'],
  ],
  'packages/training-log': [
    ['files', 'location', 'lines', 'id-set'],
    ['layout'],
    ['training-log'],
    ['disk', 's3'],
    ['rewrite-lease'],
    ['open', 'read', 'rewrite'],
  ],
  'apps/gateway': [
    ['config'],
    ['hypotheses', 'auth'],
    ['context'],
    ['http', 'selections'],
    ['routes', 'openapi'],
    ['server'],
    ['start'],
    ['main', 'keys', 'migrate'],
  ],
  'apps/console': [
    ['config', 'gateway-client', 'build-page'],
    ['metrics'],
    ['context'],
    ['auth'],
    ['routes'],
    ['server', 'page'],
    ['start'],
    ['main'],
  ],
  'apps/trainer': [
    ['config'],
    ['dataset'],
    ['ranker', 'privacy', 'experiments', 'database-metrics'],
    ['jobs'],
    ['start'],
    ['main'],
  ],
};

/** The places that may import a vendor's package. Bench, e2e and test code measure or break them, and may too. */
const vendors: Record<string, string[]> = {
  bullmq: ['packages/queue/'],
  ioredis: ['packages/queue/backend/'],
  openai: ['packages/llm/'],
  cockatiel: ['packages/llm/client/'],
  jsonrepair: ['packages/llm/client/'],
  kysely: ['packages/db/'],
  // BullMQ's own migrations want a client of pg.
  pg: ['packages/db/', 'packages/queue/backend/postgres.ts'],
  '@duckdb/node-api': ['apps/trainer/dataset/'],
  '@aws-sdk/client-s3': ['packages/training-log/s3/'],
  fastify: ['apps/'],
  'wink-nlp': ['packages/learning/text/'],
};
const testVendors = new Set(['vitest', 'fast-check', '@copilotkit/aimock', 'playwright-core']);

const importLine = /(?:from|import) '(?<specifier>[^']+)'|import\('(?<loaded>[^']+)'\)/gu;
const workspace = /^(?:@learning-loop\/)?(?<name>[a-z-]+)(?:\/|$)/u;
const packageNames = new Set([...tiers.flat(), ...islands, 'testing']);

/** A sentence for each import that the tables above forbid, of the sources by path. */
export function findForbiddenImports(sources: Map<string, string>): string[] {
  return [...sources]
    .filter(([file]) => isProduct(file))
    .flatMap(([file, text]) =>
      [...text.matchAll(importLine)].flatMap(({ groups }) => {
        const specifier = groups?.['specifier'] ?? groups?.['loaded'] ?? '';
        const fault = faultOf(file, specifier);
        return fault ? [`${file} imports ${specifier}: ${fault}`] : [];
      }),
    );
}

function faultOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return layerFault(file, path.join(path.dirname(file), specifier));
  if (isTestCode(specifier)) return 'no product code imports test code.';
  const owners = vendors[specifier];
  if (owners) return isOneOf(file, owners) ? undefined : `only ${owners.join(' and ')} may.`;
  if (testVendors.has(specifier)) return 'no product code imports a test library.';
  const name = workspace.exec(specifier)?.groups?.['name'] ?? '';
  return packageNames.has(name) && name !== packageOf(file) ? tierFault(packageOf(file), name) : undefined;
}

const isOneOf = (file: string, places: string[]) => places.some((place) => file.startsWith(place));
const packageOf = (file: string) =>
  /^(?:apps|packages)\/([^/]+)|^([^/]+)/u.exec(file)?.slice(1).find(Boolean) ?? '';
const rankOf = (rows: string[][], name: string) => rows.findIndex((row) => row.includes(name));

function tierFault(from: string, to: string): string | undefined {
  if (islands.has(from)) return `${from} imports nothing of ours.`;
  if (islands.has(to))
    return rankOf(tiers, from) >= rankOf(tiers, 'standalone') ? undefined : 'only callers of the API may.';
  if (rankOf(tiers, to) < rankOf(tiers, from) && rankOf(tiers, to) >= 0) return undefined;
  return `${from} may import ${tiers.slice(0, rankOf(tiers, from)).flat().join(', ')}.`;
}

function layerFault(file: string, target: string): string | undefined {
  if (isTestCode(target)) return 'no product code imports test code.';
  const home = Object.keys(layers).find((name) => file.startsWith(`${name}/`));
  const rows = home && layers[home];
  if (!rows) return undefined;
  const [from, to] = [placeIn(home, file), placeIn(home, target)];
  if (from === to) return undefined;
  for (const place of [from, to])
    if (rankOf(rows, place) < 0) return `${home}/${place} has no layer in .ci/imports.ts.`;
  if (rankOf(rows, to) < rankOf(rows, from)) return undefined;
  return `${from} may import ${rows.slice(0, rankOf(rows, from)).flat().join(', ') || 'nothing of its package'}.`;
}

/** The folder of a file in its package, or its own name without the ending. */
const placeIn = (home: string, file: string) => file.slice(home.length + 1).split(/[/.]/u)[0] ?? '';

if (isMain(import.meta.url)) report('imports', findForbiddenImports(await readSources()));
