/** Loaded before an app: its wall clock is CLOCK_SHIFT_MS ahead of PostgreSQL's, as that of another machine may be. */
const shift = Number(process.env['CLOCK_SHIFT_MS']);
const RealDate = Date;

class TurnedDate extends RealDate {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [RealDate.now() + shift] : args) as []));
  }
  static override now(): number {
    return RealDate.now() + shift;
  }
}
globalThis.Date = TurnedDate as DateConstructor;
