import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import { Type } from 'typebox';

/** String formats that JSON Schema has no word for: the check, and the rule as an error message says it. */
export const textFormats = {
  text: {
    check: (value: string) => /\S/u.test(value) && printable(value),
    rule: 'must hold more than white space, and no control characters or broken Unicode',
  },
  'user-id': {
    check: (value: string) => value.trim() === value && printable(value) && !/[\n\r\t]/u.test(value),
    rule: 'must have no white space at its ends, no control characters and no broken Unicode',
  },
};

// Postgres stores no NUL; the other control characters, tab and line breaks apart, have no business in a request.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;

function printable(value: string): boolean {
  return value.isWellFormed() && !control.test(value);
}

/** Bodies are taken as they are; what comes in a URL is text, so numbers are read from it. */
const body = validator({ coerceTypes: false });
const url = validator({ coerceTypes: true });

/** Unlike Fastify's own, it names unknown fields instead of dropping them, and never turns "1" into 1. */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? body : url).compile(schema);

function validator(options: Options): Ajv {
  const ajv = new Ajv({ removeAdditional: false, useDefaults: true, ...options });
  addFormats.default(ajv);
  for (const [name, { check }] of Object.entries(textFormats)) ajv.addFormat(name, check);
  return ajv;
}

/** Pieces that several requests and answers share. */
export const UserId = Type.String({ minLength: 1, maxLength: 200, format: 'user-id' });
export const InputText = Type.String({ minLength: 1, maxLength: 8_000, format: 'text' });
export const InteractionId = Type.String({ format: 'uuid' });
export const UserParams = Type.Object({ user_id: UserId }, { additionalProperties: false });
