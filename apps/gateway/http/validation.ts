import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import { Type } from 'typebox';

/** String formats beyond JSON Schema; `rule` completes an error message. */
export const textFormats = {
  text: {
    check: (value: string) => /\S/u.test(value) && isPrintable(value),
    rule: 'must hold more than white space, and no control characters or broken Unicode',
  },
  'user-id': {
    check: (value: string) => value.trim() === value && isPrintable(value) && !/[\n\r\t]/u.test(value),
    rule: 'must have no white space at its ends, no control characters and no broken Unicode',
  },
};

// Postgres cannot store NUL; other control characters except tab and line breaks are invalid as well.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern detects them
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;

function isPrintable(value: string): boolean {
  return value.isWellFormed() && !control.test(value);
}

/** URL parameters are text, so they are coerced; bodies are not. */
const body = createValidator({ coerceTypes: false });
const url = createValidator({ coerceTypes: true });

/** Unlike Fastify's default, it rejects unknown fields instead of dropping them and does not coerce bodies. */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? body : url).compile(schema);

function createValidator(options: Options): Ajv {
  const ajv = new Ajv({ removeAdditional: false, useDefaults: true, ...options });
  addFormats.default(ajv);
  for (const [name, { check }] of Object.entries(textFormats)) ajv.addFormat(name, check);
  return ajv;
}

export const UserId = Type.String({ minLength: 1, maxLength: 200, format: 'user-id' });
export const InputText = Type.String({ minLength: 1, maxLength: 8_000, format: 'text' });
export const InteractionId = Type.String({ format: 'uuid' });
export const UserParams = Type.Object({ user_id: UserId }, { additionalProperties: false });
