import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { rank } from '@learning-loop/learning/ranking/rank';
import { learnFromTenant, type TenantSelection } from '@learning-loop/learning/ranking/tenant-experience';
import { placeHypotheses } from 'gateway/hypotheses/place-hypotheses';
import type { Line } from './counts.ts';

export interface Replayed {
  /** Confidence of each candidate, in their order. */
  confidences: number[];
  none_confidence: number;
  /** Whether the selected candidate was ranked first. */
  first: boolean;
  auto_advance: boolean;
}

/** One clock for all: what is measured must not depend on the day. */
const now = new Date('2026-11-01T12:00:00Z');
/** Selections between two refreshes of what is learned from the tenant, which the gateway caches for some seconds. */
const refreshEvery = 25;
const limits = { perUser: 30, total: 1_000, ownSelections: 100 };

/** Each line is predicted by what the gateway runs, before it is learned; all users are of one tenant. */
export function replay(lines: readonly Line[], { learning = true } = {}): Replayed[] {
  const all: TenantSelection[] = [];
  const byUser = new Map<string, TenantSelection[]>();
  let tenant = learnFromTenant([], now);
  return lines.map((line, i) => {
    if (learning && i % refreshEvery === 0) tenant = learnFromTenant(drawNewest(all), now);
    const own = byUser.get(line.user_id) ?? [];
    byUser.set(line.user_id, own);
    const profile = toProfile(learning ? own : []);
    const others = {
      tenantSelections: tenant.selectionsOfOthers(line.user_id),
      tenantUtilities: tenant.utilities,
    };
    const candidates = line.candidates.map(toCandidate);
    const ranked = rank({ ...profile, ...others, input_text: line.input_text, candidates, now });
    const ranking = placeHypotheses(
      { explorationRate: 0, autoAdvanceThreshold: 0.8 },
      { ranked, profile, tenant },
    );
    const answer = line.candidates[line.selected_index];
    const shown = line.candidates.map((question) => {
      const hypothesis = ranking.hypotheses.find((one) => one.question === question);
      if (hypothesis === undefined) throw new Error(`no hypothesis for "${question}"`);
      return { ...hypothesis, chosen: question === answer };
    });
    const selection = { ...line, at: now, young: false, shown };
    own.unshift(selection);
    all.unshift(selection);
    return {
      confidences: shown.map(({ confidence }) => confidence),
      none_confidence: ranking.none_confidence,
      first: ranking.hypotheses[0]?.question === answer,
      auto_advance: ranking.auto_advance,
    };
  });
}

const toCandidate = (question: string, _index: number, all: string[]) => ({
  ...{ question, rationale: '' },
  prior: 1 / all.length,
});

const toProfile = (selections: TenantSelection[]) => ({
  ...{ facets: defaultFacets, interaction_count: selections.length, memories: [] },
  selections: selections.slice(0, limits.ownSelections),
});

/** As the gateway's query draws them. */
function drawNewest(selections: TenantSelection[]): TenantSelection[] {
  const counts = new Map<string, number>();
  const drawn: TenantSelection[] = [];
  for (const selection of selections) {
    const count = counts.get(selection.user_id) ?? 0;
    counts.set(selection.user_id, count + 1);
    if (count < limits.perUser) drawn.push(selection);
    if (drawn.length === limits.total) break;
  }
  return drawn;
}
