import type { Language } from '../text/language.ts';
import type { Attitude } from './attitudes.ts';
import sources from './statements.json' with { type: 'json' };

interface Grammar {
  statement: RegExp;
  denial: RegExp;
  end: RegExp;
  determiner: RegExp;
}

const grammarOf = new Map<Language, Grammar>(
  Object.entries(sources).map(([language, grammar]) => [language as Language, compile(grammar)]),
);

function compile({ work, like, dislike, habit, denial, end, determiner }: (typeof sources)['de']): Grammar {
  return {
    statement: new RegExp(
      `^(?<before>${work})(?:(?<dislike>${dislike})|(?<like>${like})|(?<habit>${habit}))(?![\\p{L}'])\\s*(?<object>(?:[^.!?;]|\\.(?=\\S))*)`,
      'iu',
    ),
    denial: new RegExp(`(?<![\\p{L}])(?:${denial})(?![\\p{L}])`, 'giu'),
    end: new RegExp(`,?\\s+(?:${end})(?![\\p{L}]).*$|,\\s.*$`, 'iu'),
    determiner: new RegExp(`^(?:(?:${determiner})(?:\\s+|(?<=')))+`, 'iu'),
  };
}

/** Statements in the first person in the other languages: simpler forms than in English, one for each sentence. */
export function findStatements(text: string, language: Language): Attitude[] {
  const grammar = grammarOf.get(language);
  if (grammar === undefined) return [];
  return text
    .replaceAll('’', "'")
    .split(/(?<=[.!?;])\s+|\n+|…|,\s+(?=(?:ich|je|j'|ik|eu|yo|io)\s)/u)
    .filter((sentence) => !sentence.trim().endsWith('?'))
    .flatMap((sentence) => readStatement(sentence.trim(), grammar));
}

function readStatement(sentence: string, { statement, denial, end, determiner }: Grammar): Attitude[] {
  const groups = statement.exec(sentence)?.groups;
  if (groups === undefined) return [];
  const written = groups['object'] ?? '';
  const denials =
    `${groups['before']} ${groups['dislike'] === undefined ? written : ''}`.match(denial)?.length ?? 0;
  const object = written
    .replaceAll(denial, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replace(end, '')
    .replace(determiner, '')
    .trim();
  const against = groups['dislike'] !== undefined;
  const denied = denials > 0;
  if (object === '' || denials > 1 || (groups['habit'] !== undefined && !denied)) return [];
  if (against && /(?<!\p{L})(?:non|no|ne|não|nicht|niet)(?!\p{L})/iu.test(groups['before'] ?? '')) return [];
  return [{ polarity: against || denied ? 'dislike' : 'like', object, comparative: false }];
}
