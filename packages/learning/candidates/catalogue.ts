import data from './catalogue.json' with { type: 'json' };

/** What can be asked: "Do you want to {ask}?" and why one may want it. */
export interface QuestionTemplate {
  ask: string;
  why: string;
}

/** What someone wants to do. `new`: what they name does not exist yet; `existing`: it does; `topic`: it is a subject. */
export interface Intent {
  name: string;
  kind: 'new' | 'existing' | 'topic';
  asks: QuestionTemplate[];
}

/** What someone works on. */
export interface Topic {
  names: string[];
  label: string;
  /** Taken without an article, as "authentication" is. */
  mass?: boolean;
  /** Belongs to something else, as authentication belongs to an application. */
  aspect?: boolean;
  other: string;
  tools: string;
  otherTools: string;
  /** Slots of technologies that go with it. */
  fits: string[];
  asks: Record<string, string[]>;
}

const kinds = { new: 'new', existing: 'existing', topic: 'topic' } as const;
const kindOf = (kind: string) => (kind === 'new' || kind === 'existing' ? kinds[kind] : kinds.topic);

const intentsByVerb = new Map<string, Intent>(
  data.intents.flatMap(({ verbs, name, kind, asks }) =>
    verbs.map((verb) => [verb, { name, kind: kindOf(kind), asks }] as const),
  ),
);
const thingsByName = new Map<string, Topic>(
  (data.things as Topic[]).flatMap((thing) => thing.names.map((name) => [name, thing] as const)),
);
const toolsByIntent = new Map<string, string>(Object.entries(data.toolsByIntent));
const fitsByIntent = new Map<string, string[]>(Object.entries(data.fitsByIntent));

export const generalTemplates: readonly QuestionTemplate[] = data.general;
export const commandTemplates: readonly QuestionTemplate[] = data.doing;
export const quotingTemplates: readonly QuestionTemplate[] = data.quoted;

/** The intent that a verb, by its lemma, names. */
export function findIntent(verb: string): Intent | null {
  return intentsByVerb.get(verb) ?? null;
}

/** The thing that a phrase names by its end: "internal admin api" is an API. */
export function findTopic(phrase: string): Topic | null {
  const words = phrase.toLowerCase().split(' ');
  for (let from = 0; from < words.length; from += 1) {
    const thing = thingsByName.get(words.slice(from).join(' '));
    if (thing !== undefined) return thing;
  }
  return null;
}

export function toolsFor(intent: Intent): string | null {
  return toolsByIntent.get(intent.name) ?? null;
}

/** Slots of technologies that go with an intent. */
export function fittingTools(intent: Intent): readonly string[] {
  return fitsByIntent.get(intent.name) ?? [];
}
