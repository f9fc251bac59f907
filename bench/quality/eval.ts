/**
 * `pnpm eval`: how well it learns, in figures; prints one table and writes docs/quality.md. No network, same seed, same
 * figures. `pnpm eval real --data DIR` measures on texts that other people wrote, and writes that part of the page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureAttitudes } from './attitudes.ts';
import { measureClarifying } from './clarifying.ts';
import { measureEmbedded } from './embedded.ts';
import { measureExtraction } from './extraction.ts';
import { toTable } from './metric.ts';
import { measureModelFailures } from './model-failures.ts';
import { measurePairs } from './pairs.ts';
import { measurePopulation } from './population.ts';
import { measureReal } from './real/main.ts';
import { measureRetrieval } from './retrieval.ts';

const pagePath = new URL('../../docs/quality.md', import.meta.url);
const realTitle = '\n## On texts that other people wrote\n';

const { values, positionals } = parseArgs({ options: { data: { type: 'string' } }, allowPositionals: true });
const [set, ...surplus] = positionals;
if (
  surplus.length > 0 ||
  (set !== undefined && set !== 'real') ||
  (set === 'real') !== (values.data !== undefined)
)
  throw new Error('usage: eval, or eval real --data DIR');

const [own = '', real = ''] = readFileSync(pagePath, 'utf8').split(realTitle);
if (values.data === undefined) writePage(await measureOwn(), real);
else writePage(own, await describeReal(values.data));

function writePage(ownPart: string, realPart: string) {
  writeFileSync(pagePath, ownPart + realTitle + realPart);
  process.stdout.write(set === 'real' ? realPart : ownPart);
}

async function measureOwn(): Promise<string> {
  const table = toTable([
    ...measureAttitudes(),
    ...measureClarifying(),
    ...measurePopulation(),
    ...measureExtraction(),
    ...measurePairs(),
    ...measureRetrieval(),
    ...(await measureEmbedded()),
  ]);
  const failures = await measureModelFailures();
  return `# How well it learns

\`pnpm eval\` (\`bench/quality/eval.ts\`) writes this page. It uses fixed seeds and no network, so every run gives
the same figures. The first table is measured without a language model.

- *hit@1* is the share of cases in which the expected answer was ranked first. *MRR* is the mean reciprocal rank of that
  answer.
- *Chance* is a random order. *Off* is the same engine with learning off.
- *Attitudes* are pairs of questions whose candidates express the same four attitudes in different words.
- *Qulac* is a data set of clarifying questions, with selections by people. *Simulated users* have hidden preferences.
  \`bench/quality/data/README.md\` describes the data.
- The weights were tuned on the train part and on one half of the Qulac topics. The figures of Qulac are of the other
  half.
- A simulated user does not always select by preference, so the best possible hit@1 is below 100 %.
- *Word means as embeddings*: no real embedding model is available. A server returns the means of the shipped word
  vectors instead, which add no knowledge. These rows show what the path costs without a gain from a model.

${table}

## With a language model

Which side makes the hypotheses when the model server fails: the model or the rules. The server is a real HTTP server on
loopback. It is called eight times in a row, with the client, circuit breaker and limits of production.

${failures}
`;
}

async function describeReal(directory: string): Promise<string> {
  const table = await measureReal(directory);
  return `
\`pnpm eval real --data DIR\` writes this part. Nobody of this project wrote these texts and selections, and the files stay
outside of the repository. Behind a figure stands its 95 % interval by bootstrap.

- *Statements*: we labelled every fifth of them by hand, before the figure was first taken. A memory is right if it has
  the polarity of a labelled thing and all of its words. The rules were written with some statements of this set
  in sight, so a new set may score lower.
- *Brands* and *train journeys* are replayed in the order of the file, all users as one tenant; each line is predicted by
  what the gateway runs, then learned. *Own counts* count what the user selected before, part by part, smoothed by
  *popularity*, which counts what all selected. *Off* is the same engine with learning off.
- *Another question* follows one selection by a preference and some of other people's questions, answered at random.
- *Before* is the version of 29 November 2026, under the same labels.

${table}
`;
}
