/** Every event and its consumers. Start here to add one: the compiler lists the handlers that are missing. */
export const routes = {
  'hypothesis.selected': ['training-log', 'memory', 'persona'],
  'persona.updated': ['training-log'],
  'feedback.given': ['training-log', 'persona'],
} as const satisfies Record<string, readonly string[]>;

export type EventName = keyof typeof routes;
export type Consumer = (typeof routes)[EventName][number];
export const consumers: readonly Consumer[] = [...new Set(Object.values(routes).flat())];

export type EventOf<C extends Consumer> = {
  [E in EventName]: C extends (typeof routes)[E][number] ? E : never;
}[EventName];
