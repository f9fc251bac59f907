import type { FacetDeltas, FacetName } from '@learning-loop/events/fields';

/** Nouns and adjectives by the facet that they speak of; `toward` is what more of them means for it. */
interface Trait {
  facet: FacetName;
  toward: 1 | -1;
  words: RegExp;
}

const edge = (source: string) => new RegExp(`(?<![\\p{L}])(?:${source})(?![\\p{L}])`, 'giu');

/** Longer names first: of words at one place the first trait counts. */
const traits: Trait[] = [
  {
    facet: 'step_by_step',
    toward: 1,
    words: edge('step[- ]by[- ]step|steps?|walk[- ]?throughs?|walk me through(?: it)?|hand[- ]?holding'),
  },
  {
    facet: 'code_first',
    toward: 1,
    words: edge(
      '(?:code|coding) ?(?:examples?|samples?|snippets?|blocks?|listings?)?|snippets?|source code|example code',
    ),
  },
  {
    facet: 'concise',
    toward: -1,
    words: edge(
      'details?|detailed|depth|in[- ]depth|explanations?|explain(?:ing)?|elaborat\\p{L}*|thorough(?:ly)?|long|lengthy|longer|wordy|wordier|verbose|text|words|prose|rambl\\p{L}*|repetitive|background|context|fluff|filler|padding',
    ),
  },
  {
    facet: 'concise',
    toward: 1,
    words: edge(
      'short|shorter|brief|briefer|terse|concise|crisp|shallow|superficial|to the point|summary|summari[sz]ed|vague|cryptic',
    ),
  },
  {
    facet: 'formal',
    toward: -1,
    words: edge(
      'casual|informal|sloppy|chatty|chummy|friendly|relaxed|slang|emojis?|jokes?|colloquial|unprofessional',
    ),
  },
  {
    facet: 'formal',
    toward: 1,
    words: edge('formal|formality|professional|stiff|stilted|official|academic|bureaucratic'),
  },
];

/** Always blame, however they are said: without "too" or "not", an answer that has them has too much of them. */
const faults =
  /^(?:wordy|verbose|lengthy|rambl|repetitive|fluff|filler|padding|terse|shallow|superficial|vague|cryptic|stiff|stilted|sloppy|chatty|chummy|unprofessional|bureaucratic|hand)/iu;
/** Their comparatives are a wish as they stand. */
const comparative = /^(?:shorter|briefer|longer|wordier)$/iu;
/** Nouns that, called for without a word of degree, are wanted: "show me the code". */
const wanted =
  /(?<![\p{L}])(?:show|give|add|include|provide|see|want|need|prefer|like|where(?:'s| is| are| was)|missing|skipped?|lacks?|lacking|please|walk|explain|elaborate|be|keep|make|write|get|use|with)(?![\p{L}])(?:\s+(?:me|us|it|the|a|an|some|any|to|see|answers?|your|that|this))*\s*$/iu;

const more =
  /(?<![\p{L}])(?:more|extra|additional|further|bit|increase|longer|deeper)(?:\s+(?:of|in|with|the|your))*\s*$/iu;
const less =
  /(?<![\p{L}])(?:less|fewer|reduce|cut(?: down)?(?: on)?|drop|skip|omit|avoid|without|stop(?: with)?|(?<!not )enough|spare me|tone down|leave out|instead of|rather than)(?:\s+(?:the|of|with|all|your|these|those|any|so|much|many))*\s*$/iu;
const excess =
  /(?<![\p{L}])(?:(?:too|overly|excessively)(?:\s+(?:much|many|very))?|so(?:\s+(?:much|many))?)(?:\s+(?:of|the))*\s*$/iu;
/** Praise after a bare "so", blame after a bare "not". */
const virtues =
  /^(?:detailed|thorough|in[- ]depth|concise|crisp|to the point|formal|professional|step|friendly)/iu;
const requestNotToBe =
  /(?:don't|do not|stop|no need to|needn't|shouldn't|must not) (?:be|being|make it|get|sound|write|go)\s*$/iu;
const few = /(?:too|so) (?:few|little)\s*$/iu;
const lack =
  /(?<![\p{L}])(?:not enough|not (?:very |really |sufficiently )?|isn't (?:very |really )?|wasn't (?:very |really )?|there's no|lack(?:s|ed|ing)?(?: of)?|missing|insufficient(?:ly)?|hardly any|there (?:is|was) no|had no|has no|where(?:'s| is| are))(?:\s*(?:the|any))*\s*$/iu;
const refused =
  /(?<![\p{L}])(?:no|no more|no need (?:for|to have)|don't (?:need|want|like|show|give|include|add|write|use|go into)|do not (?:need|want|like|show|give|include|add|write|use|go into)|didn't (?:need|want|ask for)|never|not need|hate|dislike)(?:\s+(?:me|us|it|the|a|an|any|so|much|many|more|all|your|these|those|such|to see))*\s*$/iu;
const denial = /(?<![\p{L}])(?:not|never|no|nothing|hardly|neither|nor|without)(?![\p{L}])|n't(?![\p{L}])/iu;

interface FeedbackWish {
  deltas: FacetDeltas;
  reason: string;
}

const step = 0.05;
const sideStep = 0.02;

/**
 * What a comment asks for, by the words around the first trait that it asks more or less of. Null if it says nothing of
 * style, or nothing that is sure: "not too long" and "don't be more concise" ask for no change.
 */
export function readFeedback(comment: string): FeedbackWish | null {
  for (const clause of comment
    .slice(0, 1000)
    .replaceAll('’', "'")
    .split(/[.!?;:\n]+|,\s*|\s+(?:but|and|because|so that)\s+/u)) {
    for (const trait of traits) {
      for (const match of clause.matchAll(trait.words)) {
        const wish = readWish(clause, match.index, match[0]);
        if (wish !== 0) return toWish(trait, wish);
      }
    }
  }
  return null;
}

/** 1 for more of what the word means, -1 for less, 0 for neither. */
function readWish(clause: string, start: number, word: string): 1 | -1 | 0 {
  const before = clause.slice(0, start);
  const behind = clause.slice(start + word.length);
  const enough = /^\s*enough(?![\p{L}])/iu.test(behind);
  const qualified = readQualifier(before, word);
  if (qualified !== null) return qualified;
  if (enough) return denial.test(before) ? 1 : 0;
  if (lack.test(before)) return readLack(before, word);
  if (refused.test(before)) return readRefusal(before, behind);
  if (/(?:don't|do not|stop)\s*$/iu.test(before) && verbs.test(word)) return -1;
  if (denial.test(before) || denial.test(behind)) return 0;
  if (comparative.test(word)) return 1;
  if (faults.test(word)) return -1;
  const asked = /^\s*(?:answers?\s*)?(?:please|next time|would (?:be|help))/iu.test(behind);
  return asked || wanted.test(before) || isBareNoun(before, word) ? 1 : 0;
}

const verbs = /^(?:explain|elaborate|rambl|summari|walk)/iu;

/** "Not detailed" is blame, "not long" may be praise. */
function readLack(before: string, word: string): 1 | 0 {
  if (denial.test(before.replace(lack, ''))) return 0;
  const bareNot = /(?:not|isn't|wasn't)(?: very| really| sufficiently)?\s*$/iu.test(before);
  return bareNot && !virtues.test(word) ? 0 : 1;
}

/** "No code" alone may blame its lack as well as want none. */
function readRefusal(before: string, behind: string): -1 | 0 {
  const rest = before.replace(refused, '');
  if (denial.test(rest)) return 0;
  const isBareNo =
    /(?:^|[^\p{L}])no\s*$/iu.test(before) &&
    !/please|next time|needed|necessary|required|here/iu.test(rest + behind);
  return isBareNo && !/please/iu.test(before) ? 0 : -1;
}

const isBareNoun = (before: string, word: string) =>
  before.trim() === '' &&
  /^(?:code (?:example|sample|snippet)s?|step[- ]by[- ]step|elaborate|explain|walk|to the point)/iu.test(
    word,
  );

/** "More", "less" or "too" before the word; 0 if it is denied, null if there is none. */
function readQualifier(before: string, word: string): 1 | -1 | 0 | null {
  const found = (
    [
      [few, 1],
      [excess, -1],
      [less, -1],
      [more, 1],
    ] as const
  ).find(([pattern]) => pattern.test(before));
  if (found === undefined) return null;
  const [pattern, wish] = found;
  const rest = before.replace(pattern, '');
  if (pattern === more && /(?<![\p{L}])no\s*$/iu.test(rest))
    return denial.test(rest.replace(/no\s*$/iu, '')) ? 0 : -1;
  if (pattern === excess && requestNotToBe.test(rest)) return -1;
  if (pattern === excess && /(?<![\p{L}])so\s*$/iu.test(before) && virtues.test(word)) return 0;
  return denial.test(rest) ? 0 : wish;
}

function toWish({ facet, toward }: Trait, wish: 1 | -1): FeedbackWish {
  const delta = step * toward * wish;
  if (facet !== 'concise')
    return { deltas: { [facet]: delta }, reason: reasons[facet][delta > 0 ? 'more' : 'less'] };
  return {
    deltas: { concise: delta, step_by_step: -sideStep * Math.sign(delta) },
    reason: reasons.concise[delta > 0 ? 'more' : 'less'],
  };
}

const reasons: Record<FacetName, { more: string; less: string }> = {
  concise: { more: 'asked for less text', less: 'asked for more detail' },
  step_by_step: { more: 'asked for steps', less: 'asked for fewer steps' },
  code_first: { more: 'asked for code', less: 'asked for less code' },
  formal: { more: 'asked for a formal tone', less: 'asked for a casual tone' },
};
