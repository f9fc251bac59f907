import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** Invalid input; the message says what and where. */
export class InputError extends Error {}

/** `selected_index` is null for none of the candidates. */
const RecordedSelection = Type.Object({
  user_id: Type.String({ minLength: 1 }),
  input_text: Type.String({ minLength: 1 }),
  candidates: Type.Array(Type.String({ minLength: 1 }), { minItems: 2, maxItems: 10 }),
  selected_index: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
});
export type RecordedSelection = Type.Static<typeof RecordedSelection>;

const parser = Compile(RecordedSelection);

/** Reads JSONL. Throws an InputError with the line and the field. */
export async function readSelections(file: string): Promise<RecordedSelection[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new InputError(`Cannot read ${file}: ${cause.message}.`);
  });
  const selections = text.split('\n').flatMap((line, index) => {
    return line.trim() === '' ? [] : [parseSelection(line, `${file}, line ${index + 1}`)];
  });
  if (selections.length === 0)
    throw new InputError(`${file} holds no choices: it needs one JSON object a line.`);
  return selections;
}

function parseSelection(line: string, place: string): RecordedSelection {
  const value = parseJson(line, place);
  if (!parser.Check(value)) {
    const [fault] = parser.Errors(value);
    const field = fault?.instancePath.slice(1).replaceAll('/', '.') || 'the line';
    throw new InputError(`${place}: ${field} ${fault?.message ?? 'is not a choice'}.`);
  }
  if (value.selected_index !== null && value.selected_index >= value.candidates.length) {
    throw new InputError(
      `${place}: selected_index is ${value.selected_index}, but there are ${value.candidates.length} candidates, counted from 0.`,
    );
  }
  return value;
}

function parseJson(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new InputError(`${place}: this is not JSON.`);
  }
}
