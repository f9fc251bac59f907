/** A question that may say what the user means. `prior`: how likely its proposer thinks it, in [0, 1]. */
export interface Proposal {
  question: string;
  rationale: string;
  prior: number;
}

export interface ProposalRequest {
  text: string;
  goals: string[];
  preferences: string[];
}

/** At least three distinct questions for any text, likeliest first. */
export function proposeByRules({ text, goals, preferences }: ProposalRequest): Proposal[] {
  const subject = echo(text);
  const liked = preferences[0]?.replace(/^Prefers:\s*/u, '');
  const goal = goals[0];
  const apart = goal === undefined ? '' : ` for the goal to ${goal}`;
  return [
    {
      question: `Do you want to ${subject}${liked ? ` using ${liked}` : ' with a first working version'}?`,
      rationale: 'takes the request literally',
      prior: 0.5,
    },
    {
      question: `Do you want to plan how to ${subject}${apart}?`,
      rationale: 'plans before doing',
      prior: 0.3,
    },
    {
      question: `Do you want to learn the best practices to ${subject}?`,
      rationale: 'explains first',
      prior: 0.2,
    },
  ];
}

/** The text as it may stand inside a question: one line, without control characters, at most 80 characters. */
function echo(text: string): string {
  const line = text
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .replaceAll(/[?.!]+$/gu, '')
    .trim();
  return [...line].slice(0, 80).join('').trim() || 'get started';
}
