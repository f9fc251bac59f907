import type { QuestionTemplate } from '../template.ts';
import data from './tasks.json' with { type: 'json' };

interface Task {
  name: string;
  verbs: string[];
  /** Nouns that decide whatever the verb is: "set an alarm" is no change of a setting. */
  objects?: string[];
  asks: QuestionTemplate[];
}

const tasks: readonly Task[] = data.tasks;
const byVerb = new Map(tasks.flatMap(({ name, verbs }) => verbs.map((verb) => [verb, name] as const)));
const byObject = new Map(
  tasks.flatMap(({ name, objects = [] }) => objects.map((object) => [object, name] as const)),
);
const asksByTask = new Map(tasks.map(({ name, asks }) => [name, asks]));

/** These say little about what is done: their object tells more. */
const lightVerb =
  /^(?:set|make|create|start|prepare|give|place|have|get|need|turn|generate|design|do|move|send|call|take|use|roll|flip|toss|throw)$/u;

/** Words that stand behind the head of a noun phrase. */
const behindHead = /^(?:to|for|of|that|which|with|on|in|at|from|about|and|by)$/u;

const writing = /\b(?:text|tone|response|sentence|paragraph|wording|title|caption|email)\b/u;

const music =
  /\b(?:songs?|music|jazz|rock|pop|playlist|album|radio|tracks?|podcasts?|shows?|movies?|films?|tunes?)\b/u;

/** "remind me of the date": what is to be told now, not later. */
const knownAlready =
  /^(?:me|us) (?:of|what|how|who|where|why|again)\b(?!.*\b(?:at|on|in|before|tomorrow|tonight|every|when)\b)/u;

/** One value: it has no part that matters most, and no details. */
const value =
  /^(?:me |us |up |for )*(?:the |my |our |this )?(?:\S+ ){0,4}?(?:scores?|balances?|dates?|time|total|amount|limit|rate|number|name|status|code|price|cost|fee|address|definition|pronunciation|spelling|meaning|password|pin|mileage|pressure|level|temperature|day off)(?: (?:of|for|on|in|at|to|from|from|that)\b.*)?$/u;
/** A figure of a payment: "payment total", "payment date". */
const payment = /^(?:total|amount|date|due|plan|history|method|status|balance|limit|rate|schedule)s?$/u;
/** "design a table": nobody books it. */
const drawn = /^(?:make|create|generate|design|use)$/u;
/** What may be longer or shorter. */
const textual =
  /\b(?:essays?|letters?|e-?mails?|stor(?:y|ies)|poems?|articles?|paragraphs?|posts?|descriptions?|reviews?|summar(?:y|ies)|reports?|speech(?:es)?|blogs?|introductions?|messages?|texts?|biograph(?:y|ies)|bios?|scripts?|dialogues?|conversations?|announcements?|proposals?|conclusions?|responses?|memos?|instructions|songs?|plans?|statements?|guides?|recipes?|notes?)\b/u;

/** Where an assistant or a device goes. */
const setting = /\b(?:settings?|mode|default|voice|next|previous|song|track|page|screen|channel|menu)\b/u;

/** "see my balance" has no details to choose from; "see my bills" has. */
export const toShow = (rest: string) => (value.test(rest) ? 'value' : 'show');

/** Of what is one's own, there is one; of what has "the", there is one but it may be long. */
function findKindOfSearch(rest: string): string {
  if (/^(?:up |for )?(?:my|this|our) /u.test(rest)) return value.test(rest) ? 'value' : 'other';
  return /^(?:up |for )?the /u.test(rest) ? toShow(rest) : 'find';
}

/** The name of the kind of task: "set an alarm" is a signal; `other` if neither verb nor object is known. */
export function findTask(verb: string, rest: string): string {
  if (verb === 'call' && /^off(?: |$)/u.test(rest)) return 'cancel';
  if (verb === 'remind' && knownAlready.test(rest)) return 'tell';
  if (/^(?:turn|switch|shut)$/u.test(verb) && /(?:^| )off(?: |$)/u.test(rest)) return 'switch off';
  if (/^(?:tell|inform|let|ask)$/u.test(verb)) return /^(?:me|us)\b/u.test(rest) ? 'tell' : 'send';
  if (lightVerb.test(verb)) {
    const words = rest.split(' ');
    for (const [at, word] of words.entries()) {
      if (behindHead.test(word)) break;
      const task = byObject.get(word);
      if (task === 'write' && /^(?:the|my|our|this|these) /u.test(rest)) continue;
      if (task === 'pay' && (/^(?:get|give|need|have)$/u.test(verb) || payment.test(words[at + 1] ?? '')))
        break;
      if (task === 'book' && drawn.test(verb) && !/^(?:reserv|appoint|book|meet)/u.test(word)) break;
      if (task !== undefined) return task;
    }
  }
  if (/^(?:find|search|locate|look)$/u.test(verb)) return findKindOfSearch(rest);
  if (verb === 'update' && rest.startsWith('me ')) return 'check';
  if (rest.startsWith('rid ')) return 'cancel';
  if (verb === 'make' && rest.startsWith('sure ')) return 'check';
  if (verb === 'change' && writing.test(rest)) return 'rewrite';
  if (verb === 'wake' && !/^(?:me|us|up me)\b/u.test(rest)) return 'other';
  if (verb === 'call' && /^(?:me|you) \S/u.test(rest)) return 'change';
  if (verb === 'put' && /(?:^| )on$/u.test(rest)) return music.test(rest) ? 'play' : 'change';
  if (/^(?:roll|flip)$/u.test(verb)) return 'other';
  if (verb === 'go' && (!rest.startsWith('to ') || setting.test(rest))) return 'other';
  const task = byVerb.get(verb) ?? 'other';
  if (
    task === 'write' &&
    !textual.test(rest.replace(/ (?:for|of|about|with|that|to|which|associated|based)\b.*$/u, ''))
  )
    return 'as said';
  return task === 'show' ? toShow(rest) : task;
}

export const isTaskVerb = (verb: string) => byVerb.has(verb);

export function findTaskTemplates(task: string): readonly QuestionTemplate[] {
  return asksByTask.get(task) ?? [];
}
