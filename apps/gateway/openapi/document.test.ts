import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, onTestFinished, test } from 'vitest';
import { permissions } from '../testing/permissions.ts';
import { gatewayForTest } from '../testing/test-gateway.ts';
import { operations } from './document.ts';

async function open() {
  const gateway = await gatewayForTest();
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return { ...gateway, document: (await gateway.get('/docs/json')).body };
}

test('the document passes the recommended rules of a linter, but for one of them', async () => {
  const { document } = await open();
  const config = await createConfig({
    extends: ['recommended'],
    // Probes have no error of the caller's to answer.
    rules: { 'operation-4xx-response': 'off' },
  });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  expect(
    problems.map(({ ruleId, message, location: [at] }) => `${ruleId} ${at?.pointer}: ${message}`),
  ).toEqual([]);
});

test('each route is described, by an id of its own', async () => {
  const { document } = await open();
  expect(Object.keys(operations).sort()).toEqual(Object.keys(permissions).sort());
  const described = Object.values<Record<string, { operationId?: string; security?: object[] }>>(
    document.paths,
  ).flatMap(Object.values);
  const ids = described.map(({ operationId }) => operationId);
  expect(ids).toHaveLength(29);
  expect(new Set(ids).size).toBe(29);
  expect(ids).toContain('hypothesize');
  expect(ids.every(Boolean)).toBe(true);
  // Probes need no key; all others the one that the document names.
  expect(document.security).toEqual([{ key: [] }]);
  const open_ = described.filter(({ security }) => security?.length === 0);
  expect(open_.map(({ operationId }) => operationId)).toEqual(['getLiveness', 'getReadiness']);
});

interface Described {
  parameters?: { name: string; example?: unknown; description?: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
  responses: Record<string, { content?: Record<string, { schema: object; example?: unknown }> }>;
}

test('each example is what its schema asks for, and each body and parameter has one', async () => {
  const { document } = await open();
  const ajv = new Ajv2020({ strict: false, formats: { text: true, 'user-id': true } });
  addFormats.default(ajv);
  const check = (name: string, schema: object, example: unknown) => {
    const validate = ajv.compile({ ...schema, components: document.components });
    expect([name, validate(example), ajv.errorsText(validate.errors)]).toEqual([name, true, 'No errors']);
  };
  for (const [path, methods] of Object.entries<Record<string, Described>>(document.paths))
    for (const [verb, { parameters = [], requestBody, responses }] of Object.entries(methods)) {
      const at = `${verb} ${path}`;
      for (const { name, example, description, schema } of parameters) {
        expect([at, name, typeof description]).toEqual([at, name, 'string']);
        if (name !== 'include') check(`${at} ${name}`, schema, example);
      }
      const body = requestBody?.content['application/json'];
      if (body) check(`${at} body`, body.schema, body.example);
      for (const [status, { content }] of Object.entries(responses)) {
        const json = content?.['application/json'];
        if (json?.example !== undefined) check(`${at} ${status}`, json.schema, json.example);
      }
    }
});

test('what has a default may be left out', async () => {
  const { document } = await open();
  const { parameters } = document.paths['/v1/users/{user_id}/memories'].get;
  expect(parameters.filter((one: { required: boolean }) => one.required)).toHaveLength(1);
  const { schema } = document.paths['/v1/models'].post.requestBody.content['application/json'];
  expect(schema.required).toEqual(['kind']);
});

test('what an operation may refuse depends on what it is given', async () => {
  const { document } = await open();
  const statuses = (verb: string, path: string) => Object.keys(document.paths[path][verb].responses);
  const ofKey = ['401', '403', '429', '500', '503'];
  expect(statuses('get', '/v1/models')).toEqual(['200', ...ofKey]);
  expect(statuses('get', '/v1/users/{user_id}/persona')).toEqual(['200', '400', ...ofKey]);
  expect(statuses('post', '/v1/feedback')).toEqual([
    '202',
    '400',
    '401',
    '403',
    '404',
    '409',
    '413',
    '415',
    '429',
    '500',
    '503',
  ]);
  expect(statuses('get', '/livez')).toEqual(['200', '500']);
});

test('an error has the status and the code that its operation documents', async () => {
  const { document, server } = await open();
  const interaction_id = '01a2057f-58be-77b5-ad22-32f3129e4e90';
  const selection = { user_id: 'ada', input_text: 'build api', hypothesis_id: 'h9', interaction_id };
  const failing = [
    ['post', '/v1/hypothesize', { user_id: 'ada' }, 400, 'invalid_request'],
    ['post', '/v1/execute', selection, 404, 'no_such_interaction'],
    ['post', '/v1/models', { kind: 'ranker' }, 400, 'invalid_request'],
    ['post', '/v1/models/mine/promote', {}, 404, 'no_such_model'],
    ['delete', `/v1/users/ada/memories/${interaction_id}`, undefined, 404, 'no_such_memory'],
    ['get', `/v1/erasures/${interaction_id}`, undefined, 404, 'no_such_erasure'],
    ['post', `/v1/dead-letters/${interaction_id}/replay`, undefined, 404, 'no_such_dead_letter'],
  ] as const;
  for (const [method, url, body, status, code] of failing) {
    const response = await server.inject({ method, url, ...(body && { body }) });
    expect([url, response.statusCode, response.json().error.code]).toEqual([url, status, code]);
    const path = url
      .replace('/models/mine', '/models/{model_id}')
      .replace('users/ada', 'users/{user_id}')
      .replace(
        interaction_id,
        url.includes('memories')
          ? '{memory_id}'
          : url.includes('erasures')
            ? '{erasure_id}'
            : '{dead_letter_id}',
      );
    expect(document.paths[path][method].responses[status].description).toContain(`\`${code}\``);
  }
});
