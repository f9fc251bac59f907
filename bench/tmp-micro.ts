import { startFacets } from '@learning-loop/learning/persona';
import { proposeByRules } from '@learning-loop/learning/propose';
import { rank } from '@learning-loop/learning/rank';
import { recall } from '@learning-loop/learning/recall';
import { readText, vectorOf } from '@learning-loop/learning/text/text-vector';

const texts = ['build api', 'deploy the service', 'fix the login bug', 'write tests for the parser', 'auth'];
const contents = Array.from(
  { length: 20000 },
  (_, n) =>
    `User requested: ${texts[n % 5]}, ticket ${n} | Selected: Do you want to build a REST API with FastAPI and Docker deployment for client ${n}?`,
);
const time = (name: string, n: number, f: (i: number) => void) => {
  for (let i = 0; i < Math.min(n, 300); i++) f(i);
  const c = process.cpuUsage();
  for (let i = 0; i < n; i++) f(i);
  const u = process.cpuUsage(c);
  console.log(name, ((u.user + u.system) / n).toFixed(2), 'us');
};
time('readText cold', 20000, (i) => {
  readText(contents[i]!);
});
time('readText same', 20000, (i) => {
  readText(contents[i % 100]!);
});
time('vectorOf memo miss', 20000, (i) => {
  vectorOf(contents[i]!);
});
const mems = (u: number) =>
  Array.from({ length: 100 }, (_, n) => ({
    memory_id: `m${u}-${n}`,
    type: (['goal', 'preference', 'history', 'history'] as const)[n % 4]!,
    content: `${texts[n % 5]} number ${u * 100 + n} with PostgreSQL and Docker`,
    confidence: 0.7,
    tags: ['learned'],
    last_seen: new Date(Date.now() - n * 86400000),
    count: 1,
  }));
const all = Array.from({ length: 50 }, (_, u) => JSON.stringify(mems(u)));
const now = new Date();
const parsed = all.map((_, u) =>
  (JSON.parse(all[u]!) as ReturnType<typeof mems>).map((m) => ({ ...m, last_seen: new Date(m.last_seen) })),
);
const fresh = (u: number) => parsed[u % 50]!;
const parse = (u: number) =>
  (JSON.parse(all[u % 50]!) as ReturnType<typeof mems>).map((m) => ({
    ...m,
    last_seen: new Date(m.last_seen),
  }));
time('parse 100', 2000, parse);
time('recall warm ', Number(process.env['N'] ?? 2000), (i) => {
  recall(texts[i % 5]!, fresh(i), now, 10);
});
const cands = [
  'Do you want a short answer with code?',
  'Do you want a step-by-step guide?',
  'Do you want an overview of the options?',
  'Do you want an example to copy?',
].map((question) => ({ question, rationale: '', prior: 0.25 }));
const choices = (k: number) =>
  Array.from({ length: k }, (_, n) => ({
    input_text: texts[n % 5]!,
    at: now,
    shown: [
      'Do you want to build a REST API with FastAPI and Docker deployment?',
      'Do you want to design the contract of the REST API first, with an OpenAPI description?',
      'Do you want to build a GraphQL API with Node.js and PostgreSQL?',
    ].map((question, i) => ({ question, chosen: i === 0 })),
  }));
const tenant = choices(100);
time('rank 4 own, 100 tenant ', Number(process.env['N'] ?? 2000), (i) => {
  rank({
    input_text: texts[i % 5]!,
    proposals: cands,
    memories: fresh(i),
    choices: choices(4),
    facets: startFacets,
    interaction_count: 4,
    tenantChoices: tenant,
    now,
  });
});
time('rank 0 own, 0 tenant, no memories', 2000, (i) => {
  rank({
    input_text: texts[i % 5]!,
    proposals: cands,
    memories: [],
    choices: [],
    facets: startFacets,
    interaction_count: 4,
    tenantChoices: [],
    now,
  });
});
time('rank 4 own, 100 tenant no memories', 2000, (i) => {
  rank({
    input_text: texts[i % 5]!,
    proposals: cands,
    memories: [],
    choices: choices(4),
    facets: startFacets,
    interaction_count: 4,
    tenantChoices: tenant,
    now,
  });
});
time('propose', 2000, (i) => {
  proposeByRules({
    text: texts[i % 5]!,
    goals: mems(i % 50)
      .slice(0, 5)
      .map((m) => m.content),
    preferences: [],
  });
});
