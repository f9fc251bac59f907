import { createReadStream } from 'node:fs';
import { errorCode, StartError } from './errors.ts';

export interface JsonLine {
  /** Without its line break, carriage return and byte order mark. */
  text: string;
  value: unknown;
  /** Such as `old/log.jsonl, line 3`, to begin an error with. */
  place: string;
}

const newline = 0x0a;
const maxLineBytes = 16_777_216;

/** Reads a file of JSON lines in UTF-8 and skips blank lines. Throws a StartError that names the file and the line. */
export async function* readJsonLines(file: string): AsyncGenerator<JsonLine> {
  let number = 0;
  for await (const bytes of splitFile(file)) {
    number += 1;
    const place = `${file}, line ${number}`;
    const text = decodeLine(bytes, place);
    if (text.trim() !== '') yield { text, value: parseJson(text, place), place };
  }
}

/** At line feeds only: other line separators of Unicode may stand within a JSON text. */
async function* splitFile(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of readChunks(file)) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > maxLineBytes)
      throw new StartError(`${file} has a line of more than 16 MB; it must hold one JSON object a line.`);
  }
  if (rest.length > 0) yield rest;
}

async function* readChunks(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file, { highWaterMark: 1_048_576 });
  } catch (error) {
    throw new StartError(`Cannot read ${file}: ${errorCode(error)}; correct its path or its rights.`, {
      cause: error,
    });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeLine(bytes: Buffer, place: string): string {
  try {
    return utf8.decode(bytes).replace(/\r$/, '');
  } catch {
    throw new StartError(`${place}: this is no UTF-8; save the file as UTF-8.`);
  }
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = error instanceof Error ? error.message : '';
    throw new StartError(`${place}: this is not JSON (${what}); correct or remove the line.`);
  }
}
