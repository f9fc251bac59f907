import { describe, expect, test } from 'vitest';
import { findMissingPaths, findProseFaults } from './docs.ts';
import { findForbiddenImports } from './imports.ts';
import { findShapeFaults } from './shape.ts';

const faultsOf = (file: string, specifier: string) =>
  findForbiddenImports(new Map([[file, `import { x } from '${specifier}';\n`]]));

describe('imports', () => {
  test.each([
    [
      'packages/db/loop/outbox.ts',
      '@learning-loop/queue/errors',
      'db may import async, events, learning, service.',
    ],
    ['packages/learning/prompt.ts', '@learning-loop/service/log', 'learning may import async, events.'],
    ['packages/queue/errors.ts', 'gateway/start', 'queue may import'],
    ['apps/gateway/start.ts', 'trainer/start', 'gateway may import'],
    ['apps/console/start.ts', '@learning-loop/client/connect', 'only callers of the API may.'],
    ['packages/client/connect.ts', '@learning-loop/events/routes', 'client imports nothing of ours.'],
    [
      'packages/queue/backend/redis.ts',
      '../consumer/consume.ts',
      'backend may import errors, metrics, cron.',
    ],
    [
      'apps/gateway/http/metrics.ts',
      '../routes/health.ts',
      'http may import config, hypotheses, auth, context.',
    ],
    [
      'packages/db/new-folder/x.ts',
      '../connect.ts',
      'packages/db/new-folder has no layer in .ci/imports.ts.',
    ],
    ['apps/gateway/start.ts', 'kysely', 'only packages/db/ may.'],
    ['apps/trainer/start.ts', 'pg', 'only packages/db/ and packages/queue/backend/postgres.ts may.'],
    ['packages/db/connect.ts', 'bullmq', 'only packages/queue/ may.'],
    ['apps/gateway/start.ts', '@learning-loop/testing/redis', 'no product code imports test code.'],
    ['apps/gateway/start.ts', './testing/callers.ts', 'no product code imports test code.'],
    ['apps/gateway/start.ts', 'vitest', 'no product code imports a test library.'],
  ])('%s must not import %s', (file, specifier, fault) => {
    const [found, ...others] = faultsOf(file, specifier);
    expect(found).toContain(fault);
    expect(others).toEqual([]);
  });

  test.each([
    ['packages/db/loop/outbox.ts', '@learning-loop/events/event'],
    ['packages/llm/model.ts', '@learning-loop/learning/candidates/propose'],
    ['apps/standalone/start.ts', 'gateway/start'],
    ['packages/queue/consumer/consume.ts', '../backend/open.ts'],
    ['packages/queue/consumer/consume.ts', './deliver.ts'],
    ['packages/queue/backend/postgres.ts', 'pg'],
    ['apps/gateway/routes/execute.test.ts', '@learning-loop/testing/redis'],
    ['bench/execute.ts', 'kysely'],
    ['apps/gateway/start.ts', 'prom-client'],
  ])('%s may import %s', (file, specifier) => {
    expect(faultsOf(file, specifier)).toEqual([]);
  });

  test('what is loaded later or only for its types is an import too', () => {
    const lazy = new Map([['packages/db/connect.ts', "const { Queue } = await import('bullmq');\n"]]);
    const typed = new Map([['packages/db/connect.ts', "import type { Job } from 'bullmq';\n"]]);
    expect([...findForbiddenImports(lazy), ...findForbiddenImports(typed)]).toHaveLength(2);
  });
});

describe('shape', () => {
  const topic = 'const line = 1;\n'.repeat(60);
  const files = (count: number, text: string, folder = 'packages/db/loop') =>
    Array.from({ length: count }, (_, i) => [`${folder}/file-${i}.ts`, text] as const);

  test('sixteen files make a folder, and seventeen are too many', () => {
    expect(findShapeFaults(new Map(files(16, topic)))).toEqual([]);
    expect(findShapeFaults(new Map(files(17, topic)))).toEqual([
      'packages/db/loop holds 17 files; make folders of at most 16.',
    ]);
  });

  test('tests and migrations are not counted', () => {
    const others = files(40, topic, 'packages/db/migrations');
    const tests = files(40, topic).map(([file, text]) => [file.replace('.ts', '.test.ts'), text] as const);
    expect(findShapeFaults(new Map([...files(16, topic), ...others, ...tests]))).toEqual([]);
  });

  test('three tiny files of twenty are allowed, and four are not', () => {
    const tiny = 'const line = 1;\n'.repeat(30);
    const house = (count: number) =>
      new Map([
        ...files(count, tiny, 'packages/queue/backend'),
        ...files(10, topic),
        ...files(10 - count, topic, 'apps/x'),
      ]);
    expect(findShapeFaults(house(3))).toEqual([]);
    expect(findShapeFaults(house(4))).toEqual([
      '20.0 % of the files have 30 lines or fewer; merge those with one importer.',
    ]);
  });

  test('300 lines make a topic, and 301 two', () => {
    const lines = (count: number) => new Map([['packages/db/long.ts', 'const line = 1;\n'.repeat(count)]]);
    expect(findShapeFaults(lines(300))).toEqual([]);
    expect(findShapeFaults(lines(301))).toEqual([
      'packages/db/long.ts has 301 lines; at most 300 make one topic.',
    ]);
  });

  test('a banned word is found in file names and in exported names, and only as a whole word', () => {
    const text = `${topic}export function openOutlet() {}\nexport const pickled = 1;\nexport type Pick = 1;\n`;
    expect(findShapeFaults(new Map([['packages/queue/owed-events.ts', text]]))).toEqual([
      'packages/queue/owed-events.ts: "owed" in owed-events is not in the glossary of ARCHITECTURE.md.',
      'packages/queue/owed-events.ts: "outlet" in openOutlet is not in the glossary of ARCHITECTURE.md.',
    ]);
  });
});

test('documents may name what exists, patterns, commands and addresses, and nothing that is missing', () => {
  const text = [
    'See `packages/db/outbox.ts`, [the runbook](runbook.md#a), [the code](../packages/db/connect.ts), `pnpm test`,',
    '`apps/*/main.ts`, [a site](https://example.org/a) and `packages/db/`.',
  ].join('\n');
  const there = new Set(['packages/db/connect.ts', 'packages/db']);
  expect(findMissingPaths('docs/operations.md', text, (file) => there.has(file))).toEqual([
    'docs/operations.md names packages/db/outbox.ts, which does not exist.',
    'docs/operations.md names docs/runbook.md, which does not exist.',
  ]);
});

describe('prose', () => {
  const sentence = (words: number) => `${'word '.repeat(words - 1)}end.`;

  test('35 words make a sentence, and 36 are too many', () => {
    expect(findProseFaults('docs/a.md', `${sentence(35)} ${sentence(35)}`)).toEqual([]);
    expect(findProseFaults('docs/a.md', `${sentence(35)} ${sentence(36)}`)).toEqual([
      `docs/a.md: 36 words in a sentence, at most 35: ${'word '.repeat(12)}…`,
    ]);
  });

  test('code, tables and headings are no prose, and list items are sentences of their own', () => {
    const block = 'word '.repeat(40);
    const text = `# ${block}\n\n| ${block} | anew |\n\n\`\`\`\n${block}\n\`\`\`\n\n- ${sentence(30)}\n- ${sentence(30)}\n`;
    expect(findProseFaults('docs/a.md', text)).toEqual([]);
  });

  test('a word that was replaced is found', () => {
    expect(findProseFaults('docs/a.md', 'Start it anew. It is hardly used.')).toEqual([
      'docs/a.md: "anew" in: Start it anew.…',
      'docs/a.md: "hardly" in: It is hardly used.…',
    ]);
  });
});
