import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';

export const infra = path.join(import.meta.dirname, '../../infra');

export interface Query {
  /** The dashboard's panel, or the rule. */
  place: string;
  expr: string;
}

const Dashboard = Compile(
  Type.Object({
    title: Type.String(),
    panels: Type.Array(
      Type.Object({ title: Type.String(), targets: Type.Array(Type.Object({ expr: Type.String() })) }),
    ),
  }),
);
const Rules = Compile(
  Type.Object({
    groups: Type.Array(
      Type.Object({
        rules: Type.Array(
          Type.Object({
            alert: Type.Optional(Type.String()),
            record: Type.Optional(Type.String()),
            expr: Type.String(),
          }),
        ),
      }),
    ),
  }),
);

/** Queries of all dashboards, with Grafana's interval filled in. */
export async function dashboardQueries(interval: string): Promise<Query[]> {
  const directory = path.join(infra, 'grafana/dashboards');
  const files = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  const dashboards = await Promise.all(
    files.map(async (name) =>
      Dashboard.Parse(JSON.parse(await readFile(path.join(directory, name), 'utf8'))),
    ),
  );
  return dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => ({
        place: `${title} / ${panel.title}`,
        expr: expr.replaceAll('$__rate_interval', interval),
      })),
    ),
  );
}

/** Recording rules and alerts. */
export async function ruleQueries(): Promise<Query[]> {
  const files = await Promise.all(
    ['rules.yml', 'alerts.yml'].map((name) => readFile(path.join(infra, 'prometheus', name), 'utf8')),
  );
  return files
    .flatMap((text) => Rules.Parse(parse(text)).groups)
    .flatMap(({ rules }) => rules.map(({ alert, record, expr }) => ({ place: alert ?? record ?? '', expr })));
}

/** Names of the series in a query. */
export function seriesOf(expr: string): string[] {
  const bare = expr.replaceAll(/"[^"]*"/gu, '').replaceAll(/\b(?:by|on|without) \([^)]*\)/gu, '');
  const words = bare.match(/(?<![\w$:])[a-z_][\w:]*(?![\w:]*\s*\()/gu) ?? [];
  return [...new Set(words.filter((word) => /_|:|^up$/u.test(word) && !bare.includes(`${word}=`)))];
}
