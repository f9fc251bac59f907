import { IsBoolean, IsInteger, IsLiteral, IsNumber, IsUnion, type TSchema } from 'typebox';

/** What a value of this schema is, to end a sentence with: "an integer from 0 to 65535". */
export function describe(schema: TSchema): string {
  const { description } = options(schema);
  if (typeof description === 'string') return description;
  if (IsBoolean(schema)) return 'true or false';
  if (IsUnion(schema)) return `one of ${schema.anyOf.map(describe).join(', ')}`;
  if (IsLiteral(schema)) return String(schema.const);
  if (IsInteger(schema)) return `an integer${range(schema)}`;
  if (IsNumber(schema)) return `a number${range(schema)}`;
  return 'a text';
}

function range(schema: TSchema): string {
  const { minimum, maximum } = options(schema);
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

function options(schema: TSchema): Partial<Record<'description' | 'minimum' | 'maximum', unknown>> {
  return schema;
}
