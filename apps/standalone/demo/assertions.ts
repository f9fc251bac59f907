import type { Hypotheses, Memory } from './responses.ts';

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

/** Checks the responses of three turns of one user. */
export function assertLearning({ first, second, third, afterFirst, afterSecond }: Turns): LearningProof[] {
  return [
    assertMoreConfident('second', second, first),
    assertMoreConfident('third', third, first),
    assertMentions('second', second, ['REST API']),
    assertMentions('second', second, findLearnedNames(afterFirst)),
    assertMentions('third', third, findLearnedNames(afterSecond)),
  ];
}

function assertMoreConfident(turn: string, later: Hypotheses, first: Hypotheses): LearningProof {
  const [now, then] = [maxConfidence(later), maxConfidence(first)];
  return {
    claim: `the ${turn} answer is surer than the first: ${now.toFixed(2)} against ${then.toFixed(2)}`,
    holds: now > then,
  };
}

function assertMentions(turn: string, { hypotheses }: Hypotheses, names: string[]): LearningProof {
  const texts = hypotheses
    .map(({ question, rationale }) => `${question} ${rationale}`.toLowerCase())
    .join('\n');
  const mentioned = names.filter((name) => texts.includes(name.toLowerCase()));
  return {
    claim: `the ${turn} answer mentions what was learned before: ${mentioned.join(', ') || `none of ${names.join(', ')}`}`,
    holds: mentioned.length > 0,
  };
}

const maxConfidence = ({ hypotheses }: Hypotheses) =>
  Math.max(...hypotheses.map(({ confidence }) => confidence));

/** Proper names in goals and preferences: capitalised words that do not start the text. */
function findLearnedNames(memories: Memory[]): string[] {
  const words = memories
    .filter(({ type }) => type !== 'history')
    .flatMap(({ content }) => content.split(/[\s,:]+/).slice(1))
    .filter((word) => /\p{Lu}/u.test(word));
  return [...new Set(words)];
}
