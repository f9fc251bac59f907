import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import { openTrainingLog } from '@learning-loop/training-log/open';
import pino from 'pino';
import type { BuildRequest } from '../dataset/build.ts';

interface Picks {
  users: number;
  picksPerUser: number;
  tenant?: string;
  dir?: string;
  /** Displays of which nothing was picked. */
  rejections?: number;
  /** Picks of little confidence. */
  unsure?: number;
  /** Records that stand in the log twice. */
  twice?: number;
  /** Picks that say the same as another by the same user, in other case and punctuation and less politely. */
  alike?: number;
  /** Picks of one more user. */
  flood?: number;
  /** Users that were first seen on 22 November 2026; the others a week before. */
  newcomers?: number;
  onlyHypotheses?: boolean;
}

type Pick = TrainingRecords['hypotheses_data'];

/** A training log of made-up picks; the second user's name is a nasty one. */
export async function writeTestLog(picks: Picks): Promise<string> {
  const dir = picks.dir ?? (await mkdtemp(join(tmpdir(), 'picks-')));
  const records = recordsOf(picks);
  await using log = await openTrainingLog(dir, { log: pino({ level: 'silent' }) });
  await log.append('hypotheses_data', records);
  if (picks.onlyHypotheses) return dir;
  await log.append('ranking_data', records.map(rankingOf));
  await log.append('persona_updates', records.map(personaOf));
  return dir;
}

function recordsOf({ users, picksPerUser, tenant = 'default', ...more }: Picks): Pick[] {
  const names = Array.from({ length: users }, (_, i) => (i === 1 ? "user-1'; drop" : `user-${i}`));
  const by = (user: string, n: number, changes: (i: number) => Partial<Pick> = () => ({})) =>
    Array.from({ length: n }, (_, i) =>
      pick({ tenant_id: tenant, user_id: user, ...changes(i) }, `${user.replaceAll(/\W/g, '')} pick${i}`),
    );
  const regular = names.flatMap((user) => by(user, picksPerUser));
  const today = () => ({ timestamp: '2026-11-22T10:00:00.000Z' });
  const newcomers = Array.from({ length: more.newcomers ?? 0 }, (_, i) =>
    by(`new-${i}`, picksPerUser, today),
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

function pick(changes: Partial<Pick>, what: string): Pick {
  const shown = ['build', 'test', 'deploy'].map((verb, i) => ({
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
    hypotheses: shown,
    selected_id: 'h1',
    label: 'positive',
    auto_advanced: false,
    selected_confidence: 0.9,
    model_id: 'rules',
    ...changes,
  };
}

const identified = ({ timestamp, event_id, tenant_id, user_id, interaction_id }: Pick) => ({
  ...{ timestamp, event_id, tenant_id, user_id, interaction_id },
});

const rankingOf = (record: Pick): TrainingRecords['ranking_data'] => ({
  ...identified(record),
  used_memories: [],
  hypotheses: record.hypotheses.map(({ id, position, propensity }) => ({
    ...{ id, position, propensity },
    score: 1 / position,
    features: { prior: 1 / position, goal: 0 },
    chosen: id === record.selected_id,
  })),
  model_id: record.model_id,
});

const personaOf = (record: Pick): TrainingRecords['persona_updates'] => ({
  ...identified(record),
  old_facets: record.context.persona_facets,
  new_facets: { ...record.context.persona_facets, concise: 0.52 },
  facet_deltas: { concise: 0.02 },
  signals: { selected_hypothesis_id: record.selected_id, success: record.selected_id !== null },
  decided_by: 'rules',
  reason: 'h1 was chosen',
});

/** What the builder is asked for, as of 22 November 2026. */
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
