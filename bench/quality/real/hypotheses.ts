import { generateCandidates } from '@learning-loop/learning/candidates/propose';
import { Type } from 'typebox';
import type { Metric } from '../metric.ts';
import { formatShare } from './bootstrap.ts';
import { readData } from './read-data.ts';

const Request = Type.Object({ text: Type.String(), lang: Type.Optional(Type.String()) });

export interface AskedRequest {
  text: string;
  /** Code of the language, English if there is none. */
  lang: string;
  /** The three likeliest. */
  hypotheses: string[];
}

/** Words of the catalogue of software that people outside of it do not use. */
const softwareTalk =
  /\b(?:apis?|docker|kubernetes|deploy\w*|ci\/cd|pipelines?|codebase|unit tests?|end-to-end|application|databases?|webhooks?|github|react|downtime|rollback|refactor\w*|frontend|backend|tracing|vulnerabilit\w*|jwt|oauth|readme|caching|next\.js|postgresql|fastapi|software|repository|stripe|queue|metrics|script)\b/giu;

const openings: Readonly<Record<string, RegExp>> = {
  de: /^(?:Möchten|Soll) /u,
  nl: /^Wil je /u,
  it: /^Vuoi /u,
  ja: /か？$/u,
};

/** What the rules ask about the requests of one file, without anything known of the user. */
export function askAll(data: string, file: string): AskedRequest[] {
  return readData(data, file, Request).map(({ text, lang }) => ({
    text,
    lang: lang ?? 'en',
    hypotheses: generateCandidates({ text, goals: [], preferences: [] })
      .slice(0, 3)
      .map(({ question }) => question),
  }));
}

/** What can be counted of the hypotheses without reading them. */
export function measureHypotheses(data: string): Metric[] {
  const everyday = askAll(data, 'requests-everyday.jsonl');
  const work = askAll(data, 'requests-work.jsonl');
  const software = askAll(data, 'requests-software.jsonl');
  const foreign = askAll(data, 'requests-languages.jsonl');
  const all = [...everyday, ...work, ...software, ...foreign];
  return [
    count(
      'Software talk in requests about other things',
      [...everyday, ...work, ...foreign],
      talksSoftware,
      'goal 0',
    ),
    count('Fewer than three distinct hypotheses', all, hasDuplicates, 'goal 0'),
    count(
      'Everyday requests that are only quoted back',
      everyday,
      isOnlyQuoted,
      'goal ≤ 30 %; before 66.7 % of 102',
    ),
    count('Office requests that are only quoted back', work, isOnlyQuoted, 'goal ≤ 30 %'),
    count('Software requests that are only quoted back', software, isOnlyQuoted, 'goal ≤ 30 %'),
    count('Requests in de, it, nl, ja that are only quoted back', foreign, isOnlyQuoted, 'goal ≤ 30 %'),
    count('Requests in de, it, nl, ja answered in another language', foreign, isInOtherLanguage, 'none'),
  ];
}

function count(
  measure: string,
  requests: readonly AskedRequest[],
  holds: (request: AskedRequest) => boolean,
  against: string,
): Metric {
  const values = requests.map((request) => Number(holds(request)));
  return { measure, value: formatShare(values), cases: values.length, against };
}

/** A word that the user wrote is no talk of ours. */
function talksSoftware({ text, hypotheses }: AskedRequest): boolean {
  const own = text.toLowerCase();
  return [...hypotheses.join('\n').matchAll(softwareTalk)].some(
    ([word]) => !own.includes(word.toLowerCase()),
  );
}

const hasDuplicates = ({ hypotheses }: AskedRequest) =>
  new Set(hypotheses.map((question) => question.toLowerCase().replaceAll(/[\p{P}\s]+/gu, ' '))).size < 3;

const isOnlyQuoted = ({ hypotheses }: AskedRequest) =>
  hypotheses.every((question) => /[“„«「]/u.test(question));

const isInOtherLanguage = ({ lang, hypotheses }: AskedRequest) =>
  hypotheses.some((question) => openings[lang]?.test(question) === false);
