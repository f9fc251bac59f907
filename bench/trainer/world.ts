import type { Candidate } from '@learning-loop/learning/candidates/propose';
import { pick } from '../quality/random.ts';

/** Somebody with tastes that nobody is told. */
export interface Person {
  user_id: string;
  /** How much each technology and each manner is wanted. */
  wants: Map<string, number>;
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

/** Tastes are a person's own: one technology and one manner are liked, one technology is disliked. */
export function person(user_id: string, random: () => number): Person {
  const wants = new Map([...technologies, ...manners].map((name) => [name, random() * 0.5]));
  wants.set(pick(technologies, random), -2);
  wants.set(pick(technologies, random), 4);
  wants.set(pick(manners, random), 2);
  return { user_id, wants };
}

/** A request and four hypotheses. The proposer is sure of itself, and its priors mean nothing. */
export function situation(random: () => number): { input_text: string; candidates: Candidate[] } {
  const [verb, topic] = [pick(verbs, random), pick(topics, random)];
  const [first, ...others] = technologies.toSorted(() => random() - 0.5);
  const offered = [first, ...others].slice(0, 4).map((technology) => ({
    technology,
    manner: pick(manners, random),
    sureness: Math.exp(random() * 5),
  }));
  const total = offered.reduce((sum, { sureness }) => sum + sureness, 0);
  return {
    input_text: `${verb} the ${topic} service`,
    candidates: offered.map(({ technology, manner, sureness }) => ({
      question: `Do you want to ${verb} the ${topic} service in ${technology}, ${manner}?`,
      rationale: 'a guess',
      prior: sureness / total,
    })),
  };
}

/** What the person picks, by taste, a little by place, and by chance; the index of the question. */
export function choose({ wants }: Person, questions: string[], random: () => number): number {
  const utilities = questions.map((question, place) => {
    let utility = -0.2 * place - Math.log(-Math.log(random() || 1e-12)) * 0.5;
    for (const [name, value] of wants) if (question.includes(name)) utility += value;
    return utility;
  });
  return utilities.indexOf(Math.max(...utilities));
}
