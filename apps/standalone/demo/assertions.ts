import type { Hypotheses, Memory } from './responses.ts';

/** Something that must be true if the service has learned, and whether it is. */
export interface LearningProof {
  claim: string;
  holds: boolean;
}

interface Turns {
  first: Hypotheses;
  second: Hypotheses;
  third: Hypotheses;
  afterFirst: Memory[];
  afterSecond: Memory[];
}

/** Judges three turns of one user by what the API answered. */
export function assertLearning({ first, second, third, afterFirst, afterSecond }: Turns): LearningProof[] {
  return [
    moreConfident('second', second, first),
    moreConfident('third', third, first),
    mentions('second', second, ['REST API']),
    mentions('second', second, learnedNames(afterFirst)),
    mentions('third', third, learnedNames(afterSecond)),
  ];
}

function moreConfident(turn: string, later: Hypotheses, first: Hypotheses): LearningProof {
  const [now, then] = [topConfidence(later), topConfidence(first)];
  return {
    claim: `the ${turn} answer is surer than the first: ${now.toFixed(2)} against ${then.toFixed(2)}`,
    holds: now > then,
  };
}

function mentions(turn: string, { hypotheses }: Hypotheses, names: string[]): LearningProof {
  const said = hypotheses
    .map(({ question, rationale }) => `${question} ${rationale}`.toLowerCase())
    .join('\n');
  const found = names.filter((name) => said.includes(name.toLowerCase()));
  return {
    claim: `the ${turn} answer mentions what was learned before: ${found.join(', ') || `none of ${names.join(', ')}`}`,
    holds: found.length > 0,
  };
}

const topConfidence = ({ hypotheses }: Hypotheses) =>
  Math.max(...hypotheses.map(({ confidence }) => confidence));

/** The proper names in goals and preferences: words with a capital letter that do not open the sentence. */
function learnedNames(memories: Memory[]): string[] {
  const words = memories
    .filter(({ type }) => type !== 'history')
    .flatMap(({ content }) => content.split(/[\s,:]+/).slice(1))
    .filter((word) => /\p{Lu}/u.test(word));
  return [...new Set(words)];
}
