import { Type } from 'typebox';
import { Timestamp } from './fields.ts';

/** What every event carries, whatever it says. */
export const envelope = {
  /** Version of the event's schema; a reader accepts its own and older ones. */
  schema_version: Type.Literal(1),
  event_id: Type.String(),
  tenant_id: Type.String(),
  user_id: Type.String(),
  interaction_id: Type.String(),
  occurred_at: Timestamp,
};
