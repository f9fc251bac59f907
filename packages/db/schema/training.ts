import type { ColumnType, Generated } from 'kysely';

type Json<T> = ColumnType<T, string, string>;

interface DatasetBuildsTable {
  tenant_id: string;
  build_id: string;
  /** `empty`: nothing to train on, for the reason in `error`; the previous dataset stays. */
  status: Generated<'queued' | 'running' | 'done' | 'empty' | 'failed'>;
  requested_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
  step: string | null;
  /** Only the last attempt may write. */
  attempt: Generated<number>;
  beat_at: Date | null;
  version: string | null;
  notes: Generated<string[]>;
  /** Samples by file and lines by step. */
  counts: Json<Record<string, number>> | null;
  error: string | null;
}

export type ModelKind = 'ranker' | 'llm';
export type ModelStatus = 'candidate' | 'canary' | 'active' | 'retired' | 'rejected';

/** The fields of a weights file, and the calibration of the confidences. */
interface RankerArtifact {
  version: number;
  temperature: number;
  weights: Record<string, number>;
  calibration: { low: number; high: number; offset: number; outcomes: number } | null;
}

interface LlmArtifact {
  provider: string;
  model: string;
}

interface ModelsTable {
  tenant_id: string;
  model_id: string;
  kind: ModelKind;
  status: ModelStatus;
  dataset_version: string | null;
  /** The model that was active when this one was created. */
  parent_id: string | null;
  artifact: Json<RankerArtifact | LlmArtifact>;
  metrics: Json<Record<string, unknown>>;
  reason: string;
  created_at: Generated<Date>;
  changed_at: Generated<Date>;
}

interface ModelChangesTable {
  tenant_id: string;
  change_id: string;
  model_id: string;
  from_status: ModelStatus;
  to_status: ModelStatus;
  reason: string;
  changed_at: Generated<Date>;
}

/** `weight`: share of the users, in (0, 1]; the weights add up to 1. The first variant is the control. */
export interface Variant {
  model_id: string;
  weight: number;
}

interface ExperimentsTable {
  tenant_id: string;
  experiment_id: string;
  kind: ModelKind;
  status: 'running' | 'stopped';
  variants: Json<Variant[]>;
  started_at: Generated<Date>;
  ended_at: Date | null;
  outcome: 'promoted' | 'rolled_back' | 'invalid' | 'inconclusive' | 'stopped' | null;
  reason: string | null;
  looks: Json<Record<string, unknown>>;
}

/** First-place rates in [0, 1], and their difference with its always-valid interval. */
export interface Comparison {
  control: number;
  variant: number;
  difference: number;
  /** The interval contains the true difference in all snapshots at once, with probability 1 − alpha. */
  low: number;
  high: number;
  /** Without a difference, it ever reaches 1 / alpha with a probability of at most alpha. */
  evidence: number;
}

/** No comparison for the control, or with too little data. */
export interface VariantSnapshot {
  assigned: number;
  interactions: number;
  first_place: Comparison | null;
}

interface ExperimentLooksTable {
  tenant_id: string;
  experiment_id: string;
  interactions: number;
  seen_at: Generated<Date>;
  variants: Json<Record<string, VariantSnapshot>>;
}

interface FineTunesTable {
  tenant_id: string;
  dataset_version: string;
  provider: string;
  status: 'uploading' | 'running' | 'succeeded' | 'failed';
  training_file: string | null;
  validation_file: string | null;
  job_id: string | null;
  model_id: string | null;
  error: string | null;
  retry_at: Date | null;
  updated_at: Generated<Date>;
}

export interface TrainingTables {
  dataset_builds: DatasetBuildsTable;
  models: ModelsTable;
  model_changes: ModelChangesTable;
  experiments: ExperimentsTable;
  experiment_looks: ExperimentLooksTable;
  fine_tunes: FineTunesTable;
}
