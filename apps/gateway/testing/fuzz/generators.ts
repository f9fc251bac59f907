import fc from 'fast-check';
import type { DescribedRoute } from '../openapi-routes.ts';
import { naughtyStrings, typeConfusions } from './payloads.ts';

export interface GeneratedRequest {
  method: DescribedRoute['method'];
  url: string;
  payload?: string;
}

interface Schema {
  type?: string;
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  /** The values of a record; otherwise whether other fields are allowed. */
  additionalProperties?: Schema | boolean;
  pattern?: string;
  required?: string[];
  format?: string;
  minimum?: number;
  maximum?: number;
}

const ids = ['01a00000-0000-7000-8000-000000000001', '00000000-0000-0000-0000-000000000000'];

/** Mostly valid values: only nearly valid requests get far. */
const generateValue = (schema: Schema): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: generateFitting(schema) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...typeConfusions) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...naughtyStrings) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3, noUnicodeString: false }) },
  );

function generateFitting({ anyOf, items, properties, ...schema }: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (anyOf) return fc.oneof(...anyOf.map(generateFitting));
  if (items) return fc.array(generateValue(items), { maxLength: 12 });
  if (properties) return generateObject(properties);
  if (typeof schema.additionalProperties === 'object') return generateRecord(schema.additionalProperties);
  if (schema.type === 'string') return generateText(schema);
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer') return fc.integer({ min: (schema.minimum ?? -9) - 1, max: 1_000 });
  return schema.type === 'number' ? generateNumber(schema) : fc.constant(null);
}

function generateNumber({ minimum, maximum }: Schema): fc.Arbitrary<unknown> {
  if (minimum === undefined || maximum === undefined) return fc.double();
  return fc.double({ min: minimum - 0.1, max: maximum + 0.1 });
}

const generateRecord = (value: Schema) =>
  fc.dictionary(fc.constantFrom('prior', 'goal_match', 'recent', '__proto__'), generateValue(value), {
    maxKeys: 3,
  });

function generateText({ format, pattern }: Schema): fc.Arbitrary<unknown> {
  if (pattern)
    return fc.oneof(fc.constantFrom('shipped', 'mine', 'other-2', '24h'), fc.constantFrom(...naughtyStrings));
  if (format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid());
  return fc.oneof(fc.constantFrom(...naughtyStrings), fc.string({ unit: 'binary' }), fc.lorem());
}

/** Fields may be missing or unexpected. */
function generateObject(properties: Record<string, Schema>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, generateValue(schema)]),
  );
  const extra = fc.dictionary(
    fc.constantFrom('admin', 'tenant_id', '__proto__', 'constructor', 'x'),
    fc.jsonValue(),
    {
      maxKeys: 1,
    },
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.record(fields) },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.record(fields), extra).map(([good, more]) => ({ ...good, ...more })),
    },
  );
}

export function generateRequests({
  method,
  path,
  parameters,
  body,
}: DescribedRoute): fc.Arbitrary<GeneratedRequest> {
  const parameterValues = Object.fromEntries(
    parameters.map(({ name, schema }) => [name, generateValue(schema)]),
  );
  const queryNames = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  return fc
    .tuple(fc.record(parameterValues), body ? generateValue(body) : fc.constant(undefined))
    .map(([values, payload]) => {
      const url = path.replaceAll(/\{([^}]+)\}/gu, (_, name: string) => toUrlPart(values[name]));
      const query = queryNames.map((name) => `${name}=${toUrlPart(values[name])}`).join('&');
      const request = { method, url: query ? `${url}?${query}` : url };
      return payload === undefined ? request : { ...request, payload: JSON.stringify(payload) };
    });
}

function toUrlPart(value: unknown): string {
  const generateText = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(generateText.toWellFormed());
}
