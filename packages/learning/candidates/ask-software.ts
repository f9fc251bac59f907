import { findIntent, type Intent, type Topic } from './catalogue.ts';
import { isSoftware, mayBeSoftware } from './is-software.ts';
import { type ParsedRequest, parseRequest } from './parse-request.ts';
import { fillSlots, type UserTerms } from './slots.ts';
import { type Ask, fillTemplate, type QuestionTemplate } from './template.ts';

/** Questions from the catalogue of software work; null for a request that is about something else. */
export function askSoftware(line: string, { goals, preferences }: UserTerms): Ask[] | null {
  if (!mayBeSoftware(line)) return null;
  const parsed = parseRequest(line);
  if (!isSoftware(line, parsed, goals)) return null;
  const slots = fillSlots(parsed, { goals, preferences });
  return selectTemplates(parsed).flatMap(({ ask, why }) => {
    const filled = fillTemplate(ask, slots);
    return filled === null ? [] : [{ question: `Do you want to ${filled}?`, why }];
  });
}

function selectTemplates({ intent, topic }: ParsedRequest): readonly QuestionTemplate[] {
  const assumed = intent ?? (topic === null ? null : findIntent(topic.aspect ? 'add' : 'build'));
  return assumed === null ? [] : selectIntentTemplates(assumed, topic);
}

/** Templates special to the topic come first, except after the plain one of a `new` intent. */
function selectIntentTemplates({ name, kind, asks }: Intent, topic: Topic | null): QuestionTemplate[] {
  const special = (topic?.asks[name] ?? []).map((ask) => ({ ask, why: 'often wanted for this' }));
  return kind === 'new' ? [...asks.slice(0, 1), ...special, ...asks.slice(1)] : [...special, ...asks];
}
