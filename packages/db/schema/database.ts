import type { FacetDeltas, Facets, Hypothesis, UsedMemory, UserContext } from '@learning-loop/events/fields';
import type { Consumer, EventName } from '@learning-loop/events/routes';
import type { ColumnType, Generated } from 'kysely';
import type { TrainingTables } from './training.ts';

type Json<T> = ColumnType<T, string, string>;
type Instant = ColumnType<Date, string | Date, string | Date>;

export type MemoryType = 'goal' | 'preference' | 'history';
/** A forgotten memory keeps only its key, so that it is not learned again. */
type MemoryStatus = 'active' | 'superseded' | 'forgotten';

interface InteractionsTable {
  tenant_id: string;
  interaction_id: string;
  user_id: string;
  created_at: Instant;
  input_text: string;
  media_type: string;
  model_id: string;
  context: Json<UserContext>;
  hypotheses: Json<Hypothesis[]>;
  used_memories: Json<UsedMemory[]>;
  auto_advance: boolean;
  ranker_id: Generated<string>;
  /** The language model that was called for candidates, even if the rules replaced its response. */
  llm_id: ColumnType<string | null, string | null | undefined, string | null>;
}

/** Stored so that a repeated call gets the same response. */
export interface ExecuteResponse {
  enriched_prompt: string;
  tokens_estimate: number;
  context_breakdown: { goal: number; pref: number; history: number };
}

/** `raw_confidence` is before calibration. */
export interface PastHypothesis {
  question: string;
  chosen: boolean;
  raw_confidence: number;
}

interface SelectionsTable {
  tenant_id: string;
  interaction_id: string;
  user_id: string;
  event_id: string;
  selected_id: string | null;
  auto_advanced: boolean;
  selected_at: Instant;
  input_text: string;
  shown: Json<PastHypothesis[]>;
  answer: Json<ExecuteResponse>;
}

interface OutboxTable {
  event_id: string;
  event: EventName;
  tenant_id: string;
  user_id: string;
  payload: Json<unknown>;
  pending: Consumer[];
  created_at: Generated<Date>;
  swept_at: Date | null;
}

interface DeadLettersTable {
  dead_letter_id: Generated<string>;
  tenant_id: string;
  user_id: string;
  event_id: string;
  event: EventName;
  consumer: Consumer;
  payload: Json<unknown>;
  error: string;
  attempts: number;
  first_failed_at: Generated<Date>;
  last_failed_at: Generated<Date>;
}

interface MemoriesTable {
  tenant_id: string;
  user_id: string;
  memory_id: string;
  type: MemoryType;
  content_key: string;
  content: string;
  confidence: number;
  tags: string[];
  /** Exclusive: only the newest preference in a slot (a web framework, say) is active. */
  slot: string | null;
  status: Generated<MemoryStatus>;
  /** By the user; learning never overrules it. */
  corrected: Generated<boolean>;
  count: Generated<number>;
  first_seen: Instant;
  last_seen: Instant;
}

interface MemorySourcesTable {
  tenant_id: string;
  user_id: string;
  memory_id: string;
  interaction_id: string;
  seen_at: Instant;
}

/** Encoding and triggers: migrations/0013-embeddings.ts. */
interface EmbeddingsTable {
  tenant_id: string;
  user_id: string;
  memory_id: string;
  model: Generated<string>;
  vector: Buffer | null;
  tried_at: Date | null;
}

interface PersonasTable {
  tenant_id: string;
  user_id: string;
  facets: Json<Facets>;
  interaction_count: number;
  updated_at: Instant;
  /** When the latest event that changed it happened. */
  moved_at: ColumnType<Date | null, string | null | undefined, string | null>;
}

interface PersonaUpdatesTable {
  tenant_id: string;
  user_id: string;
  event_id: string;
  interaction_id: string;
  occurred_at: Instant;
  old_facets: Json<Facets>;
  new_facets: Json<Facets>;
  facet_deltas: Json<FacetDeltas>;
  decided_by: string;
  reason: string;
}

interface FeedbackTable {
  tenant_id: string;
  event_id: string;
  user_id: string;
  interaction_id: string;
  type: string;
  value: Json<string | number | null>;
  given_at: Instant;
}

/** In this order: may select and give feedback, read, do everything. */
export type Role = 'app' | 'reader' | 'admin';

interface ApiKeysTable {
  tenant_id: string;
  /** The part of the key that is not secret. */
  key_id: string;
  role: Role;
  name: string;
  secret_hash: Buffer;
  created_at: Generated<Date>;
  expires_at: Date | null;
  disabled_at: Date | null;
  last_used_at: Date | null;
}

export interface ErasureReceipt {
  /** By table. */
  rows: Record<string, number>;
  training_log_records: number;
  /** By file. */
  dataset_samples: Record<string, number>;
  /** Marked for retraining, since the user was or may have been in their dataset. */
  models: string[];
}

interface ErasuresTable {
  tenant_id: string;
  erasure_id: string;
  /** SHA-256 while the erasure is pending, then the `keyed_hash` of it. */
  user_hash: Buffer;
  keyed: Generated<boolean>;
  /** Null once the erasure is done. */
  user_id: string | null;
  requested_at: Generated<Date>;
  done_at: Date | null;
  receipt: Json<ErasureReceipt> | null;
  error: string | null;
}

interface UserSettingsTable {
  tenant_id: string;
  user_id: string;
  training_opt_out: boolean;
  updated_at: Generated<Date>;
}

export interface Database extends TrainingTables {
  interactions: InteractionsTable;
  selections: SelectionsTable;
  outbox: OutboxTable;
  dead_letters: DeadLettersTable;
  memories: MemoriesTable;
  memory_sources: MemorySourcesTable;
  embeddings: EmbeddingsTable;
  personas: PersonasTable;
  persona_updates: PersonaUpdatesTable;
  feedback: FeedbackTable;
  api_keys: ApiKeysTable;
  erasures: ErasuresTable;
  user_settings: UserSettingsTable;
}
