import type { FacetDeltas } from '@learning-loop/events/fields';

/** What users say of an answer, and what it asks for. */
interface Remark {
  said: RegExp;
  deltas: FacetDeltas;
  reason: string;
}

const remarks: Remark[] = [
  {
    said: /\btoo (?:brief|short|terse|concise|shallow|superficial)\b|\bmore (?:detail|details|depth|explanation)\b|\belaborate\b|\bnot (?:detailed|enough detail)\b/iu,
    deltas: { concise: -0.05, step_by_step: 0.02 },
    reason: 'asked for more detail',
  },
  {
    said: /\btoo (?:long|wordy|verbose|detailed|much text)\b|\b(?:shorter|briefer|more concise)\b|\bget to the point\b|\brambl/iu,
    deltas: { concise: 0.05, step_by_step: -0.02 },
    reason: 'asked for less text',
  },
  {
    said: /\bstep[- ]by[- ]step\b|\bwalk me through\b|\bmore steps\b|\bskipped (?:a )?steps?\b/iu,
    deltas: { step_by_step: 0.05 },
    reason: 'asked for steps',
  },
  {
    said: /\btoo many steps\b|\bfewer steps\b/iu,
    deltas: { step_by_step: -0.05 },
    reason: 'asked for fewer steps',
  },
  {
    said: /\b(?:more|show(?: me)?(?: the| some)?|where is the|need(?: the| some)?|missing|no) code\b|\bcode (?:example|sample|snippet)s?\b(?! not)/iu,
    deltas: { code_first: 0.05 },
    reason: 'asked for code',
  },
  {
    said: /\b(?:too much|less|without|don't need) code\b/iu,
    deltas: { code_first: -0.05 },
    reason: 'asked for less code',
  },
  {
    said: /\btoo (?:formal|stiff)\b|\bmore casual\b|\bless formal\b/iu,
    deltas: { formal: -0.05 },
    reason: 'asked for a casual tone',
  },
  {
    said: /\btoo (?:casual|informal|sloppy|chatty)\b|\bmore (?:formal|professional)\b|\bunprofessional\b/iu,
    deltas: { formal: 0.05 },
    reason: 'asked for a formal tone',
  },
];

/** What a comment asks for; null when it says nothing about style. */
export function remarkIn(comment: string): Remark | null {
  return remarks.find(({ said }) => said.test(comment.slice(0, 1000))) ?? null;
}
