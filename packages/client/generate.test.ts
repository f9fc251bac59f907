import { expect, test } from 'vitest';
import { generateSources } from './generate.ts';

const letter = {
  type: 'object',
  required: ['stamp'],
  properties: {
    stamp: { type: 'number' },
    from: { type: 'string' },
    sent: { type: 'string', format: 'date' },
    to: { type: 'string' },
    lines: { type: 'array', items: { type: 'string' } },
  },
};
const answers = (schema: object) => ({
  responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } },
});
const holding = (name: string, schema: object) => ({ type: 'object', properties: { [name]: schema } });
const document = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'post', version: '1' },
  paths: {
    '/v1/letters': { get: answers(holding('letters', { type: 'array', items: letter })) },
    '/v1/letters/{letter_id}': {
      get: answers(holding('letter', letter)),
      put: answers(holding('kept', letter)),
    },
    '/livez': { get: answers({ type: 'string' }) },
  },
});

const sources = await generateSources(document);

test('each path has a file, and what several say stands once, under the name that its property has', () => {
  expect([...sources.keys()]).toEqual([
    'api.ts',
    'api/shared.ts',
    'api/v1/letters.ts',
    'api/v1/letters/letter_id.ts',
    'api/livez.ts',
  ]);
  expect(sources.get('api/shared.ts')).toContain(
    'export type Kept = {\n    stamp: number;\n    from?: string;',
  );
  expect([...sources.values()].join('').match(/stamp: number/g)).toHaveLength(1);
  expect(sources.get('api/v1/letters/letter_id.ts')).toMatch(
    /import type \{.*Kept.*\} from "..\/..\/shared.ts";/,
  );
  expect(sources.get('api/v1/letters.ts')).toContain('letters?: Kept[];');
});

test('a type that the document names has its name, and so has an answer that holds nothing else', async () => {
  const schema = { $ref: '#/components/schemas/ErrorBody' };
  const failing = (operationId: string) => ({
    get: {
      operationId,
      responses: {
        404: { description: operationId, content: { 'application/json': { schema, example: operationId } } },
      },
    },
  });
  const named = await generateSources(
    JSON.stringify({
      ...{ openapi: '3.1.0', info: { title: 'post', version: '1' } },
      paths: { '/a': failing('a'), '/b': failing('b'), '/c': failing('c'), '/d': failing('d') },
      components: { schemas: { ErrorBody: letter } },
    }),
  );
  expect(named.get('api/a.ts')).toContain('404: ErrorBodyAnswer;');
  expect(named.get('api/a.ts')).not.toContain('operations[');
  expect(named.get('api/shared.ts')).toContain('export type ErrorBodyAnswer = {');
});

test('a method that a path has not cannot be called', () => {
  expect(sources.get('api/v1/letters.ts')).not.toMatch(/\b(put|post|delete)\b/);
  const letters = sources.get('api/v1/letters/letter_id.ts');
  expect(letters).toContain('get: {');
  expect(letters).toContain('put: {');
});

test('what is no OpenAPI document is refused', async () => {
  await expect(generateSources('{"error": "not found"}')).rejects.toThrow();
});
