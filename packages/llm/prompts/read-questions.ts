import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Said } from './prompt.ts';

/** Names under which models put one question, and several. */
const one = ['question', 'hypothesis', 'text', 'title', 'content'];
const several = ['questions', 'hypotheses', 'candidates', 'options', 'items', 'results'];
/** Words of a schema that was sent back instead of an answer, or with it. */
const ofSchema = new Set(['description', 'type', 'required', '$schema', 'title', 'examples', 'example']);
const maxDepth = 6;
const maxQuestions = 20;

const Fields = Type.Record(Type.String(), Type.Unknown());

/** The questions in an answer, in its order, wherever they stand; of an answer without JSON, the lines that ask. */
export function readQuestions({ values, text }: Said): string[] {
  for (const value of values) {
    const questions = collect(value, 0);
    if (questions.length > 0) return questions.slice(0, maxQuestions);
  }
  const isOther = values.some((value) => typeof value === 'object' && value !== null);
  return isOther ? [] : readLines(text).slice(0, maxQuestions);
}

function collect(value: unknown, depth: number): string[] {
  if (depth > maxDepth) return [];
  if (Array.isArray(value)) return value.flatMap((item) => toQuestion(item) ?? collect(item, depth + 1));
  if (!Value.Check(Fields, value)) return [];
  for (const name of several) {
    const questions = name in value ? collect(value[name], depth + 1) : [];
    if (questions.length > 0) return questions;
  }
  const numbered = Object.entries(value).flatMap(([name, item]) =>
    /^(?:question|hypothesis|q|h)?_?\d+$/iu.test(name) ? (toQuestion(item) ?? []) : [],
  );
  if (numbered.length > 0) return numbered;
  const single = toQuestion(value);
  if (single !== null) return [single];
  return Object.entries(value).flatMap(([name, item]) =>
    ofSchema.has(name) || typeof item === 'string' ? [] : collect(item, depth + 1),
  );
}

function toQuestion(item: unknown): string | null {
  if (typeof item === 'string') return item.trim() === '' ? null : item;
  if (!Value.Check(Fields, item)) return null;
  for (const name of one) {
    const value = item[name];
    if (typeof value === 'string' && value.trim() !== '' && item['type'] !== 'object') return value;
  }
  return null;
}

const mark = /^[\s>*•–-]*(?:\d+\s*[.):]|[a-z][.)])?\s*/iu;
const asks = /[?？؟]["'”»*_`\s]*$/u;

const readLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(mark, '').replaceAll(/^["'“«*_`]+|["'”»*_`,]+$/gu, ''))
    .filter((line) => asks.test(line));
