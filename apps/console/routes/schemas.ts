import { Type } from 'typebox';

// Responses of the console's own routes; the page imports the types.
const Seconds = Type.Union([Type.Number(), Type.Null()]);

const State = Type.Object({
  name: Type.String(),
  level: Type.Union([Type.Literal('good'), Type.Literal('attention'), Type.Literal('bad')]),
  text: Type.String(),
});
export type State = Type.Static<typeof State>;

const LagPoint = Type.Object({ at: Type.Number(), p50: Seconds, p99: Seconds, perSecond: Type.Number() });

const Count = Type.Integer();
const Activity = Type.Object({
  bucket: Type.Number(),
  model_id: Type.String(),
  shown: Count,
  decided: Count,
  picked: Count,
  first_place: Count,
  auto_advance: Count,
  auto_decided: Count,
  overridden: Count,
});
export type Activity = Type.Static<typeof Activity>;

export const TimeRange = Type.Union([Type.Literal('15m'), Type.Literal('6h'), Type.Literal('7d')], {
  default: '15m',
});
export type TimeRange = Type.Static<typeof TimeRange>;

export const Overview = Type.Object({
  at: Type.Number(),
  bucket_seconds: Type.Number(),
  per_second: Type.Number(),
  lag: Type.Object({ p50: Seconds, p99: Seconds }),
  pending: Count,
  oldest_seconds: Seconds,
  lag_points: Type.Array(LagPoint),
  activity: Type.Array(Activity),
  states: Type.Array(State),
});
export type Overview = Type.Static<typeof Overview>;

const QueueRow = Type.Object({
  consumer: Type.String(),
  waiting: Type.Union([Count, Type.Null()]),
  active: Type.Union([Count, Type.Null()]),
  delayed: Type.Union([Count, Type.Null()]),
  owed: Count,
  oldest_seconds: Seconds,
  dead: Count,
  per_second: Type.Number(),
  batch: Type.Object({ p50: Seconds, p99: Seconds }),
  lag: Type.Object({ p50: Seconds, p99: Seconds }),
  hint: Type.String(),
  level: State.properties.level,
});
export type QueueRow = Type.Static<typeof QueueRow>;
export const Queues = Type.Object({
  at: Type.Number(),
  queues: Type.Array(QueueRow),
  /** Whether the caller may see single jobs. */
  is_operator: Type.Boolean(),
});
export type Queues = Type.Static<typeof Queues>;

const Share = Type.Number({ description: 'From 0 to 1; differences from -1' });
const Look = Type.Object({
  at: Type.Number({ description: 'Seconds since 1970' }),
  variants: Type.Record(
    Type.String(),
    Type.Object({
      assigned: Count,
      interactions: Count,
      first_place: Type.Union([
        Type.Object({ control: Share, variant: Share, difference: Share, low: Share, high: Share }),
        Type.Null(),
      ]),
    }),
  ),
});
export const Evidence = Type.Object({ looks: Type.Array(Look) });
export type Evidence = Type.Static<typeof Evidence>;

/** Time ranges of the overview; `freshMs` is the cache TTL. */
export const timeRanges = {
  '15m': { seconds: 900, bucketSeconds: 15, freshMs: 1_500 },
  '6h': { seconds: 21_600, bucketSeconds: 300, freshMs: 15_000 },
  '7d': { seconds: 604_800, bucketSeconds: 7_200, freshMs: 60_000 },
} as const;
