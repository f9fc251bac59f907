/**
 * What is mutated: the code that keeps the invariants of ARCHITECTURE.md, that decides, filters, or lets in. Patterns of
 * each group are those of `path.matchesGlob`. A group's mutants are run against the tests of its own package: a test
 * beside its source has to notice.
 */
export interface MutantGroup {
  name: string;
  /** Share of mutants, in percent, that a test has to notice. */
  goal: 75 | 85;
  sources: string[];
  tests: string[];
}

const pure = (name: string, sources: string[], tests: string[]): MutantGroup => ({
  name,
  goal: 85,
  sources,
  tests,
});
const serving = (name: string, sources: string[], tests: string[]): MutantGroup => ({
  name,
  goal: 75,
  sources,
  tests,
});

export const mutantGroups: MutantGroup[] = [
  // Of training-records.ts only types are used.
  pure('events', ['packages/events/{event,fields,ids,routes}.ts'], ['packages/events/**/*.test.ts']),
  pure('learning', ['packages/learning/**'], ['packages/learning/**/*.test.ts']),
  pure('async', ['packages/async/**'], ['packages/async/**/*.test.ts']),
  pure(
    'trainer rules',
    [
      'apps/trainer/ranker/{cholesky,conditional-logit,evaluate,evaluate-candidates,examples,importance-weights}.ts',
      'apps/trainer/ranker/{off-policy,promotion-gate}.ts',
      'apps/trainer/experiments/*.ts',
      'apps/trainer/dataset/{filter,near-duplicates,redact-pii,write-samples}.ts',
    ],
    ['apps/trainer/{ranker,experiments,dataset}/*.test.ts'],
  ),
  pure(
    'prompts and budget',
    ['packages/llm/prompts/*.ts', 'packages/llm/budget.ts'],
    ['packages/llm/**/*.test.ts'],
  ),
  serving(
    'model client',
    ['packages/llm/client/{call-policy,resilient-call}.ts', 'packages/llm/embeddings/embed.ts'],
    ['packages/llm/**/*.test.ts'],
  ),
  serving(
    'database',
    [
      'packages/db/{loop,users,privacy,access}/*.ts',
      'packages/db/training/*.ts',
      'packages/db/transactions.ts',
    ],
    ['packages/db/**/*.test.ts'],
  ),
  serving(
    'queue',
    ['packages/queue/consumer/*.ts', 'packages/queue/producer/*.ts', 'packages/queue/errors.ts'],
    ['packages/queue/**/*.test.ts'],
  ),
  serving(
    'training log',
    ['packages/training-log/disk/*.ts', 'packages/training-log/{read,rewrite,lines,layout,id-set}.ts'],
    ['packages/training-log/**/*.test.ts'],
  ),
  serving(
    'trainer jobs',
    ['apps/trainer/jobs/*.ts', 'apps/trainer/privacy/*.ts'],
    ['apps/trainer/**/*.test.ts'],
  ),
  serving(
    'gateway',
    ['apps/gateway/{auth,selections,hypotheses}/*.ts', 'apps/gateway/http/{rate-limits,load-shedding}.ts'],
    ['apps/gateway/{auth,selections,hypotheses,http,routes}/*.test.ts'],
  ),
  serving(
    'workers',
    ['apps/{memory,persona}-worker/*.ts', 'apps/training-log-worker/handlers.ts'],
    ['apps/{memory,persona,training-log}-worker/**/*.test.ts'],
  ),
  serving(
    'shutdown',
    ['packages/service/shutdown.ts', 'packages/service/config/*.ts'],
    ['packages/service/**/*.test.ts'],
  ),
];
