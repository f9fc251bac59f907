import { stopWords } from './text/stop-words.ts';
import { words } from './text/words.ts';

const opening =
  /^\s*(?:do you (?:want|need|wish|plan) to|would you like to|are you trying to|should we)\s+/iu;
const intent =
  /\b(?:want to|need to|build|create|implement|deploy|design|write|make|add|set up|fix|test|learn)\b/iu;

/** The goal that a selected question names, without its opening; null when it names no intent. */
export function extractGoal(question: string, _inputText: string): { content: string } | null {
  if (!intent.test(question)) return null;
  const content = question
    .replace(opening, '')
    .replace(/[?.!\s]+$/u, '')
    .trim();
  return content === '' ? null : { content };
}

/** What the selected question says is liked or used; `slot` names what a newer preference would replace. */
export function extractPreferences(
  question: string,
  _inputText: string,
): { content: string; slot: string | null }[] {
  const match = /\b(?:using|with|prefer|prefers)\s+([^?.!]+)/iu.exec(question);
  const items = match?.[1]
    ?.split(/,|\band\b/u)
    .map((item) => item.trim())
    .filter((item) => /^[A-Z]/u.test(item));
  return items === undefined || items.length === 0
    ? []
    : [{ content: `Prefers: ${items.join(', ')}`, slot: null }];
}

/** A key under which contents of the same meaning meet: their lemmas, in order of the alphabet. */
export function memoryKey(content: string): string {
  const lemmas = words(content)
    .filter((word) => !stopWords.has(word.lower))
    .map((word) => word.lemma);
  return [...new Set(lemmas)].sort().join(' ');
}
