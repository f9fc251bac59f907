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
  /^(?:set|make|create|start|prepare|give|place|have|get|need|turn|generate|design|do|move|send|call|take)$/u;

/** Words that stand behind the head of a noun phrase. */
const behindHead = /^(?:to|for|of|that|which|with|on|in|at|from|about|and|by)$/u;

/** The name of the kind of task: "set an alarm" is a signal; `other` if neither verb nor object is known. */
export function findTask(verb: string, rest: string): string {
  if (/^(?:take|turn|call|switch|shut)$/u.test(verb) && /(?:^| )off(?: |$)/u.test(rest)) return 'cancel';
  if (lightVerb.test(verb)) {
    for (const word of rest.split(' ')) {
      if (behindHead.test(word)) break;
      const task = byObject.get(word);
      if (task !== undefined) return task;
    }
  }
  if (/^(?:find|search|locate|look)$/u.test(verb))
    return /^(?:up |for )?(?:my|the|this|our) /u.test(rest) ? 'check' : 'find';
  if (verb === 'update' && rest.startsWith('me ')) return 'check';
  if (rest.startsWith('rid ')) return 'cancel';
  if (verb === 'call' && /^(?:me|you) \S/u.test(rest)) return 'change';
  if (verb === 'put' && rest.endsWith(' on')) return 'play';
  if (verb === 'go' && !rest.startsWith('to ')) return 'other';
  return byVerb.get(verb) ?? 'other';
}

export const isTaskVerb = (verb: string) => byVerb.has(verb);

export function findTaskTemplates(task: string): readonly QuestionTemplate[] {
  return asksByTask.get(task) ?? [];
}
