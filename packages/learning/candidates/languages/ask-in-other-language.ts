import { type Ask, fillTemplate, type QuestionTemplate } from '../template.ts';
import { chinese } from './chinese.ts';
import { detectLanguage, type Language } from './detect-language.ts';
import { dutch } from './dutch.ts';
import { german } from './german.ts';
import { japanese } from './japanese.ts';
import type { LanguageRules } from './language-rules.ts';
import { createRomanceRules } from './romance.ts';
import { french, italian, portuguese, spanish } from './romance-verbs.ts';
import data from './wordings.json' with { type: 'json' };

type OtherLanguage = Exclude<Language, 'en'>;

const rules: Readonly<Record<OtherLanguage, LanguageRules>> = {
  de: german,
  nl: dutch,
  it: createRomanceRules(italian),
  es: createRomanceRules(spanish),
  fr: createRomanceRules(french),
  pt: createRomanceRules(portuguese),
  ja: japanese,
  zh: chinese,
};
const wordings: Readonly<Record<OtherLanguage, Readonly<Record<string, readonly QuestionTemplate[]>>>> = data;

/**
 * Questions in the language of the request; null for English. A language without rules of its own is asked in English
 * about the quoted request, and so is a text of which nothing can be seen (`quoted` is null).
 */
export function askInOtherLanguage(line: string, quoted: string | null, isQuestion: boolean): Ask[] | null {
  const language = detectLanguage(line);
  if (language === 'en' || quoted === null) return null;
  if (language === null) return [];
  const { readTask, readQuestion, isQuestion: asks } = rules[language];
  const clause = readQuestion(line, isQuestion);
  if (clause !== null) return fill(language, 'question', { clause });
  const task = readTask(line);
  if (task !== null) return fillTask(language, task);
  return fill(language, isQuestion || asks(line) ? 'quoted question' : 'quoted request', { quoted });
}

function fillTask(language: OtherLanguage, { kind, act }: { kind: string; act: string }): Ask[] {
  const name = wordings[language][kind] === undefined ? 'task' : kind;
  // French: "avant de régler", "avant d'ajouter"; Italian: "oltre a vedere", "oltre ad aprire".
  const before = /^[aeiouhâàéèêîïôûù]/iu.test(act) ? `d'${act}` : `de ${act}`;
  const besides = /^a/iu.test(act) ? `ad ${act}` : `a ${act}`;
  // A clause behind a comma ends with one where the sentence goes on.
  return fill(language, name, { act, before, besides, done: act.includes(',') ? `${act},` : act });
}

function fill(language: OtherLanguage, name: string, fillings: Readonly<Record<string, string>>): Ask[] {
  return (wordings[language][name] ?? []).flatMap(({ ask, why }) => {
    const question = fillTemplate(ask, fillings);
    return question === null ? [] : [{ question, why }];
  });
}
