import { memoize } from '@learning-loop/async/memoize';
import { findTechnologies } from '../text/technologies.ts';
import { findFittingSlots, findUsualTools, type Intent, type Topic } from './catalogue.ts';
import { addArticle, addThe, stripDeterminer } from './noun-phrase.ts';
import { isProblem, type ParsedRequest, parseRequest, toMainPhrase } from './parse-request.ts';

/** Fillings of template gaps by name. A template with a gap that has no filling is dropped. */
export type Slots = Record<string, string>;

export interface UserTerms {
  goals: string[];
  preferences: string[];
}

export function fillSlots(request: ParsedRequest, user: UserTerms): Slots {
  const related = findRelatedObject(request, user.goals);
  const slots = { target: related === null ? 'your application' : `the ${related}` };
  if (request.object === null) return slots;
  return {
    ...slots,
    ...fillNouns(request.object, request.topic, related),
    ...fillTools(request, user.preferences),
  };
}

function fillNouns(object: string, topic: Topic | null, related: string | null): Slots {
  const full = expandShortName(object, topic);
  const noun = stripDeterminer(full);
  const the = related !== null && !topic?.aspect ? `the ${related}` : addThe(full);
  return {
    new: addArticle(noun),
    minimal: addArticle(`minimal ${noun}`),
    simple: addArticle(`short and simple ${noun}`),
    the,
    problem: isProblem(toMainPhrase(object)) ? the : `the problem with ${the}`,
    topic: /^(?:my|our)\s/iu.test(object) ? the : noun,
  };
}

/** Uses the topic's label where the text has only a short name: "api" is a REST API. */
function expandShortName(object: string, topic: Topic | null): string {
  const core = toMainPhrase(object);
  const short = topic?.names.includes(core.toLowerCase()) === true && core.length < topic.label.length;
  return topic !== null && short ? object.replace(core, topic.label) : object;
}

function fillTools({ object, topic, intent }: ParsedRequest, preferences: string[]): Slots {
  if (findTechnologies(object ?? '').length > 0 || / (?:with|using) /iu.test(object ?? ''))
    return { with: '' };
  const preferred = findPreferredTools(intent, topic, preferences);
  const tools = preferred.length > 0 ? preferred.join(' and ') : usualTools(intent, topic);
  const other =
    topic === null
      ? {}
      : { other: topic.mass ? topic.other : addArticle(topic.other), otherTools: topic.otherTools };
  return { with: tools === null ? '' : ` with ${tools}`, ...other };
}

const isCreative = (intent: Intent | null) =>
  intent === null || intent.name === 'build' || intent.name === 'add';

function usualTools(intent: Intent | null, topic: Topic | null): string | null {
  if (isCreative(intent)) return topic?.tools ?? null;
  return intent === null ? null : findUsualTools(intent);
}

const maxPreferredTools = 2;

/** Preferred tools of a fitting slot: in the user's words for what is built, else by canonical name. */
function findPreferredTools(intent: Intent | null, topic: Topic | null, preferences: string[]): string[] {
  const fits = new Set(
    isCreative(intent) && topic !== null ? topic.fits : intent === null ? [] : findFittingSlots(intent),
  );
  const tools = preferences
    .flatMap((preference) => preference.replace(/^Prefers:\s*/u, '').split(', '))
    .flatMap((item) => {
      const fitting = findTechnologies(`with ${item}`).filter(({ slot }) => slot !== null && fits.has(slot));
      return fitting.length === 0 ? [] : isCreative(intent) ? [item] : fitting.map(({ name }) => name);
    });
  return [...new Map(tools.map((item) => [item.toLowerCase(), item])).values()].slice(0, maxPreferredTools);
}

const parseGoal = memoize(parseRequest, 10_000);

/** The object of an earlier goal, when the request is about the same thing or an aspect of one. */
function findRelatedObject(request: ParsedRequest, goals: string[]): string | null {
  if (request.intent?.kind !== 'existing' && !request.topic?.aspect) return null;
  for (const goal of goals) {
    const { object, topic } = parseGoal(goal);
    if (object === null || topic === null || topic.aspect) continue;
    const same =
      request.topic === topic || request.object?.toLowerCase() === toMainPhrase(object).toLowerCase();
    if ((same && request.intent?.kind === 'existing') || request.topic?.aspect) return toMainPhrase(object);
  }
  return null;
}
