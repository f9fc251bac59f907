import type { ColumnType, Generated } from 'kysely';

type Json<T> = ColumnType<T, string, string>;

interface DatasetBuildsTable {
  tenant_id: string;
  build_id: string;
  /** `empty`: there was nothing to learn from; `error` says why, and the dataset before stays. */
  status: Generated<'queued' | 'running' | 'done' | 'empty' | 'failed'>;
  requested_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
  /** What the build is at. */
  step: string | null;
  /** How often it was begun; only the last attempt may write. */
  attempt: Generated<number>;
  /** When its trainer was last known to live. */
  beat_at: Date | null;
  /** The dataset it made. */
  version: string | null;
  notes: Generated<string[]>;
  /** Samples by file and lines by step. */
  counts: Json<Record<string, number>> | null;
  error: string | null;
}

export type ModelKind = 'ranker' | 'llm';
export type ModelStatus = 'candidate' | 'canary' | 'active' | 'retired' | 'rejected';

/** What a ranker model is; the same fields as a ranker's weights file has, and the calibration of its confidences. */
interface RankerArtifact {
  version: number;
  temperature: number;
  weights: Record<string, number>;
  calibration: { low: number; high: number; offset: number; outcomes: number } | null;
}

/** Where a fine-tuned LLM is to be had. */
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
  /** The model that served when this one was made. */
  parent_id: string | null;
  artifact: Json<RankerArtifact | LlmArtifact>;
  metrics: Json<Record<string, unknown>>;
  /** Why it has its status. */
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

/** A model and its share of the users, in (0, 1]; shares add up to 1. The first variant is the control. */
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
  /** What the test last saw. */
  looks: Json<Record<string, unknown>>;
}

/** How far a variant's first-place rate is from the control's, as shares, with the always-valid interval. */
export interface Comparison {
  control: number;
  variant: number;
  difference: number;
  /** The interval holds the true difference, at all looks together, with probability 1 − alpha. */
  low: number;
  high: number;
  /** The evidence for any difference: at least 1 / alpha once in a life with probability alpha at most, if there is none. */
  evidence: number;
}

/** What a test saw of one variant; no comparison for the control, and while there is too little to go by. */
export interface VariantSnapshot {
  assigned: number;
  interactions: number;
  first_place: Comparison | null;
}

interface ExperimentLooksTable {
  tenant_id: string;
  experiment_id: string;
  /** How much all variants together had been shown. */
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
  /** Not before this. */
  retry_at: Date | null;
  updated_at: Generated<Date>;
}

/** The tables of the trainer, the registry and the experiments. */
export interface TrainingTables {
  dataset_builds: DatasetBuildsTable;
  models: ModelsTable;
  model_changes: ModelChangesTable;
  experiments: ExperimentsTable;
  experiment_looks: ExperimentLooksTable;
  fine_tunes: FineTunesTable;
}
