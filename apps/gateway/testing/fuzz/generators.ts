import fc from 'fast-check';
import type { DescribedRoute } from '../openapi-routes.ts';
import { naughtyStrings, typeConfusions } from './payloads.ts';

/** A request as it goes over the wire. */
export interface Forged {
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
  /** Of a record, its values; otherwise whether other fields are allowed. */
  additionalProperties?: Schema | boolean;
  pattern?: string;
  required?: string[];
  format?: string;
  minimum?: number;
  maximum?: number;
}

const ids = ['01a00000-0000-7000-8000-000000000001', '00000000-0000-0000-0000-000000000000'];

/** Mostly what the schema wants, sometimes anything else: only nearly right requests get far. */
const valueFor = (schema: Schema): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fitting(schema) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...typeConfusions) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...naughtyStrings) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3, noUnicodeString: false }) },
  );

function fitting({ anyOf, items, properties, ...schema }: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (anyOf) return fc.oneof(...anyOf.map(fitting));
  if (items) return fc.array(valueFor(items), { maxLength: 12 });
  if (properties) return object(properties);
  if (typeof schema.additionalProperties === 'object') return dictionary(schema.additionalProperties);
  if (schema.type === 'string') return text(schema);
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer') return fc.integer({ min: (schema.minimum ?? -9) - 1, max: 1_000 });
  return schema.type === 'number' ? number(schema) : fc.constant(null);
}

function number({ minimum, maximum }: Schema): fc.Arbitrary<unknown> {
  if (minimum === undefined || maximum === undefined) return fc.double();
  return fc.double({ min: minimum - 0.1, max: maximum + 0.1 });
}

/** Names that fit the patterns there are, and one that fits none. */
const dictionary = (value: Schema) =>
  fc.dictionary(fc.constantFrom('prior', 'goal_match', 'recent', '__proto__'), valueFor(value), {
    maxKeys: 3,
  });

function text({ format, pattern }: Schema): fc.Arbitrary<unknown> {
  if (pattern)
    return fc.oneof(fc.constantFrom('shipped', 'mine', 'other-2', '24h'), fc.constantFrom(...naughtyStrings));
  if (format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid());
  return fc.oneof(fc.constantFrom(...naughtyStrings), fc.string({ unit: 'binary' }), fc.lorem());
}

/** Fields may be missing, and others there that nobody asked for. */
function object(properties: Record<string, Schema>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valueFor(schema)]),
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

/** Requests to a route, from what its schema says. */
export function generateRequests({ method, path, parameters, body }: DescribedRoute): fc.Arbitrary<Forged> {
  const named = Object.fromEntries(parameters.map(({ name, schema }) => [name, valueFor(schema)]));
  const queried = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  return fc
    .tuple(fc.record(named), body ? valueFor(body) : fc.constant(undefined))
    .map(([values, payload]) => {
      const url = path.replaceAll(/\{([^}]+)\}/gu, (_, name: string) => inUrl(values[name]));
      const query = queried.map((name) => `${name}=${inUrl(values[name])}`).join('&');
      const forged = { method, url: query ? `${url}?${query}` : url };
      return payload === undefined ? forged : { ...forged, payload: JSON.stringify(payload) };
    });
}

function inUrl(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(text.toWellFormed());
}
