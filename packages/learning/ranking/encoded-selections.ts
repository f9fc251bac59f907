import { joined } from '../text/hash.ts';
import { type Subject, type TextVector, vectorOf } from '../text/text-vector.ts';
import { directionOf } from '../text/vector.ts';
import type { PastChoice } from './past-selection.ts';
import { themeOf } from './ranking-context.ts';

/** A past choice as the ranker compares it. */
export interface RememberedChoice {
  theme: Subject;
  /** Null when all were rejected. */
  chosen: TextVector | null;
  rejected: TextVector[];
  /** From the middle of what was shown to what was chosen; null when nothing was. */
  towards: Float32Array | null;
}

interface Entry {
  /** The request's text, and those shown. */
  texts: TextVector[];
  pick: number;
  choice: RememberedChoice;
}

/** What was made ready of choices that are kept: nothing of their texts is looked at again. */
const kept = new WeakMap<PastChoice, RememberedChoice>();

/** The same for choices that the caller keeps and brings again, as those of a tenant. */
export function keptChoice(choice: PastChoice): RememberedChoice {
  const known = kept.get(choice);
  if (known !== undefined) return known;
  const made = rememberedChoice(choice);
  kept.set(choice, made);
  return made;
}

/** At about 3 KB each. */
const most = 8_000;
let young = new Map<number, Entry>();
let old = new Map<number, Entry>();

/**
 * The choice made ready, from memory where it was met before: by its texts, since it is read anew for every request.
 * The hash finds the entry; the texts themselves tell whether it is the one.
 */
export function rememberedChoice(choice: PastChoice): RememberedChoice {
  const texts = [choice.input_text, ...choice.shown.map(({ question }) => question)].map(vectorOf);
  const pick = choice.shown.findIndex(({ chosen }) => chosen);
  const key = texts.reduce((hash, { serial }) => joined(hash, serial), pick);
  const found = young.get(key) ?? old.get(key);
  const entry = found !== undefined && isOf(found, texts, pick) ? found : made(choice, texts, pick);
  if (young.size >= most) {
    old = young;
    young = new Map();
  }
  young.set(key, entry);
  return entry.choice;
}

function isOf(entry: Entry, texts: TextVector[], pick: number): boolean {
  if (entry.pick !== pick || entry.texts.length !== texts.length) return false;
  return texts.every((text, i) => entry.texts[i] === text);
}

function made({ input_text, shown }: PastChoice, texts: TextVector[], pick: number): Entry {
  const theme = heaviest(
    themeOf(
      input_text,
      shown.map(({ question }) => question),
    ),
  );
  const options = texts.slice(1);
  const chosen = options[pick] ?? null;
  const rejected = options.filter((_, i) => i !== pick);
  const towards =
    chosen === null
      ? null
      : directionOf(
          chosen.meaning,
          options.map((option) => option.meaning),
        );
  return { texts, pick, choice: { theme, chosen, rejected, towards } };
}

/** So many of a theme's words and pieces are compared; the lighter ones hardly tell. */
const mostKeys = 64;

function heaviest({ keys, weights, meaning }: Subject): Subject {
  const least = weights.toSorted().at(-mostKeys) ?? 0;
  const heavy = weights.map((weight) => (weight >= least ? 1 : 0));
  return {
    keys: keys.filter((_, i) => heavy[i] === 1),
    weights: weights.filter((_, i) => heavy[i] === 1),
    meaning,
  };
}
