import { memoize } from '@learning-loop/async/memoize';
import { findTechnologies } from '../text/technologies.ts';
import { fittingTools, type Intent, type Topic, toolsFor } from './catalogue.ts';
import { bare, withArticle, withThe } from './noun-phrase.ts';
import { isProblem, mainPhrase, type ParsedRequest, parseRequest, quoted } from './parse-request.ts';

/** What fills the gaps of asks, by name; asks with a gap that has no filling are left out. */
export type Slots = Record<string, string>;

export interface UserTerms {
  goals: string[];
  preferences: string[];
}

/** The fillings for what was understood of a text, by what is known of the user. */
export function fillSlots(text: string, understood: ParsedRequest, known: UserTerms): Slots {
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

function nouns(object: string, thing: Topic | null, related: string | null): Slots {
  const called = bare(calledBy(object, thing));
  const the = related !== null && !thing?.aspect ? `the ${related}` : withThe(calledBy(object, thing));
  return {
    new: withArticle(called),
    minimal: withArticle(`minimal ${called}`),
    simple: withArticle(`short and simple ${called}`),
    the,
    problem: isProblem(mainPhrase(object)) ? the : `the problem with ${the}`,
    topic: /^(?:my|our)\s/iu.test(object) ? the : called,
  };
}

/** A thing by its label where the text gives only a short name for it: "api" is a REST API. */
function calledBy(object: string, thing: Topic | null): string {
  const core = mainPhrase(object);
  const short = thing?.names.includes(core.toLowerCase()) === true && core.length < thing.label.length;
  return thing !== null && short ? object.replace(core, thing.label) : object;
}

/** What to do it with: nothing, where the text says so itself. */
function means({ object, thing, intent }: ParsedRequest, preferences: string[]): Slots {
  if (findTechnologies(object ?? '').length > 0 || / (?:with|using) /iu.test(object ?? ''))
    return { with: '' };
  const liked = likedTools(intent, thing, preferences);
  const tools = liked.length > 0 ? liked.join(' and ') : usualTools(intent, thing);
  const other =
    thing === null
      ? {}
      : { other: thing.mass ? thing.other : withArticle(thing.other), otherTools: thing.otherTools };
  return { with: tools === null ? '' : ` with ${tools}`, ...other };
}

const makes = (intent: Intent | null) => intent === null || intent.name === 'build' || intent.name === 'add';

function usualTools(intent: Intent | null, thing: Topic | null): string | null {
  if (makes(intent)) return thing?.tools ?? null;
  return intent === null ? null : toolsFor(intent);
}

const mostLiked = 2;

/** What the user likes of the kinds that fit: as they said it for what is made, by name for what is done with it. */
function likedTools(intent: Intent | null, thing: Topic | null, preferences: string[]): string[] {
  const fits = new Set(
    makes(intent) && thing !== null ? thing.fits : intent === null ? [] : fittingTools(intent),
  );
  const liked = preferences
    .flatMap((preference) => preference.replace(/^Prefers:\s*/u, '').split(', '))
    .flatMap((item) => {
      const fitting = findTechnologies(`with ${item}`).filter(({ slot }) => slot !== null && fits.has(slot));
      return fitting.length === 0 ? [] : makes(intent) ? [item] : fitting.map(({ name }) => name);
    });
  return [...new Map(liked.map((item) => [item.toLowerCase(), item])).values()].slice(0, mostLiked);
}

/** Remembered: a user's goals come again with every request. */
const understoodGoal = memoize(parseRequest, 10_000);

/** What an earlier goal was about, by name, when the text is about the same thing, or about a part of one. */
function relatedThing(understood: ParsedRequest, goals: string[]): string | null {
  if (understood.intent?.kind !== 'existing' && !understood.thing?.aspect) return null;
  for (const goal of goals) {
    const { object, thing } = understoodGoal(goal);
    if (object === null || thing === null || thing.aspect) continue;
    const same =
      understood.thing === thing || understood.object?.toLowerCase() === mainPhrase(object).toLowerCase();
    if ((same && understood.intent?.kind === 'existing') || understood.thing?.aspect)
      return mainPhrase(object);
  }
  return null;
}
