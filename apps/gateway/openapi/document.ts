import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { routeAccess } from '../auth/roles.ts';
import { bodyErrors, type ErrorCode, errors, keyErrors, retryStatuses } from './errors.ts';
import { loopOperations } from './loop-operations.ts';
import { type Operation, parameters, tags } from './operation.ts';
import { operatorOperations } from './operator-operations.ts';

/** A missing one fails a test. */
export const operations: Record<string, Operation> = { ...loopOperations, ...operatorOperations };

interface Schema {
  $ref?: string;
  required?: string[];
  properties?: Record<string, { default?: unknown }>;
}
interface Media {
  schema?: Schema;
  example?: unknown;
}
interface Answer {
  description?: string;
  content?: Record<string, Media> | undefined;
  headers?: object;
}
interface Described {
  description?: string;
  parameters?: {
    name: string;
    description?: string;
    example?: unknown;
    schema: { description?: string; default?: unknown };
  }[];
  requestBody?: { content: Record<string, Media> };
  responses?: Record<string, Answer>;
}
interface Document {
  components?: object;
  paths?: Record<string, Record<string, Described>>;
}

/** `version` is that of the API. */
export const openApiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Learning loop',
      version: '1.0.0',
      summary: 'Ask what a user means, learn from every selection.',
      description:
        'An application sends what its user typed, shows the hypotheses, and sends the selection. The next hypotheses are better for this user, the next model for everyone.',
      license: { name: 'MIT', identifier: 'MIT' },
    } as never,
    servers: [{ url: '/', description: 'The gateway that serves this document' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [{ key: [] }],
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key: `ll_…`. While there is none, this machine needs none either.',
        },
      },
    },
  },
  transformObject: (whole) =>
    'openapiObject' in whole ? (describe(whole.openapiObject as Document) as never) : whole.swaggerObject,
};

/** Says of each operation what its schemas cannot, in place. */
function describe(document: Document): Document {
  document.components = { ...document.components, schemas: { ErrorBody: errorSchema } };
  for (const [path, methods] of Object.entries(document.paths ?? {}))
    for (const [verb, described] of Object.entries(methods))
      methods[verb] = describeOperation(`${verb.toUpperCase()} ${toUrl(path)}`, described);
  return document;
}

/** `/v1/users/{user_id}` as Fastify writes it. */
const toUrl = (path: string) => path.replaceAll(/\{([^}]+)\}/gu, ':$1');

function describeOperation(name: string, described: Described): Described {
  const operation = operations[name];
  if (operation === undefined) return described;
  const [method = '', url = ''] = name.split(' ');
  const isPublic = routeAccess(method, url) === 'public';
  for (const parameter of described.parameters ?? []) Object.assign(parameter, toParameter(parameter));
  const body = described.requestBody?.content['application/json'];
  if (body)
    Object.assign(body, { example: operation.body }, body.schema && { schema: requireLess(body.schema) });
  return {
    ...{ operationId: operation.id, tags: [operation.tag], summary: operation.summary },
    description: operation.description,
    ...described,
    responses: {
      ...describeSuccess(operation, described.responses),
      ...toErrorAnswers(listErrors(operation, described, isPublic)),
    },
    ...(isPublic && { security: [] }),
  };
}

function toParameter({ name, description, schema }: NonNullable<Described['parameters']>[number]) {
  const known = parameters[name];
  return {
    description: description ?? schema.description ?? known?.description,
    ...(known?.example !== undefined && { example: known.example }),
    ...(schema.default !== undefined && { required: false }),
  };
}

/** What has a default may be left out. The validator, which fills it in, calls it required all the same. */
function requireLess({ required = [], ...schema }: Schema): Schema {
  const needed = required.filter((name) => schema.properties?.[name]?.default === undefined);
  return { ...schema, ...(needed.length > 0 && { required: needed }) };
}

function describeSuccess({ summary, answer }: Operation, responses: Described['responses']) {
  const described = Object.entries(responses ?? {}).map(([status, response]) => {
    const json = response.content?.['application/json'];
    const rest = status === '204' ? { content: undefined } : {};
    if (json && answer !== undefined && status.startsWith('2')) json.example = answer;
    return [status, { ...response, ...rest, description: summary }] as const;
  });
  return Object.fromEntries(described);
}

function listErrors(
  { errors: own = [] }: Operation,
  { parameters: given, requestBody }: Described,
  isPublic: boolean,
): ErrorCode[] {
  const codes = [
    ...own,
    ...(isPublic ? (['internal_error'] as const) : keyErrors),
    ...(requestBody ? bodyErrors : []),
    ...(given ? (['invalid_request'] as const) : []),
  ];
  return [...new Set(codes)];
}

/** One answer per status, with all its codes. */
function toErrorAnswers(codes: readonly ErrorCode[]): Record<string, Answer> {
  const byStatus = Map.groupBy(codes, (code) => errors[code].status);
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, toErrorAnswer(status, some)]));
}

function toErrorAnswer(status: number, codes: readonly ErrorCode[]): Answer {
  const [code = 'internal_error'] = codes;
  const example = { error: { code, message: `${errors[code].means}.` } };
  return {
    description: codes.map((one) => `\`${one}\`: ${errors[one].means}.`).join('\n\n'),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' }, example } },
    ...(retryStatuses.includes(status) && { headers: { 'retry-after': retryAfter } }),
  };
}

const retryAfter = {
  description: 'Seconds until the same request may be sent again',
  schema: { type: 'integer', minimum: 1 },
};

const errorSchema = {
  type: 'object',
  description: 'What is wrong, and what to do',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', description: 'Stable; for programs' },
        message: { type: 'string', description: 'For people; it may change' },
        field: { type: 'string', description: 'Which field is wrong, such as `candidates.1`' },
      },
    },
  },
};
