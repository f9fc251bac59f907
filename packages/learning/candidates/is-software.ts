import { findTechnologies, lookUpTechnology } from '../text/technologies.ts';
import { type Topic, topicNames } from './catalogue.ts';
import { type ParsedRequest, parseRequest, toMainPhrase } from './parse-request.ts';

/** Names of topics that mean something else outside of software: a service, a game, a search. */
const everydayNames = new Set(
  `app apps application service services site portfolio homepage assistant bot dashboard pipeline cluster tests testing
  monitoring payment payments checkout billing search notification notifications documentation docs script library package
  game blog shop email e-mail mail login signup sign-up query queries ui`.split(/\s+/u),
);
/** Of these, one that is built is software. */
const builtNames = new Set(
  `app apps application site portfolio homepage bot dashboard pipeline cluster script library package blog shop service
  services ui query queries game login signup sign-up search notifications payments tests`.split(/\s+/u),
);
const buildingVerb =
  /\b(?:build|create|develop|implement|code|program|scaffold|prototype|deploy|refactor|debug|host|launch|set ?up|unit-test|containerize|optimi[sz]e|speed up|design|tests? for)\b/iu;
const developerIntents = new Set(['refactor', 'deploy']);
const developerVerb = /\b(?:refactor|deploy|debug|containerize|dockerize|roll out|provision|unit-test)\b/iu;
const developerWord =
  /\b(?:bugs?|exceptions?|memory leaks?|deadlocks?|race conditions?|segfaults?|stack traces?|merge conflicts?|regressions?|source code|codebase|unit tests?|backend|webhooks?|k8s|compiler|parser|linter|rate limiting|slow (?:query|queries)|user service)\b/iu;
/** Slots of tools that people use who do not make software. */
const everydaySlots = new Set([
  'spreadsheets',
  'operating system',
  'mobile platform',
  'hardware',
  'payments',
  'telephony',
  'mail',
  'chat',
  'wiki',
  'issue tracker',
  'design tool',
  'file storage',
  'shop',
  'document format',
  'mail client',
  'content management',
]);
const topicWords = new Set(topicNames.flatMap((name) => name.split(' ')));
const askingIntents = new Set(['compare', 'learn', 'test', 'debug', 'fix', 'secure', 'optimise', 'review']);
const question = /^\s*(?:what|who|whom|which|where|when|why|is|are|am|was|were|do|does|did|has|have)\b/iu;

/** Whether it is worth to parse the text: a quick look that finds all that `isSoftware` may accept. */
export function mayBeSoftware(text: string): boolean {
  if (question.test(text)) return false;
  if (developerVerb.test(text) || developerWord.test(text)) return true;
  const words = text.toLowerCase().match(/[\p{L}\p{N}/-]+/gu) ?? [];
  return words.some((word) => topicWords.has(word)) || findTechnologies(text).length > 0;
}

/** The catalogue answers only those who make software; the use of software is an everyday matter. */
export function isSoftware(text: string, request: ParsedRequest, goals: readonly string[]): boolean {
  const { object, intent, topic } = request;
  if (object === null) return false;
  if (developerVerb.test(text) || developerWord.test(object)) return true;
  if (intent !== null && developerIntents.has(intent.name)) return topic !== null;
  if (topic !== null) return isSoftwareTopic(topic, object, text, goals);
  return intent !== null && askingIntents.has(intent.name) && namesDeveloperTool(object);
}

function isSoftwareTopic(topic: Topic, object: string, text: string, goals: readonly string[]): boolean {
  const name = findName(topic, object);
  if (!everydayNames.has(name)) return true;
  if (namesDeveloperTool(object)) return true;
  if (builtNames.has(name) && buildingVerb.test(text)) return true;
  return toMainPhrase(object).toLowerCase() === name && goals.some(isSoftwareGoal);
}

/** The longest of the topic's names that the phrase ends with. */
function findName(topic: Topic, object: string): string {
  const phrase = toMainPhrase(object).toLowerCase();
  const names = topic.names.filter((name) => phrase === name || phrase.endsWith(` ${name}`));
  return names.sort((a, b) => b.length - a.length)[0] ?? '';
}

function namesDeveloperTool(object: string): boolean {
  return findTechnologies(object).some(({ name, slot, start, end }) => {
    const known = lookUpTechnology(name);
    return known !== null && slot !== null && !everydaySlots.has(slot) && end > start;
  });
}

function isSoftwareGoal(goal: string): boolean {
  const parsed = parseRequest(goal);
  return parsed.topic !== null && !everydayNames.has(findName(parsed.topic, parsed.object ?? ''));
}
