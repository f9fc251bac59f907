import type { EquivalentMutant } from '../fate.ts';

/** Equivalent mutants of the other packages. */
export const equivalentInPackages: EquivalentMutant[] = [
  {
    file: 'packages/db/loop/interactions.ts',
    line: 'const ids = keys.map(({ interaction_id }) => interaction_id.toLowerCase()).toSorted();',
    change: ['interaction_id.toLowerCase()', 'interaction_id.toUpperCase()'],
    reason: 'In capitals the ids have the same order, and PostgreSQL reads them as the same.',
  },
  {
    file: 'packages/db/loop/interactions.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a line
    line: '`${interaction_id.toLowerCase()}${tenant_id}`;',
    change: ['interaction_id.toLowerCase()', 'interaction_id.toUpperCase()'],
    reason: 'Rows and keys are written in the same way, whichever it is.',
  },
  {
    file: 'packages/db/loop/outbox.ts',
    line: 'if (events.length === 0) return;',
    change: ['events.length === 0', 'false'],
    reason: 'It saves a statement that would insert nothing.',
  },
  {
    file: 'packages/db/loop/outbox-backlog.ts',
    line: 'return rows[0] ?? { pending: 0, oldest_ms: null, oldest_at: new Date() };',
    change: ['{ pending: 0, oldest_ms: null, oldest_at: new Date() }', '{}'],
    reason: 'The query, which has no table of its own, always returns a row.',
  },
  {
    file: 'packages/db/privacy/user-data.ts',
    line: 'return rows[0]?.found ?? false;',
    change: ['false', 'true'],
    reason: 'The query, which has no table of its own, always returns a row.',
  },
  {
    file: 'packages/db/privacy/user-data.ts',
    line: 'return rows[0]?.found ?? false;',
    change: ['rows[0]?.found', 'rows[0].found'],
    reason: 'The query, which has no table of its own, always returns a row.',
  },
  {
    file: 'packages/db/training/dataset-builds.ts',
    line: '.set({ beat_at: sql`clock_timestamp()`, ...(step === undefined ? {} : { step }) })',
    change: ['step === undefined', 'false'],
    reason: 'Kysely leaves out what is undefined.',
  },
  {
    file: 'packages/db/users/profiles.ts',
    line: "if (value === undefined) throw new RangeError('columns of one query differ in length');",
    change: ["'columns of one query differ in length'", '""'],
    reason: 'The arrays of one query have one length; the check is there for the compiler.',
  },
  {
    file: 'packages/llm/client/errors.ts',
    line: "const header = (error instanceof APIError && error.headers?.get('retry-after')) || '';",
    change: ["''", '"Stryker was here!"'],
    reason: 'Any text that is neither a number nor a date asks for no pause.',
  },
];
