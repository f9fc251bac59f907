import { jsonrepair } from 'jsonrepair';

/** The ends of thoughts, as models and their servers write them. */
const thoughtEnds =
  /<\/(?:think|thinking|thoughts?|reasoning|seed:think)>|\[\/THINK\]|◁\/think▷|<\|end_of_thought\|>|<\|channel\|>final<\|message\|>/giu;
const thoughtStart =
  /^\s*(?:<(?:think|thinking|thoughts?|reasoning|seed:think)>|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|channel\|>analysis)/iu;

/** What follows the thoughts, whether or not a tag opens them; nothing where they have no end. */
export function cutThoughts(text: string): { answer: string; thought: boolean } {
  if (/^\s*[{[]/u.test(text) && !/^\s*\[THINK\]/iu.test(text)) return { answer: text, thought: false };
  const end = [...text.matchAll(thoughtEnds)].at(-1);
  if (end) return { answer: text.slice(end.index + end[0].length), thought: true };
  return thoughtStart.test(text) ? { answer: '', thought: true } : { answer: text, thought: false };
}

/** Prose may hold any number of brackets, and a hostile answer any depth of them. */
const maxStarts = 20;
const maxRepaired = 16_000;

/**
 * The JSON documents in a text, in their order: among prose, in fences, with faults that are easily mended, and cut off
 * at the end, then followed by its parts. A string that was cut off is left out.
 */
export function findJson(text: string): unknown[] {
  const whole = parse(text.trim());
  if (typeof whole === 'object' && whole !== null) return [whole];
  if (typeof whole === 'string' && whole !== text.trim()) return findJson(whole);
  const found: unknown[] = [];
  let starts = 0;
  for (let at = 0; at < text.length && starts < maxStarts; at += 1) {
    const character = text[at];
    if (character !== '{' && character !== '[') continue;
    starts += 1;
    const { end, lastQuote } = findEnd(text, at);
    const document = text.slice(at, end ?? lastQuote ?? text.length);
    const value = parse(document) ?? repair(document);
    if (typeof value !== 'object' || value === null) continue;
    found.push(value);
    if (end !== null) at = end - 1;
  }
  return found;
}

/** Behind the last bracket; null where the document is cut off, then with the quote that opened its last string. */
function findEnd(text: string, start: number): { end: number | null; lastQuote: number | null } {
  let depth = 0;
  let quote: number | null = null;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (quote !== null) {
      if (character === '\\') at += 1;
      else if (character === '"') quote = null;
    } else if (character === '"') quote = at;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return { end: at + 1, lastQuote: null };
    }
  }
  return { end: null, lastQuote: quote };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function repair(text: string): unknown {
  if (text.length > maxRepaired) return undefined;
  try {
    return JSON.parse(jsonrepair(text));
  } catch {
    return undefined;
  }
}
