import { join } from 'node:path';
import { literal, type Workspace } from './duckdb.ts';
import type { ReadLog } from './log-columns.ts';
import { mayHoldPii } from './redact-pii.ts';
import { type SampleFile, sampleFiles } from './sample-files.ts';

const splits = ['train', 'validation', 'test'] as const;

/** Joins texts to redact; no text contains it. */
const separator = 'chr(31)';

/** Few lines need redaction, so a line's texts are joined and redacted at once. Returns how many did. */
export async function prepareHypotheses(workspace: Workspace): Promise<number> {
  const file = literal(join(workspace.directory, 'samples.parquet'));
  await workspace.copy(`(
    with texts as (
      select *, array_to_string(list_transform(
        list_concat([user_input], context.recent_goals, context.preferences, coalesce(context.dislikes, []),
          list_transform(hypotheses, lambda h: h.question)),
        lambda t: if(contains(t, ${separator}), replace(t, ${separator}, ' '), coalesce(t, ''))), ${separator}) as joined
      from chosen_hypotheses_data
    ), parts as (
      select *, string_split(
          case when regexp_matches(joined, ${literal(mayHoldPii)}) then scrub(joined) else joined end,
          ${separator}) as part,
        coalesce(len(context.recent_goals), 0) as goals, coalesce(len(context.preferences), 0) as preferences,
        coalesce(len(context.dislikes), 0) as dislikes
      from texts
    ), clean as (
      select event_id, user_hash, split, selected_id,
        array_to_string(part, ${separator}) <> joined as was_scrubbed,
        to_json({'request': part[1], 'context': {'persona_facets': context.persona_facets,
          'interaction_count': context.interaction_count, 'recent_goals': part[2 : 1 + goals],
          'preferences': part[2 + goals : 1 + goals + preferences],
          'dislikes': part[2 + goals + preferences : 1 + goals + preferences + dislikes]}})::VARCHAR as request,
        list_transform(hypotheses, lambda h, i: {'id': h.id, 'place': coalesce(h."position", i),
          'propensity': coalesce(h.propensity, 1), 'question': part[1 + goals + preferences + dislikes + i]}) as shown
      from parts
    ), picks as (
      select *, list_filter(shown, lambda h: h.id = selected_id)[1] as pick from clean
    )
    select event_id, user_hash, split, was_scrubbed, request, to_json(request)::VARCHAR as request_json,
      pick.question as picked, to_json(pick.question)::VARCHAR as picked_json, pick.place as picked_place,
      round(least(10, 1 / greatest(pick.propensity, 0.000001)), 4) as weight,
      list_filter(shown, lambda h: h.question <> pick.question and trim(h.question) <> '') as others
    from picks) to ${file} (format parquet, row_group_size 20480)`);
  await workspace.run(`create or replace temp view samples as from read_parquet(${file})`);
  return workspace.count('from samples where was_scrubbed');
}

/** `<name>.jsonl` is the training split. Returns samples by file. */
export async function writeSamples(
  workspace: Workspace,
  log: ReadLog,
  directory: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const file of sampleFiles.filter((file) => file.log === log)) {
    for (const split of splits) {
      const name = split === 'train' ? `${file.name}.jsonl` : `${file.name}.${split}.jsonl`;
      counts[name] = await writeLines(workspace, file, split, join(directory, name));
    }
    const name = `${file.name}.parquet`;
    counts[name] = await writeColumns(workspace, file, join(directory, name));
  }
  return counts;
}

function writeLines(workspace: Workspace, file: SampleFile, split: string, path: string): Promise<number> {
  // Each line is written as an unquoted CSV row of one column.
  return workspace.copy(`(select ${toLineSql(file)} as line from ${file.from} where split = '${split}')
    to ${literal(path)} (format csv, header false, quote '', escape '', delimiter '\x1e')`);
}

/** A single `concat` with as few pieces as possible copies each piece once; a chain of `||` copies at every link. */
function toLineSql({ fields }: SampleFile): string {
  const pieces = Object.entries(fields).flatMap(([field, { json }], i) => [
    { text: `${i === 0 ? '{' : ','}"${field}":` },
    ...json,
  ]);
  const [parts, rest] = [...pieces, { text: '}' }].reduce<[string[], string]>(
    ([parts, text], piece) =>
      'text' in piece ? [parts, text + piece.text] : [[...parts, literal(text), piece.sql], ''],
    [[], ''],
  );
  return `concat(${[...parts, literal(rest)].join(', ')})`;
}

function writeColumns(workspace: Workspace, file: SampleFile, path: string): Promise<number> {
  const columns = Object.entries(file.fields).map(([field, { value }]) => `${value} as ${field}`);
  return workspace.copy(`(select ${columns.join(', ')}, split, user_hash, event_id from ${file.from})
    to ${literal(path)} (format parquet, row_group_size 10000)`);
}

export async function writeExamples(
  workspace: Workspace,
  directory: string,
): Promise<Record<string, number>> {
  const path = join(directory, 'ranking_picks.parquet');
  const written = await workspace.copy(`(
    select event_id, user_hash, split, hypotheses from chosen_ranking_data
  ) to ${literal(path)} (format parquet, row_group_size 10000)`);
  return { 'ranking_picks.parquet': written };
}
