/**
 * What is mutated: the code that keeps the invariants of ARCHITECTURE.md, that decides, filters, or lets in. Patterns of
 * each group are those of `path.matchesGlob`. A group's mutants are run against the tests of its own package: a test
 * beside its source has to notice.
 */
export interface MutantGroup {
  name: string;
  /** Share of mutants, in percent, that a test has to notice. */
  goal: 75 | 85;
  /** Whether its tests need PostgreSQL and Redis, which take longer to start than most tests of pure rules. */
  servers: boolean;
  sources: string[];
  tests: string[];
  /** StrykerJS's mutators whose changes are left out. */
  leftOut?: readonly string[];
}

const pure = (
  name: string,
  sources: string[],
  tests: string[],
  leftOut: readonly string[] = [],
): MutantGroup => ({ name, goal: 85, servers: false, sources, tests, leftOut });
const serving = (name: string, sources: string[], tests: string[]): MutantGroup => ({
  name,
  goal: 75,
  servers: true,
  sources,
  tests,
});

/**
 * Tables of words, patterns of phrases and templates of sentences, in code that reads and writes language. A unit test
 * notices that one of a hundred words is gone only by repeating all hundred. `pnpm eval real` measures what they are
 * worth, on texts of real people. What the code does with them is mutated.
 */
const words = ['StringLiteral', 'Regex', 'ArrayDeclaration'];

const learning = (folder: string) => `packages/learning/${folder}`;

export const mutantGroups: MutantGroup[] = [
  // Of training-records.ts only types are used.
  pure(
    'events',
    ['packages/events/{event,fields,ids,routes,text-rules}.ts'],
    ['packages/events/**/*.test.ts'],
  ),
  pure(
    'ranking',
    [learning('ranking/**'), learning('embeddings/*')],
    [learning('ranking/**/*.test.ts'), learning('embeddings/*.test.ts')],
  ),
  pure('retrieval', [learning('memories/retrieval/*')], [learning('memories/retrieval/*.test.ts')]),
  // Of vectors/ without build.ts, a command that nobody runs unless the word vectors change.
  pure(
    'text',
    [learning('text/*'), learning('vectors/principal-axes.ts')],
    [learning('{text,vectors}/*.test.ts')],
  ),
  // Without negation-grammar.test.ts, which takes eight seconds: each mutant would wait for it.
  pure(
    'extraction',
    [learning('extraction/*')],
    [learning('extraction/*.test.ts'), learning('memories/{extract,preference,statements}.test.ts')],
    words,
  ),
  pure(
    'memories',
    [learning('memories/*')],
    [learning('memories/{extract,goal-openings,preference,statements}.test.ts')],
    words,
  ),
  pure(
    'persona and prompt',
    [learning('persona/*'), learning('prompt.ts')],
    [learning('persona/*.test.ts'), learning('prompt.test.ts')],
    ['Regex'],
  ),
  pure('candidates', [learning('candidates/*')], [learning('candidates/*.test.ts')], words),
  pure(
    'candidates in English',
    [learning('candidates/english/*')],
    [learning('candidates/*.test.ts')],
    words,
  ),
  pure(
    'candidates in other languages',
    [learning('candidates/languages/*')],
    [learning('candidates/*.test.ts')],
    words,
  ),
  pure('async', ['packages/async/**'], ['packages/async/**/*.test.ts']),
  // Simulations and builds of whole datasets, which take seconds, stay out: each mutant would wait for them.
  pure(
    'ranker rules',
    [
      'apps/trainer/ranker/{cholesky,conditional-logit,evaluate,examples,importance-weights}.ts',
      'apps/trainer/ranker/{off-policy,promotion-gate}.ts',
    ],
    [
      'apps/trainer/ranker/{cholesky,conditional-logit,evaluate,examples,importance-weights}.test.ts',
      'apps/trainer/ranker/{off-policy,promotion-gate}.test.ts',
    ],
  ),
  pure(
    'experiment rules',
    ['apps/trainer/experiments/*.ts'],
    ['apps/trainer/experiments/{decide,sample-ratio,sequential-test}.test.ts'],
  ),
  pure('redaction', ['apps/trainer/dataset/redact-pii.ts'], ['apps/trainer/dataset/redact-pii.test.ts']),
  pure(
    'dataset rules',
    ['apps/trainer/dataset/{filter,near-duplicates,write-samples}.ts'],
    ['apps/trainer/dataset/{filter,near-duplicates,write-samples}.test.ts'],
  ),
  pure(
    'prompts and budget',
    ['packages/llm/prompts/*.ts', 'packages/llm/budget.ts'],
    ['packages/llm/**/*.test.ts'],
  ),
  {
    ...serving(
      'model client',
      [
        'packages/llm/client/{call-policy,errors,json-in-text,resilient-call,slots}.ts',
        'packages/llm/embeddings/embed.ts',
      ],
      ['packages/llm/{client,embeddings}/*.test.ts'],
    ),
    // Its tests bring model servers of their own.
    servers: false,
  },
  // tenants.test.ts, which calls every function, stays out: it would run for each mutant, and notices what no mutant
  // changes, the text of SQL.
  serving(
    'database',
    [
      'packages/db/{loop,users,privacy,access}/*.ts',
      'packages/db/training/*.ts',
      'packages/db/transactions.ts',
    ],
    [
      'packages/db/{loop,users,privacy,access,training}/*.test.ts',
      'packages/db/{transactions,row-level-security}.test.ts',
    ],
  ),
  // Without the suite that both backends pass: it takes seconds for each mutant.
  serving(
    'queue',
    [
      'packages/queue/consumer/{consume,deliver,process-events}.ts',
      'packages/queue/producer/*.ts',
      'packages/queue/errors.ts',
    ],
    ['packages/queue/{consumer,producer}/*.test.ts', 'packages/queue/errors.test.ts'],
  ),
  // Without object storage, and without the tests of whole processes: in those no mutant is active.
  serving(
    'training log',
    ['packages/training-log/disk/*.ts', 'packages/training-log/{read,rewrite,lines,layout,id-set,files}.ts'],
    [
      'packages/training-log/disk/*.test.ts',
      'packages/training-log/{read,rewrite,lines,layout,id-set,files}.test.ts',
    ],
  ),
  serving(
    'trainer jobs',
    [
      'apps/trainer/{jobs,privacy}/*.ts',
      'apps/trainer/ranker/{evaluate-candidates,fit-ranker,load-examples,train-and-register}.ts',
    ],
    [
      'apps/trainer/{jobs,privacy}/*.test.ts',
      'apps/trainer/ranker/{evaluate-candidates,fit-ranker,load-examples,train-and-register}.test.ts',
    ],
  ),
  // Every request passes the first two: tests of routes would run for each of their mutants.
  serving(
    'gateway access',
    ['apps/gateway/auth/*.ts', 'apps/gateway/http/{rate-limits,load-shedding}.ts'],
    ['apps/gateway/{auth,http}/*.test.ts'],
  ),
  serving('selections', ['apps/gateway/selections/*.ts'], ['apps/gateway/routes/execute.test.ts']),
  serving('hypotheses', ['apps/gateway/hypotheses/*.ts'], ['apps/gateway/hypotheses/*.test.ts']),
  // The three main.ts only name the app.
  serving(
    'workers',
    [
      'apps/{memory,persona}-worker/{config,embed-memories,extract-memories,handlers,start,update-personas}.ts',
      'apps/training-log-worker/{config,handlers,start}.ts',
    ],
    ['apps/{memory,persona,training-log}-worker/*.test.ts'],
  ),
  pure('configuration', ['packages/service/config/*.ts'], ['packages/service/config/*.test.ts']),
  pure(
    'shutdown',
    ['packages/service/{shutdown,service}.ts'],
    ['packages/service/{shutdown,service}.test.ts'],
  ),
];
