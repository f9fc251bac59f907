import {
  isText,
  isUserId,
  maxInputLength,
  maxQuestionLength,
  maxUserIdLength,
  textRule,
  userIdRule,
} from '@learning-loop/events/text-rules';
import { StartError } from '@learning-loop/service/errors';
import { readJsonLines } from '@learning-loop/service/json-lines';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** Invalid input; the message says what and where. */
export class InputError extends StartError {}

const refined = (maxLength: number, check: (value: string) => boolean, rule: string) =>
  Type.Refine(Type.String({ minLength: 1, maxLength }), check, () => rule);

/** The rules of the API. `selected_index` is null for none of the candidates. */
const RecordedSelection = Type.Object({
  user_id: refined(maxUserIdLength, isUserId, userIdRule),
  input_text: refined(maxInputLength, isText, textRule),
  candidates: Type.Array(refined(maxQuestionLength, isText, textRule), { minItems: 2, maxItems: 10 }),
  selected_index: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
});
export type RecordedSelection = Type.Static<typeof RecordedSelection>;

const parser = Compile(RecordedSelection);

/** Reads JSONL. Throws a StartError with the line and the field. */
export async function readSelections(file: string): Promise<RecordedSelection[]> {
  const selections: RecordedSelection[] = [];
  for await (const { value, place } of readJsonLines(file)) selections.push(checkSelection(value, place));
  if (selections.length === 0)
    throw new InputError(`${file} holds no choices: it needs one JSON object a line.`);
  return selections;
}

function checkSelection(value: unknown, place: string): RecordedSelection {
  if (!parser.Check(value)) {
    const [fault] = parser.Errors(value);
    const field = fault?.instancePath.slice(1).replaceAll('/', '.') || 'the line';
    throw new InputError(`${place}: ${field} ${fault?.message ?? 'is not a choice'}.`);
  }
  const { candidates, selected_index } = value;
  const repeated = candidates.findIndex((text, index) => candidates.indexOf(text) < index);
  if (repeated >= 0)
    throw new InputError(
      `${place}: candidates.${repeated} repeats candidates.${candidates.indexOf(candidates[repeated] ?? '')}; leave one out.`,
    );
  if (selected_index !== null && selected_index >= candidates.length) {
    throw new InputError(
      `${place}: selected_index is ${selected_index}, but there are ${candidates.length} candidates, counted from 0.`,
    );
  }
  return value;
}
