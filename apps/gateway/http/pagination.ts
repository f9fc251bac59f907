import { HttpError } from '@learning-loop/service/errors';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

const uuid = '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const Cursor = Compile(Type.Tuple([Type.Integer({ minimum: 0 }), Type.String({ pattern: uuid })]));

interface Position {
  last_seen: Date;
  memory_id: string;
}

/** Opaque to the caller. */
export function writeCursor({ last_seen, memory_id }: Position): string {
  return Buffer.from(JSON.stringify([last_seen.getTime(), memory_id])).toString('base64url');
}

/** Throws 400 for a cursor that `writeCursor` did not make. */
export function readCursor(cursor: string): Position {
  const value = parse(Buffer.from(cursor, 'base64url').toString());
  if (!Cursor.Check(value)) {
    throw new HttpError(
      400,
      'invalid_request',
      'cursor is not one of ours; send next_cursor as it was answered.',
    );
  }
  return { last_seen: new Date(value[0]), memory_id: value[1] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
