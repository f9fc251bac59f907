import type { Candidate } from '@learning-loop/learning/candidates/propose';
import { sample } from '../quality/random.ts';

/** With hidden preferences. */
export interface Person {
  user_id: string;
  /** Utility of each technology and manner. */
  utilities: Map<string, number>;
}

const topics = [
  'payments',
  'search',
  'login',
  'reports',
  'uploads',
  'mail',
  'billing',
  'chat',
  'maps',
  'orders',
];
const technologies = ['Python', 'Go', 'Rust', 'Java', 'Elixir', 'Scala'];
const manners = ['step by step', 'with tests first', 'as a quick prototype'];
const verbs = ['build', 'refactor', 'document', 'deploy'];

/** Likes one technology and one manner, dislikes one technology. */
export function createPerson(user_id: string, random: () => number): Person {
  const utilities = new Map([...technologies, ...manners].map((name) => [name, random() * 0.5]));
  utilities.set(sample(technologies, random), -2);
  utilities.set(sample(technologies, random), 4);
  utilities.set(sample(manners, random), 2);
  return { user_id, utilities };
}

/** A request and four candidates with confident but meaningless priors. */
export function createRequest(random: () => number): { input_text: string; candidates: Candidate[] } {
  const [verb, topic] = [sample(verbs, random), sample(topics, random)];
  const [first, ...others] = technologies.toSorted(() => random() - 0.5);
  const candidates = [first, ...others].slice(0, 4).map((technology) => ({
    technology,
    manner: sample(manners, random),
    sureness: Math.exp(random() * 5),
  }));
  const total = candidates.reduce((sum, { sureness }) => sum + sureness, 0);
  return {
    input_text: `${verb} the ${topic} service`,
    candidates: candidates.map(({ technology, manner, sureness }) => ({
      question: `Do you want to ${verb} the ${topic} service in ${technology}, ${manner}?`,
      rationale: 'a guess',
      prior: sureness / total,
    })),
  };
}

/** By utility, a little position bias, and noise; returns the index of the question. */
export function selectQuestion({ utilities }: Person, questions: string[], random: () => number): number {
  const scores = questions.map((question, place) => {
    let score = -0.2 * place - Math.log(-Math.log(random() || 1e-12)) * 0.5;
    for (const [name, value] of utilities) if (question.includes(name)) score += value;
    return score;
  });
  return scores.indexOf(Math.max(...scores));
}
