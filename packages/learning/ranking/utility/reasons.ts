import { type CandidateFeature, families } from './candidate-features.ts';
import type { UtilityModel } from './utility-model.ts';

interface Level {
  model: UtilityModel;
  /** Whose selections it was learned from. */
  who: string;
}

interface Contribution {
  feature: CandidateFeature;
  who: string;
  /** In utility, beside the mean of the candidates. */
  by: number;
}

const maxReasons = 3;
/** In utility; less changes a chance by less than a point. */
const minContribution = 0.03;

/** In words, strongest first: what the user and others select or leave, of each candidate. */
export function explainUtilities(
  rows: readonly CandidateFeature[][],
  { user, tenant, say }: { user: UtilityModel; tenant: UtilityModel; say: number },
): string[][] {
  const levels = [
    { model: user, who: 'you' },
    { model: tenant, who: 'others' },
  ];
  const means = meanValues(rows);
  return rows.map((features) => listStrongest(findContributions(features, means, levels, say)));
}

function meanValues(rows: readonly CandidateFeature[][]): Map<number, number> {
  const means = new Map<number, number>();
  for (const features of rows)
    for (const { key, value } of features) means.set(key, (means.get(key) ?? 0) + value / rows.length);
  return means;
}

/** Those that change a chance. */
function findContributions(
  features: readonly CandidateFeature[],
  means: Map<number, number>,
  levels: Level[],
  say: number,
): Contribution[] {
  const found: Contribution[] = [];
  for (const feature of features) {
    const difference = feature.value - (means.get(feature.key) ?? 0);
    for (const { model, who } of levels) {
      const by = say * model.departureOf(feature.key) * difference;
      if (Math.abs(by) >= minContribution) found.push({ feature, who, by });
    }
  }
  return found;
}

/** Without those whose words are part of a stronger reason's. */
function listStrongest(contributions: Contribution[]): string[] {
  const strongest = contributions
    .filter(({ feature }) => isNumber(feature) || feature.label !== '')
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
  const reasons: { text: string; who: string; about: string }[] = [];
  for (const contribution of strongest) {
    const { who, feature } = contribution;
    // Spaces on both sides, so that only whole words are part of others.
    const about = isNumber(feature) ? ` # ${feature.label} ` : ` ${feature.label} `;
    const repeats = reasons.some(
      (one) => one.who === who && (one.about.includes(about) || about.includes(one.about)),
    );
    if (!repeats && reasons.length < maxReasons) reasons.push({ text: toWords(contribution), who, about });
  }
  return reasons.map(({ text }) => text);
}

const isNumber = ({ family }: CandidateFeature) =>
  families[family] === 'amount' || families[family] === 'order';

function toWords({ feature, who, by }: Contribution): string {
  const verb = by > 0 ? 'select' : 'leave';
  if (!isNumber(feature)) return `${who} often ${verb} “${feature.label}”`;
  const size = feature.value < 0 ? 'smaller' : 'larger';
  const unit = feature.label === '' ? '' : ` of “${feature.label}”`;
  return `${who} often ${verb} the ${size} number${unit}`;
}
