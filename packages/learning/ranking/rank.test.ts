import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateCandidates } from '../candidates/propose.ts';
import type { Memory } from '../memories/memory.ts';
import { defaultFacets } from '../persona/facets.ts';
import type { PastSelection } from './history-features.ts';
import { type RankInput, rank } from './rank.ts';

const now = new Date('2026-11-01T12:00:00Z');

function select(input_text: string, selected: string, ...rejected: string[]): PastSelection {
  const shown = [
    { question: selected, chosen: true },
    ...rejected.map((question) => ({ question, chosen: false })),
  ];
  return { input_text, at: now, shown };
}

function input(input_text: string, questions: string[], changes: Partial<RankInput> = {}): RankInput {
  const candidates = questions.map((question) => ({ question, rationale: '', prior: 1 / questions.length }));
  const known = {
    memories: [],
    selections: [],
    tenantSelections: [],
    facets: defaultFacets,
    interaction_count: 0,
  };
  return { input_text, candidates, ...known, now, ...changes };
}

const order = (of: RankInput) => rank(of).map(({ candidate }) => candidate.question);

const hotels = [
  'A guesthouse in a silent lane, away from crowds',
  'A sociable hostel with party nights',
  'A luxury resort with a butler',
  'A cheap flat with cooking facilities',
];
const quiet = select(
  'Where should I stay in Lisbon?',
  'A quiet guesthouse far from bars and noise',
  'A lively hostel with a rooftop bar',
  'A five-star hotel with fine dining',
  'An apartment with a kitchen to save money',
);

test('one selection leads the next of its topic, in other words', () => {
  expect(order(input('Accommodation in Kyoto?', hotels, { selections: [quiet] }))[0]).toBe(hotels[0]);
});

/** The same hotels again, selected otherwise, `days` ago. */
const selectedAgo = (question: string, days: number): PastSelection => ({
  input_text: quiet.input_text,
  at: new Date(now.getTime() - days * 86_400_000),
  shown: quiet.shown.map((one) => ({ ...one, chosen: one.question === question })),
});
const [quietOne, livelyOne] = [
  'A quiet guesthouse far from bars and noise',
  'A lively hostel with a rooftop bar',
];

test('of two selections that contradict each other the new one counts, not one of two years ago', () => {
  const first = (selections: PastSelection[]) =>
    order(input('Accommodation in Kyoto?', hotels, { selections }))[0];
  expect(first([selectedAgo(quietOne, 730), selectedAgo(livelyOne, 1)])).toBe(hotels[1]);
  expect(first([selectedAgo(quietOne, 1), selectedAgo(livelyOne, 730)])).toBe(hotels[0]);
});

test('unrelated selections in between do not drown it', () => {
  const unrelated = [
    select('Which laptop?', 'A cheap refurbished notebook', 'A luxury gaming machine', 'A light one'),
    select('What should I cook?', 'A quick frozen pizza', 'A vegan curry', 'A steak'),
    select('Which music?', 'Loud party metal', 'Silent ambient drones', 'Jazz'),
  ];
  expect(order(input('Accommodation in Kyoto?', hotels, { selections: [...unrelated, quiet] }))[0]).toBe(
    hotels[0],
  );
});

test('what was shown and rejected is put last', () => {
  const none = {
    ...quiet,
    shown: [{ question: 'A sociable hostel with a bar and party nights', chosen: false }],
  };
  expect(order(input('Accommodation in Kyoto?', hotels, { selections: [none] })).at(-1)).toBe(hotels[1]);
});

test('selections of others of the tenant count where the user has none', () => {
  expect(order(input('Accommodation in Kyoto?', hotels, { tenantSelections: [quiet] }))[0]).toBe(hotels[0]);
});

test('a dislike lowers what is like it, and raises nothing', () => {
  const memory = (content: string): Memory => ({
    ...{ memory_id: 'm', type: 'preference', content, confidence: 0.9, last_seen: now },
  });
  const rankWith = (content: string) =>
    rank(input('where to sleep', hotels, { memories: [memory(content)] }));
  const featuresOf = (content: string) =>
    rankWith(content).map(({ features }) => Number(features['preference']));
  expect(Math.max(...featuresOf('Prefers: party nights'))).toBeGreaterThan(0);
  expect(Math.max(...featuresOf('Avoids: party nights'))).toBeLessThanOrEqual(0);
  expect(rankWith('Prefers: party nights')[0]?.candidate.question).toMatch(/party/u);
  expect(rankWith('Avoids: party nights').at(-1)?.candidate.question).toMatch(/party/u);
});

test.each(['goal', 'preference'] as const)('a %s raises a similar candidate', (type) => {
  const memory: Memory = {
    memory_id: 'm',
    type,
    content: 'cook in a cheap flat',
    confidence: 0.9,
    last_seen: now,
  };
  expect(order(input('Accommodation in Kyoto?', hotels, { memories: [memory] }))[0]).toBe(hotels[3]);
});

test('a persona that likes code raises what offers code', () => {
  const questions = ['Get an explanation of it', 'See example code and snippets for it'];
  const facets = { ...defaultFacets, code_first: 0.9 };
  expect(order(input('sorting', questions, { facets }))[0]).toBe(questions[1]);
});

test('the score is the sum of what the features say', () => {
  const [best] = rank(input('Accommodation in Kyoto?', hotels, { selections: [quiet] }), {
    version: 1,
    temperature: 1,
    weights: { chosen_words: 2 },
  });
  expect(best?.score).toBeCloseTo(2 * (best?.features['chosen_words'] ?? 0), 3);
});

test('a single selection is no certainty, and more selections raise the confidence', () => {
  const top = (selections: PastSelection[]) =>
    rank(input('Accommodation in Kyoto?', hotels, { selections }))[0]?.confidence ?? 0;
  expect(top([])).toBeCloseTo(0.25, 3);
  expect(top([quiet])).toBeGreaterThan(0.4);
  expect(top([quiet])).toBeLessThan(0.9);
  expect(top(Array.from({ length: 6 }, () => quiet))).toBeGreaterThan(top([quiet]));
});

test('after a selection a related request is answered with more confidence than the first one', () => {
  const ranked = (text: string, selections: PastSelection[]) =>
    rank({
      ...input(text, [], { selections }),
      candidates: generateCandidates({ text, goals: [], preferences: [] }),
    });
  const first = ranked('build api', []);
  const [best, ...others] = first.map(({ candidate }) => candidate.question);
  const second = ranked('deploy api', [select('build api', best ?? '', ...others)]);
  expect(second[0]?.confidence).toBeGreaterThan(first[0]?.confidence ?? 1);
});

const trains = ['25 guilders, 121 minutes', '35 guilders, 93 minutes'];

test('who takes the cheaper train ten times is offered the cheaper of two others, and told why', () => {
  const selections = Array.from({ length: 5 }, () =>
    select('Which train?', trains[0] ?? '', trains[1] ?? ''),
  );
  const [best] = rank(
    input('Which train?', ['30 guilders, 85 minutes', '20 guilders, 110 minutes'], { selections }),
  );
  expect(best?.candidate.question).toBe('20 guilders, 110 minutes');
  expect(best?.features['own_utility']).toBeGreaterThan(0.1);
  expect(best?.reasons.join()).toContain('the smaller number of “guilder”');
});

test('what is known of the candidates takes weight from what resembles them, as far as it is known', () => {
  const often = Array.from({ length: 12 }, () => select('Which train?', trains[0] ?? '', trains[1] ?? ''));
  const featuresAfter = (count: number) =>
    rank(input('Which train?', trains, { selections: often.slice(0, count) }))[0]?.features;
  expect(featuresAfter(0)?.['prior']).toBe(0.5);
  expect(featuresAfter(12)?.['prior']).toBeLessThan(0.35);
  expect(featuresAfter(12)?.['own_utility']).toBeGreaterThan(featuresAfter(2)?.['own_utility'] ?? 9);
});

const question = fc.oneof(fc.lorem({ maxCount: 8 }), fc.string(), fc.constantFrom(...hotels));
const questions = fc.uniqueArray(question, { minLength: 2, maxLength: 6 });
const past = fc.tuple(question, questions, fc.nat(6)).map(([text, texts, selected]) => ({
  input_text: text,
  at: now,
  shown: texts.map((q, i) => ({ question: q, chosen: i === selected })),
}));

test('the order of the candidates changes nothing', () => {
  fc.assert(
    fc.property(question, questions, fc.array(past, { maxLength: 4 }), (text, texts, selections) => {
      const forth = rank(input(text, texts, { selections }));
      const back = rank(input(text, texts.toReversed(), { selections }));
      expect(back.map(({ candidate }) => candidate.question)).toEqual(
        forth.map(({ candidate }) => candidate.question),
      );
    }),
  );
});

test('the place at which something was once shown changes nothing', () => {
  fc.assert(
    fc.property(question, questions, fc.array(past, { maxLength: 4 }), (text, texts, selections) => {
      const turned = selections.map((one) => ({ ...one, shown: one.shown.toReversed() }));
      expect(rank(input(text, texts, { selections: turned }))).toEqual(
        rank(input(text, texts, { selections })),
      );
    }),
  );
});

test('a text said twice over, twice as long, ranks as it did', () => {
  fc.assert(
    fc.property(fc.constantFrom(...hotels), (doubled) => {
      const longer = hotels.map((hotel) => (hotel === doubled ? `${hotel}. ${hotel}.` : hotel));
      const score = (texts: string[]) =>
        rank(input('Accommodation in Kyoto?', texts, { selections: [quiet] })).find(({ candidate }) =>
          candidate.question.startsWith(doubled),
        )?.score ?? 0;
      expect(score(longer)).toBeCloseTo(score(hotels), 1);
    }),
  );
});

test('confidences lie in [0, 1], descend, and add up to 1', () => {
  fc.assert(
    fc.property(question, questions, fc.array(past, { maxLength: 4 }), (text, texts, selections) => {
      const confidences = rank(input(text, texts, { selections })).map(({ confidence }) => confidence);
      expect(confidences.reduce((sum, confidence) => sum + confidence, 0)).toBeCloseTo(1, 2);
      for (const [i, confidence] of confidences.entries()) {
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(confidences[i - 1] ?? 1);
      }
    }),
  );
});

const onlyPriors = { version: 2, temperature: 0.5, weights: { prior: 1 } };
const rankPriors = (priors: number[], changes: Partial<RankInput> = {}) =>
  rank(
    {
      ...input('sorting', [], changes),
      candidates: priors.map((prior, i) => ({ question: `word${i}`, rationale: `why ${i}`, prior })),
    },
    onlyPriors,
  );

test('without selections the confidence is a softmax by 70 %, and the same for all by 30 %', () => {
  // 1 / (1 + e^((0.2 − 0.8) / 0.5)) = 0.76852: 0.7 of it and 0.15.
  const [best, other] = rankPriors([0.2, 0.8]);
  expect(best).toMatchObject({
    candidate: { question: 'word1', rationale: 'why 1' },
    score: 0.8,
    confidence: 0.688,
  });
  expect(other).toMatchObject({ score: 0.2, confidence: 0.312 });
});

test('with one selection the share that is the same for all is halved', () => {
  const unrelated = { input_text: 'x', at: now, shown: [{ question: 'y', chosen: false }] };
  expect(rankPriors([0.2, 0.8], { selections: [unrelated] })[0]?.confidence).toBeCloseTo(0.7282, 4);
});

test('without anything known the features are prior, request and the fit to the persona', () => {
  const facets = { ...defaultFacets, code_first: 0.9 };
  const [ranked] = rank(input('sorting', ['See a snippet of sorting'], { facets }));
  expect(ranked?.features).toEqual({
    ...{ prior: 1, own_utility: 0, tenant_utility: 0, chosen_terms: 0, chosen_words: 0, chosen_direction: 0 },
    ...{ tenant_terms: 0, tenant_words: 0, tenant_direction: 0, goal: 0, preference: 0 },
    request: expect.any(Number),
    // One match, so half of the style: 0.5 × 0.4 / 2.
    persona: 0.1,
  });
  expect(ranked?.features['request']).toBeGreaterThan(0.3);
});

test('each source has features of its own', () => {
  const memory = (type: Memory['type'], content: string): Memory => ({
    ...{ memory_id: 'm', type, content, confidence: 0.9, last_seen: now },
  });
  const known = (changes: Partial<RankInput>) => {
    const [, , , flat] = input('Accommodation in Kyoto?', hotels).candidates;
    const ranked = rank(input('Accommodation in Kyoto?', hotels, changes));
    const features = ranked.find(({ candidate }) => candidate.question === flat?.question)?.features ?? {};
    return Object.keys(features).filter(
      (name) => features[name] !== 0 && !/^(?:prior|request|persona)$/u.test(name),
    );
  };
  const learned = ['terms', 'words', 'direction'];
  expect(known({})).toEqual([]);
  expect(known({ memories: [memory('goal', 'a cheap flat')] })).toEqual(['goal']);
  expect(known({ memories: [memory('preference', 'a cheap flat')] })).toEqual(['preference']);
  const flat = selectedAgo('An apartment with a kitchen to save money', 1);
  const again = { ...flat, shown: flat.shown.map((one, i) => ({ ...one, question: hotels[i] ?? '' })) };
  expect(known({ selections: [again] })).toEqual(['own_utility', ...learned.map((name) => `chosen_${name}`)]);
  expect(known({ tenantSelections: [again] })).toEqual([
    'tenant_utility',
    ...learned.map((name) => `tenant_${name}`),
  ]);
});

test('equal scores are ordered by the texts alone', () => {
  const ordered = ['b', 'a', 'c', 'd'].map((question) => ({ question, rationale: '', prior: 0.25 }));
  const none = { version: 2, temperature: 1, weights: {} };
  // FNV-1a of one letter: (0x811c9dc5 ^ code) × 0x01000193, of which a has 0xe40c292c, b 0xe70c2de5, c 0xe60c2c52
  // and d 0xe10c2473.
  const order = (candidates: typeof ordered) =>
    rank({ ...input('x', []), candidates }, none).map(({ candidate }) => candidate.question);
  expect(order(ordered)).toEqual(['d', 'a', 'c', 'b']);
  expect(order(ordered.toReversed())).toEqual(['d', 'a', 'c', 'b']);
});

test('scores far from 0 have confidences, too', () => {
  const far = rank(
    {
      ...input('x', []),
      candidates: [0.9, 0.8].map((prior, i) => ({ question: `q${i}`, rationale: '', prior })),
    },
    { version: 2, temperature: 1, weights: { prior: 10_000 } },
  );
  expect(far.map(({ score, confidence }) => [score, confidence])).toEqual([
    [9000, 0.85],
    [8000, 0.15],
  ]);
});

test('an embedding model adds features, by its vectors', () => {
  const east = Float32Array.of(1, 0, 0, 0);
  const embeddingOf = (text: string) => (text === 'word0' ? east : null);
  const features = rankPriors([0.5, 0.5], { input_text: 'word0', embeddingOf }).map((one) => one.features);
  expect(features.map((one) => one['chosen_embedding'])).toEqual([0, 0]);
  const selections = [{ input_text: 'word0', at: now, shown: [{ question: 'word0', chosen: true }] }];
  const [first] = rankPriors([0.6, 0.4], { input_text: 'word0', embeddingOf, selections });
  expect(first?.features['chosen_embedding']).toBeCloseTo(735.0952 / 736.0952, 4);
  expect(rankPriors([0.5, 0.5])[0]?.features).not.toHaveProperty('chosen_embedding');
});
