import { type Ask, fillTemplate, type QuestionTemplate } from '../template.ts';
import { dropSettled } from './contradictions.ts';
import type { EnglishRequest } from './english-request.ts';
import { readEnglish } from './read-request.ts';
import { findTaskTemplates } from './tasks.ts';
import data from './wordings.json' with { type: 'json' };

type Templates = readonly QuestionTemplate[];
const questions: Readonly<Record<string, Templates>> = data.questions;
const smallTalk: Readonly<Record<string, Templates>> = data['small talk'];

/** Questions from the shape of the request; null if it has none that is understood. */
export function askEnglish(line: string): Ask[] | null {
  const request = readEnglish(line);
  return request === null ? null : toAsks(request, line);
}

/** A question without its mark, which asks for a fact: a short answer can be enough. */
const asksFact =
  /^(?:what|when|where|who|whose|which|is|are|was|were|did|does|do i|do we|has|have|had|am|will(?! you)|how (?:much|many|long|often|far|old|big))\b(?!.*\b(?:should|how (?:do|to|can))\b)|\b(?:(?:is|are|was|for|at|by) (?:how (?:much|many|long)|what|when|where)|how (?:much|many|long))\b/iu;

/** The request as it was written, when its shape says too little; `quoted` is null if nothing of it can be seen. */
export function quoteInEnglish(quoted: string | null): Ask[] {
  const templates = asksFact.test(quoted ?? '') ? data.quoted.question : data.quoted.other;
  return fill(templates, { quoted: quoted === null ? 'your request' : `“${quoted}”` });
}

function toAsks(request: EnglishRequest, line: string): Ask[] {
  switch (request.shape) {
    case 'task':
      return fill(withSpares(findTaskTemplates(request.task), findTaskTemplates('as said'), line), {
        act: request.act,
        after: request.after,
      });
    case 'question':
      return fill(withSpares(questions[request.kind] ?? [], questions['as asked'] ?? [], line), {
        clause: request.clause,
      });
    case 'thing':
      return fill(data.thing, { thing: `“${request.thing}”` });
    case 'small talk':
      return fill(smallTalk[request.kind] ?? [], {});
    case 'how-to':
      return fill(data['how-to'], { do: request.do });
    case 'need':
      return fill(withSpares(data.need, [help], line), { thing: request.thing });
    case 'report':
    case 'problem':
    case 'complaint':
      return fill(data[request.shape], { clause: request.clause });
    default:
      return fill(data[request.shape], { thing: request.thing });
  }
}

/** For a need that says itself that it is urgent. */
const help: QuestionTemplate = { ask: 'get help with {thing}', why: 'more than an answer may be needed' };

/** Three templates at least: where the request excludes some, others that fit anything stand in for them. */
const withSpares = (templates: Templates, spares: Templates, line: string): Templates => {
  const fitting = dropSettled(templates, line);
  if (fitting.length === templates.length) return fitting;
  const [first, ...more] = spares;
  const order =
    fitting[0] === templates[0] || first === undefined
      ? [...fitting, ...spares]
      : [first, ...fitting, ...more];
  return order.slice(0, 3);
};

function fill(templates: Templates, fillings: Readonly<Record<string, string>>): Ask[] {
  return templates.flatMap(({ ask, why }) => {
    const filled = fillTemplate(ask, fillings);
    const to = ask.startsWith('{act}') ? '' : 'to ';
    return filled === null ? [] : [{ question: `Do you want ${to}${filled}?`, why }];
  });
}
