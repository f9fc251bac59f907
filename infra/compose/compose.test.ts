import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { apps, variablesOf } from '../apps.ts';

const repository = path.join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

const Compose = Type.Object({
  services: Type.Record(
    Type.String(),
    Type.Object({
      build: Type.Optional(Type.Object({ dockerfile: Type.String(), target: Type.String() })),
      image: Type.Optional(Type.String()),
      environment: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      depends_on: Type.Optional(Type.Record(Type.String(), Type.Object({ condition: Type.String() }))),
      healthcheck: Type.Optional(Type.Unknown()),
      volumes: Type.Optional(Type.Array(Type.String())),
      secrets: Type.Optional(Type.Array(Type.String())),
      read_only: Type.Optional(Type.Boolean()),
    }),
  ),
  secrets: Type.Record(Type.String(), Type.Object({ file: Type.String() })),
});

const Scraping = Type.Object({
  scrape_configs: Type.Array(
    Type.Object({
      dns_sd_configs: Type.Array(Type.Object({ names: Type.Array(Type.String()), port: Type.Number() })),
    }),
  ),
});

const readText = (name: string) => readFile(path.join(repository, name), 'utf8');
const readCompose = async () => parse(await readText('docker-compose.yml'), { merge: true });
const readServices = async () => Value.Parse(Compose, await readCompose()).services;

test('fits the schema of the compose specification', async () => {
  const schema = path.join(
    path.dirname(require.resolve('dclint/package.json')),
    'schemas/compose.schema.json',
  );
  // The specification uses `#` in the draft's name, which is the draft's own.
  const { $schema: _, ...rules } = JSON.parse(await readFile(schema, 'utf8'));
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));
  ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
  const fits = ajv.compile(rules);
  const { 'x-app': _app, 'x-model': _model, 'x-embedding': _embedding, ...compose } = await readCompose();
  fits(compose);
  expect(fits.errors).toBeNull();
  fits({ ...compose, services: { gateway: { imagge: 'typo' } } });
  expect(fits.errors).not.toBeNull();
});

test('sets every variable that an app reads, and no other', async () => {
  const services = await readServices();
  const inImage = [...(await readText('infra/docker/Dockerfile')).matchAll(/([A-Z_]+)=\S+/g)].map(
    ([, name = '']) => name,
  );
  for (const app of apps) {
    const set = Object.keys(services[app]?.environment ?? {}).map((name) => name.replace(/_FILE$/, ''));
    const read = variablesOf(app);
    expect(read, app).toEqual(expect.arrayContaining(set));
    // The log goes to stdout, where the engine collects it.
    const left = read.filter((name) => !set.includes(name) && !inImage.includes(name));
    expect(left, app).toEqual(['LOG_DIR']);
  }
});

/** By an exact version, for who reads it, and a digest, which decides. */
const pinned = /:v?\d+\.\d+(?:\.\d+)?(?:-[a-z-]+)?@sha256:[0-9a-f]{64}$/u;

test('builds every app from a target that there is, and pins every other image', async () => {
  const services = await readServices();
  for (const app of apps) {
    const { build, read_only } = services[app] ?? {};
    expect(build?.target).toBe(app);
    expect(await readText(build?.dockerfile ?? ''), app).toContain(` AS ${app}\n`);
    expect(read_only, app).toBe(true);
  }
  for (const { image } of Object.values(services)) if (image) expect(image).toMatch(pinned);
});

test("the images' Node is that of the repository, and every base is pinned", async () => {
  const dockerfile = await readText('infra/docker/Dockerfile');
  const [, node = ''] = /^ARG NODE_IMAGE=(.*)$/mu.exec(dockerfile) ?? [];
  expect(node).toMatch(pinned);
  expect(node).toContain(`:${process.versions.node}-`);
  const stages = [...dockerfile.matchAll(/ AS (\S+)/gu)].map(([, stage]) => stage);
  for (const [, base] of dockerfile.matchAll(/^FROM \$?\{?([^\s}]+)/gmu))
    expect([...stages, 'NODE_IMAGE']).toContain(base);
});

test('starts each service after what it stands on is healthy', async () => {
  const services = await readServices();
  for (const [name, { depends_on = {} }] of Object.entries(services)) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(condition, name).toBe('service_healthy');
      // The apps' images bring a health check.
      expect(services[other]?.healthcheck ?? services[other]?.build, other).toBeDefined();
    }
  }
});

test('Prometheus asks every app where its image listens', async () => {
  const { scrape_configs } = Value.Parse(Scraping, parse(await readText('infra/prometheus/prometheus.yml')));
  const [, port] = / PORT=(\d+)/u.exec(await readText('infra/docker/Dockerfile')) ?? [];
  const asked = scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs);
  expect(asked.map(({ names }) => names)).toEqual(expect.arrayContaining(apps.map((app) => [app])));
  for (const { names, port: at } of asked) expect(String(at), names.join()).toBe(port);
});

test('mounts only files and secrets that there are', async () => {
  const compose = Value.Parse(Compose, await readCompose());
  const place = (text: string) => path.join(repository, text.replace(/\$\{\w+:-([^}]*)\}/, '$1'));
  for (const { file } of Object.values(compose.secrets)) expect(existsSync(place(file)), file).toBe(true);
  for (const { volumes = [], secrets = [] } of Object.values(compose.services)) {
    for (const [source = ''] of volumes.map((volume) => volume.split(':')))
      if (source.startsWith('.')) expect(existsSync(place(source)), source).toBe(true);
    expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(secrets));
  }
});
