import { type RawBuilder, sql } from 'kysely';

/**
 * What a request reads of its user was written over months, each row on a page among other users' rows. A covering
 * index holds it side by side, but an entry holds 2,704 bytes at most, of which keys take up to 900 (a user's id of 200
 * characters). What is longer has an index of its own, which is small, as it is rare.
 */
interface Lengths {
  short: string;
  long: string;
}

const mostBytes = 1_500;
const lengthsOf = (bytes: string): Lengths => ({
  short: `${bytes} <= ${mostBytes}`,
  long: `${bytes} > ${mostBytes}`,
});

export const memoryLengths = lengthsOf('octet_length(content)');
export const choiceLengths = lengthsOf('octet_length(input_text) + octet_length(shown::text)');

/** The newest of both lengths. Each is limited by itself: it is read in the order of its index, and not all of it. */
export function newestOf(
  { short, long }: Lengths,
  rowsOf: (length: RawBuilder<unknown>) => RawBuilder<unknown>,
  newest: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const [shorter, longer] = [short, long].map((length) => sql`(${rowsOf(sql.raw(length))} ${newest})`);
  return sql`(select * from (${shorter} union all ${longer}) as either ${newest})`;
}
