import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import { textFormats } from './text-formats.ts';

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
