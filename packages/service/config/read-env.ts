import { readFileSync } from 'node:fs';
import {
  IsBoolean,
  IsInteger,
  IsLiteral,
  IsNumber,
  IsOptional,
  IsUnion,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
} from 'typebox';
import { Value } from 'typebox/value';
import { errorCode } from '../errors.ts';
import { decodeText } from './decode-text.ts';

/**
 * Ends a sentence, such as "an integer from 0 to 65535". A schema with a `pattern` needs a `description`; the error of a
 * refinement is a whole sentence.
 */
function describeSchema(schema: TSchema): string {
  const { description } = options(schema);
  if (typeof description === 'string') return description;
  if (IsBoolean(schema)) return 'true or false';
  if (IsUnion(schema)) return `one of ${schema.anyOf.map(describeSchema).join(', ')}`;
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

/** Its message lists every fault, one sentence per line. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** An empty variable counts as unset; if NAME is unset, the file NAME_FILE is read, for mounted secrets. */
export function readEnv<P extends TProperties>(
  schema: TObject<P>,
  env: NodeJS.ProcessEnv,
): Static<TObject<P>> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  const properties: TProperties = schema.properties;
  for (const [name, property] of Object.entries(properties)) {
    try {
      const value = readValue(name, property, env);
      if (value !== undefined) values[name] = value;
    } catch (error) {
      faults.push(error instanceof ConfigError ? error.message : String(error));
    }
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  if (!Value.Check(schema, values)) throw new ConfigError('The environment does not fit its schema.');
  return values;
}

function readValue(name: string, property: TSchema, env: NodeJS.ProcessEnv): unknown {
  const text = readText(name, env);
  const value = text === undefined ? Reflect.get(property, 'default') : convert(property, text);
  if (value === undefined && IsOptional(property)) return undefined;
  if (value === undefined)
    throw new ConfigError(`${name} is not set; it must be ${describeSchema(property)}.`);
  if (Value.Check(property, value)) return value;
  const refinement = Value.Errors(property, value).find(({ keyword }) => keyword === '~refine');
  if (refinement) throw new ConfigError(refinement.message);
  throw new ConfigError(
    `${name} is "${maskSecrets(name, property, String(text))}"; it must be ${describeSchema(property)}.`,
  );
}

function readText(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`];
  // Files that Windows wrote leave a carriage return behind.
  const own = env[name]?.trim();
  if (own || !file) return own || undefined;
  try {
    const text = decodeText(readFileSync(file));
    if (text !== undefined) return text.trim() || undefined;
  } catch (error) {
    throw new ConfigError(
      `${name}_FILE is "${file}"; it must be a file that can be read (${errorCode(error)}).`,
    );
  }
  throw new ConfigError(`${name}_FILE is "${file}"; it must be a text in UTF-8 or UTF-16.`);
}

function convert(property: TSchema, text: string): unknown {
  const trimmed = text.trim();
  if (IsInteger(property)) return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : text;
  if (IsNumber(property)) return Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
  if (IsBoolean(property))
    return { true: true, '1': true, false: false, '0': false }[trimmed.toLowerCase()] ?? text;
  return text;
}

/** What must be a number is no secret, whatever its name: RATE_LIMIT_PER_KEY, PROMPT_TOKEN_BUDGET. */
function maskSecrets(name: string, property: TSchema, text: string): string {
  const isText = !IsInteger(property) && !IsNumber(property) && !IsBoolean(property) && !IsUnion(property);
  if (isText && /KEY|SECRET|TOKEN|PASSWORD/.test(name)) return '…';
  return text.replace(/\/\/[^/@]*@/, '//…@');
}
