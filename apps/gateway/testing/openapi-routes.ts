import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { Value } from 'typebox/value';

const Parameter = Type.Object({
  name: Type.String(),
  in: Type.String(),
  required: Type.Optional(Type.Boolean()),
  schema: Type.Object({}),
});
const Operation = Type.Object({
  parameters: Type.Optional(Type.Array(Parameter)),
  requestBody: Type.Optional(
    Type.Object({ content: Type.Record(Type.String(), Type.Object({ schema: Type.Object({}) })) }),
  ),
});
const Document = Type.Object({ paths: Type.Record(Type.String(), Type.Record(Type.String(), Operation)) });

/** From the OpenAPI document; `name` as in roles.ts. */
export interface DescribedRoute {
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  parameters: Type.Static<typeof Parameter>[];
  /** JSON schema. */
  body: object | undefined;
}

export async function describeRoutes(server: FastifyInstance): Promise<DescribedRoute[]> {
  const { body } = await server.inject('/docs/json');
  return parseRoutes(JSON.parse(body));
}

/** Of an OpenAPI document. */
export function parseRoutes(document: unknown): DescribedRoute[] {
  const { paths } = Value.Parse(Document, document);
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, { parameters = [], requestBody }]) => {
      const method = verb.toUpperCase() as DescribedRoute['method'];
      const name = `${method} ${path.replaceAll(/\{([^}]+)\}/gu, ':$1')}`;
      return { name, method, path, parameters, body: requestBody?.content['application/json']?.schema };
    }),
  );
}
