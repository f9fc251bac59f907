import data from './catalogue.json' with { type: 'json' };

import type { QuestionTemplate } from './template.ts';

/** `new`: the object does not exist yet; `existing`: it does; `topic`: it is a subject. */
export interface Intent {
  name: string;
  kind: 'new' | 'existing' | 'topic';
  asks: QuestionTemplate[];
}

export interface Topic {
  names: string[];
  label: string;
  /** A mass noun, which takes no article: "authentication". */
  mass?: boolean;
  /** Part of something else, as authentication is part of an application. */
  aspect?: boolean;
  other: string;
  tools: string;
  otherTools: string;
  fits: string[];
  asks: Record<string, string[]>;
}

const toKind = (kind: string): Intent['kind'] => (kind === 'new' || kind === 'existing' ? kind : 'topic');

const intentsByVerb = new Map<string, Intent>(
  data.intents.flatMap(({ verbs, name, kind, asks }) =>
    verbs.map((verb) => [verb, { name, kind: toKind(kind), asks }] as const),
  ),
);
const topicsByName = new Map<string, Topic>(
  (data.things as Topic[]).flatMap((topic) => topic.names.map((name) => [name, topic] as const)),
);
const toolsByIntent = new Map<string, string>(Object.entries(data.toolsByIntent));
const fitsByIntent = new Map<string, string[]>(Object.entries(data.fitsByIntent));

export const topicNames: readonly string[] = [...topicsByName.keys()];

export function findIntent(lemma: string): Intent | null {
  return intentsByVerb.get(lemma) ?? null;
}

/** The longest known name at the end of the phrase: "internal admin api" is an API. */
export function findTopic(phrase: string): Topic | null {
  const words = phrase.toLowerCase().split(' ');
  for (let from = 0; from < words.length; from += 1) {
    const topic = topicsByName.get(words.slice(from).join(' '));
    if (topic !== undefined) return topic;
  }
  return null;
}

export function findUsualTools(intent: Intent): string | null {
  return toolsByIntent.get(intent.name) ?? null;
}

export function findFittingSlots(intent: Intent): readonly string[] {
  return fitsByIntent.get(intent.name) ?? [];
}
