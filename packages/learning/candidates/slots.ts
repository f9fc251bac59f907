import { memoize } from '@learning-loop/async/memoize';
import { technologiesIn } from '../text/technologies.ts';
import { fitsOf, type Intent, type Thing, toolsFor } from './catalogue.ts';
import { bare, withArticle, withThe } from './noun-phrase.ts';
import { coreOf, isProblem, quoted, type Understood, understand } from './parse-request.ts';

/** What fills the gaps of asks, by name; asks with a gap that has no filling are left out. */
export type Slots = Record<string, string>;

export interface Known {
  goals: string[];
  preferences: string[];
}

/** The fillings for what was understood of a text, by what is known of the user. */
export function slotsFor(text: string, understood: Understood, known: Known): Slots {
  const related = relatedThing(understood, known.goals);
  const slots = {
    quoted: quoted(text),
    target: related === null ? 'your application' : `the ${related}`,
    ...(understood.doing === null ? {} : { do: understood.doing }),
  };
  if (understood.object === null) return slots;
  return {
    ...slots,
    ...nouns(understood.object, understood.thing, related),
    ...means(understood, known.preferences),
  };
}

function nouns(object: string, thing: Thing | null, related: string | null): Slots {
  const called = bare(calledBy(object, thing));
  const the = related !== null && !thing?.aspect ? `the ${related}` : withThe(calledBy(object, thing));
  return {
    new: withArticle(called),
    minimal: withArticle(`minimal ${called}`),
    simple: withArticle(`short and simple ${called}`),
    the,
    problem: isProblem(coreOf(object)) ? the : `the problem with ${the}`,
    topic: /^(?:my|our)\s/iu.test(object) ? the : called,
  };
}

/** A thing by its label where the text gives only a short name for it: "api" is a REST API. */
function calledBy(object: string, thing: Thing | null): string {
  const core = coreOf(object);
  const short = thing?.names.includes(core.toLowerCase()) === true && core.length < thing.label.length;
  return thing !== null && short ? object.replace(core, thing.label) : object;
}

/** What to do it with: nothing, where the text says so itself. */
function means({ object, thing, intent }: Understood, preferences: string[]): Slots {
  if (technologiesIn(object ?? '').length > 0 || / (?:with|using) /iu.test(object ?? '')) return { with: '' };
  const liked = likedTools(intent, thing, preferences);
  const tools = liked.length > 0 ? liked.join(' and ') : usualTools(intent, thing);
  const other =
    thing === null
      ? {}
      : { other: thing.mass ? thing.other : withArticle(thing.other), otherTools: thing.otherTools };
  return { with: tools === null ? '' : ` with ${tools}`, ...other };
}

const makes = (intent: Intent | null) => intent === null || intent.name === 'build' || intent.name === 'add';

function usualTools(intent: Intent | null, thing: Thing | null): string | null {
  if (makes(intent)) return thing?.tools ?? null;
  return intent === null ? null : toolsFor(intent);
}

const mostLiked = 2;

/** What the user likes of the kinds that fit: as they said it for what is made, by name for what is done with it. */
function likedTools(intent: Intent | null, thing: Thing | null, preferences: string[]): string[] {
  const fits = new Set(makes(intent) && thing !== null ? thing.fits : intent === null ? [] : fitsOf(intent));
  const liked = preferences
    .flatMap((preference) => preference.replace(/^Prefers:\s*/u, '').split(', '))
    .flatMap((item) => {
      const fitting = technologiesIn(`with ${item}`).filter(({ slot }) => slot !== null && fits.has(slot));
      return fitting.length === 0 ? [] : makes(intent) ? [item] : fitting.map(({ name }) => name);
    });
  return [...new Map(liked.map((item) => [item.toLowerCase(), item])).values()].slice(0, mostLiked);
}

/** Remembered: a user's goals come again with every request. */
const understoodGoal = memoize(understand, 10_000);

/** What an earlier goal was about, by name, when the text is about the same thing, or about a part of one. */
function relatedThing(understood: Understood, goals: string[]): string | null {
  if (understood.intent?.kind !== 'existing' && !understood.thing?.aspect) return null;
  for (const goal of goals) {
    const { object, thing } = understoodGoal(goal);
    if (object === null || thing === null || thing.aspect) continue;
    const same =
      understood.thing === thing || understood.object?.toLowerCase() === coreOf(object).toLowerCase();
    if ((same && understood.intent?.kind === 'existing') || understood.thing?.aspect) return coreOf(object);
  }
  return null;
}
