import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
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

/** What a value of this schema is, to end a sentence with: "an integer from 0 to 65535". */
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

/** The environment is at fault; the message has one sentence a line, for every fault there is. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * The variables that the schema names, converted to its types, with its defaults. An empty variable counts as
 * unset. NAME_FILE, as secrets are mounted, is read when NAME is unset. Throws a ConfigError with all faults.
 * A string with a `pattern` says in its `description` what it must be.
 */
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
  throw new ConfigError(
    `${name} is "${safeToShow(name, String(text))}"; it must be ${describeSchema(property)}.`,
  );
}

function readText(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`];
  if (env[name] || !file) return env[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    throw new ConfigError(
      `${name}_FILE is "${file}"; it must be a file that can be read (${errorCode(error)}).`,
    );
  }
}

/** What cannot be converted stays text, and then fails the schema. */
function convert(property: TSchema, text: string): unknown {
  const trimmed = text.trim();
  if (IsInteger(property)) return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : text;
  if (IsNumber(property)) return Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
  if (IsBoolean(property))
    return { true: true, '1': true, false: false, '0': false }[trimmed.toLowerCase()] ?? text;
  return text;
}

/** Secrets stay out of terminals and logs. */
function safeToShow(name: string, text: string): string {
  if (/KEY|SECRET|TOKEN|PASSWORD/.test(name)) return '…';
  return text.replace(/\/\/[^/@]*@/, '//…@');
}

const repository = resolve(import.meta.dirname, '../../..');

/**
 * Makes every app of the repository see the same `.env` and the same relative paths, whichever folder the package
 * manager started it in; then reads `.env`, whose variables give way to the real environment.
 */
export function prepareEnvironment(): void {
  if (!relative(repository, process.cwd()).startsWith('..')) process.chdir(repository);
  for (const [name, value] of Object.entries(parseEnv(readDotEnv()))) process.env[name] ??= value;
}

function readDotEnv(): string {
  try {
    return readFileSync('.env', 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw new ConfigError(`${resolve('.env')} cannot be read (${errorCode(error)}).`, { cause: error });
  }
}
