import type { Hypotheses } from './responses.ts';

export interface LearningProof {
  claim: string;
  holds: boolean;
}

/** What the user and a stranger, who never selected anything, got for the same request. */
export interface Turn {
  input_text: string;
  user: Hypotheses;
  stranger: Hypotheses;
  /** The same texts, those that the stranger got, offered to both: only what was learned can differ. */
  sameTexts: { user: Hypotheses; stranger: Hypotheses };
}

/** Whether the user's turns after the first are surer than the stranger's, and the repeated one than the first. */
export function assertLearning(turns: Turn[]): LearningProof[] {
  const [first, ...later] = turns;
  if (first === undefined) throw new RangeError('no turn to look at');
  const again = later.filter(({ input_text }) => input_text === first.input_text);
  return [
    assertAlike(first),
    ...later.map(assertSurer),
    ...again.map((turn) => assertSurerOfTheSame(first, turn)),
  ];
}

/** Before anything was learned, both must get the same; otherwise the other claims show something else. */
function assertAlike({ input_text, user, stranger }: Turn): LearningProof {
  return {
    claim: `"${input_text}" at first: the user and the stranger got the same`,
    holds: JSON.stringify(toShown(user)) === JSON.stringify(toShown(stranger)),
  };
}

const toShown = ({ hypotheses }: Hypotheses) =>
  hypotheses.map(({ question, confidence }) => ({ question, confidence }));

function assertSurer({ input_text, user, stranger, sameTexts }: Turn): LearningProof {
  const [now, other] = [maxConfidence(user), maxConfidence(stranger)];
  const [nowOfSame, otherOfSame] = [maxConfidence(sameTexts.user), maxConfidence(sameTexts.stranger)];
  return {
    claim: `"${input_text}": surer of the user, ${format(now)}, than of the stranger, ${format(other)}; of the same texts ${format(nowOfSame)} and ${format(otherOfSame)}`,
    holds: now > other && nowOfSame > otherOfSame,
  };
}

function assertSurerOfTheSame(first: Turn, again: Turn): LearningProof {
  const [then, now] = [first, again].map(({ user }) => maxConfidence(user));
  const change = (now ?? 0) - (then ?? 0);
  const question = again.user.hypotheses[0]?.question;
  const same = first.user.hypotheses.some((hypothesis) => hypothesis.question === question);
  return {
    claim: `"${again.input_text}" again: ${change > 0 ? 'surer' : 'not surer'} than the first time, by ${format(change)}${same ? ', of a text shown then' : ''}`,
    holds: change > 0,
  };
}

const maxConfidence = ({ hypotheses }: Hypotheses) =>
  Math.max(...hypotheses.map(({ confidence }) => confidence));

const format = (confidence: number) => confidence.toFixed(2);
