import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import { openTrainingLog } from '@learning-loop/training-log/open';
import pino from 'pino';
import type { BuildRequest } from '../dataset/build.ts';

interface TestLogOptions {
  users: number;
  selectionsPerUser: number;
  tenant?: string;
  dir?: string;
  /** Interactions without a selection. */
  rejections?: number;
  /** Selections with low confidence. */
  unsure?: number;
  /** Duplicated records. */
  twice?: number;
  /** Near-duplicates by the same user, in other case and punctuation and less polite. */
  alike?: number;
  /** Selections of one more user. */
  flood?: number;
  /** Users first seen on 22 November 2026; the others a week before. */
  newcomers?: number;
  onlyHypotheses?: boolean;
}

type HypothesesRecord = TrainingRecords['hypotheses_data'];

/** Writes a generated training log; the second user's name contains an SQL injection. */
export async function writeTestLog(options: TestLogOptions): Promise<string> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'picks-')));
  const records = createRecords(options);
  await using log = await openTrainingLog(dir, { log: pino({ level: 'silent' }) });
  await log.append('hypotheses_data', records);
  if (options.onlyHypotheses) return dir;
  await log.append('ranking_data', records.map(toRankingRecord));
  await log.append('persona_updates', records.map(toPersonaRecord));
  return dir;
}

function createRecords({
  users,
  selectionsPerUser,
  tenant = 'default',
  ...more
}: TestLogOptions): HypothesesRecord[] {
  const names = Array.from({ length: users }, (_, i) => (i === 1 ? "user-1'; drop" : `user-${i}`));
  const by = (user: string, n: number, changes: (i: number) => Partial<HypothesesRecord> = () => ({})) =>
    Array.from({ length: n }, (_, i) =>
      toRecord({ tenant_id: tenant, user_id: user, ...changes(i) }, `${user.replaceAll(/\W/g, '')} pick${i}`),
    );
  const regular = names.flatMap((user) => by(user, selectionsPerUser));
  const today = () => ({ timestamp: '2026-11-22T10:00:00.000Z' });
  const newcomers = Array.from({ length: more.newcomers ?? 0 }, (_, i) =>
    by(`new-${i}`, selectionsPerUser, today),
  ).flat();
  const rejected = () => ({ selected_id: null, selected_confidence: null, label: 'negative' as const });
  const alike = regular.slice(0, more.alike ?? 0).map((record, i) => ({
    ...record,
    event_id: `alike-${i}`,
    user_input: `${record.user_input.replace('please', '').toUpperCase().replaceAll(' ', ', ')}!`,
  }));
  return [
    ...regular,
    ...newcomers,
    ...by('rejecting', more.rejections ?? 0, rejected),
    ...by('unsure', more.unsure ?? 0, () => ({ selected_confidence: 0.4 })),
    ...by('flooding', more.flood ?? 0),
    ...alike,
    ...regular.slice(0, more.twice ?? 0),
  ];
}

function toRecord(changes: Partial<HypothesesRecord>, what: string): HypothesesRecord {
  const hypotheses = ['build', 'test', 'deploy'].map((verb, i) => ({
    id: `h${i + 1}`,
    question: `Do you want to ${verb} the ${what} service?`,
    confidence: 0.9 - i / 10,
    position: i + 1,
    propensity: i === 1 ? 0.95 : 0.975,
  }));
  const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
  return {
    timestamp: '2026-11-15T10:00:00.000Z',
    event_id: `event ${changes.tenant_id} ${what}`,
    tenant_id: 'default',
    user_id: 'user',
    interaction_id: `interaction ${what}`,
    user_input: `please help with ${what}`,
    context: {
      persona_facets: facets,
      interaction_count: 3,
      recent_goals: ['ship it'],
      preferences: ['Go', 'gRPC'],
    },
    hypotheses,
    selected_id: 'h1',
    label: 'positive',
    auto_advanced: false,
    selected_confidence: 0.9,
    model_id: 'rules',
    ...changes,
  };
}

const toIdentity = ({ timestamp, event_id, tenant_id, user_id, interaction_id }: HypothesesRecord) => ({
  ...{ timestamp, event_id, tenant_id, user_id, interaction_id },
});

const toRankingRecord = (record: HypothesesRecord): TrainingRecords['ranking_data'] => ({
  ...toIdentity(record),
  used_memories: [],
  hypotheses: record.hypotheses.map(({ id, position, propensity }) => ({
    ...{ id, position, propensity },
    score: 1 / position,
    features: { prior: 1 / position, goal: 0 },
    chosen: id === record.selected_id,
  })),
  model_id: record.model_id,
});

const toPersonaRecord = (record: HypothesesRecord): TrainingRecords['persona_updates'] => ({
  ...toIdentity(record),
  old_facets: record.context.persona_facets,
  new_facets: { ...record.context.persona_facets, concise: 0.52 },
  facet_deltas: { concise: 0.02 },
  signals: { selected_hypothesis_id: record.selected_id, success: record.selected_id !== null },
  decided_by: 'rules',
  reason: 'h1 was chosen',
});

/** As of 22 November 2026. */
export function buildRequest(trainingDataDir: string, changes: Partial<BuildRequest> = {}): BuildRequest {
  return {
    buildId: 'build1',
    tenantId: 'default',
    trainingDataDir,
    minConfidence: 0.7,
    maxShare: 0.01,
    minPerUser: 20,
    excludedUsers: [],
    quarantineFrom: null,
    now: new Date('2026-11-22T12:00:00.000Z'),
    progress: async () => {},
    ...changes,
  };
}
