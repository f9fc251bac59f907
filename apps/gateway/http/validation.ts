import {
  isText,
  isUserId,
  maxInputLength,
  maxUserIdLength,
  textRule,
  userIdRule,
} from '@learning-loop/events/text-rules';
import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import { Type } from 'typebox';

/** String formats beyond JSON Schema; `rule` completes an error message. */
export const textFormats = {
  text: { check: isText, rule: textRule },
  'user-id': { check: isUserId, rule: userIdRule },
};

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

export const UserId = Type.String({ minLength: 1, maxLength: maxUserIdLength, format: 'user-id' });
export const InputText = Type.String({ minLength: 1, maxLength: maxInputLength, format: 'text' });
export const InteractionId = Type.String({ format: 'uuid' });
export const UserParams = Type.Object({ user_id: UserId }, { additionalProperties: false });
