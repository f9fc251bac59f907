/** `pnpm eval`: how well it learns, in figures; prints one table and writes docs/quality.md. No network, same seed, same figures. */
import { writeFileSync } from 'node:fs';
import { attitudeFigures } from './attitudes.ts';
import { clarifyingFigures } from './clarifying.ts';
import { embeddedFigures } from './embedded.ts';
import { extractionFigures } from './extraction.ts';
import { tableOf } from './figure.ts';
import { modelFailures } from './model-failures.ts';
import { pairFigures } from './pairs.ts';
import { populationFigures } from './population.ts';
import { retrievalFigures } from './retrieval.ts';

const table = tableOf([
  ...attitudeFigures(),
  ...clarifyingFigures(),
  ...populationFigures(),
  ...extractionFigures(),
  ...pairFigures(),
  ...retrievalFigures(),
  ...(await embeddedFigures()),
]);

const failures = await modelFailures();

const page = `# How well it learns

Written by \`pnpm eval\` (bench/quality/eval.ts): seeded, without network; the first table without a
language model. "Off" is the
same engine with learning off; hit@1 is the share of cases whose answer was ranked first. Where the data comes from:
bench/quality/data/README.md. Weights were tuned on the train part and on one half of the Qulac topics; the figures
of Qulac are of the other half. "Word means as embeddings": no real embedding model is at hand, so a server gives the
means of the shipped word vectors, which know nothing new; this shows what the path costs where a model adds nothing, not what one adds. On the simulated users, a pick follows their taste only so often: the best possible
hit@1 is below 100 %.

${table}

## With a language model

Who proposes the hypotheses when the model does not do its part: a real HTTP server on loopback that behaves as said,
asked eight times in a row through the same client, breaker and limits as in production.

${failures}
`;

writeFileSync(new URL('../../docs/quality.md', import.meta.url), page);
process.stdout.write(`${table}\n\n${failures}\n`);
