import { Type } from 'typebox';
import { Timestamp } from './fields.ts';

/**
 * The version that is written. The one before and the one after are read as well, so that the processes of two
 * versions can run side by side: the next version may add fields, which are ignored here, and may take none away.
 */
const version = 1;

/** What every event carries, whatever it says. */
export const envelope = {
  /** Version of the event's schema. */
  schema_version: Type.Integer({ minimum: Math.max(1, version - 1), maximum: version + 1 }),
  event_id: Type.String(),
  tenant_id: Type.String(),
  user_id: Type.String(),
  interaction_id: Type.String(),
  occurred_at: Timestamp,
};
