import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { readConfig as readGateway } from 'gateway/config';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { apps, variablesOf } from './apps.ts';
import { findHelm, type Helm } from './helm.ts';

const run = promisify(execFile);
const chart = path.join(import.meta.dirname, 'helm');
const models = {
  CronJob,
  Deployment,
  Ingress,
  Job,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  ScaledObject,
  Service,
  ServiceAccount,
  ServiceMonitor,
};
type Kind = keyof typeof models;
type Objects = { [K in Kind]: InstanceType<(typeof models)[K]>[] };

let helm: Helm;
let rendered: Map<string, Objects>;

beforeAll(async () => {
  helm = await findHelm();
  rendered = new Map([['values.yaml', await render()]]);
  for (const name of await readdir(path.join(chart, 'ci')))
    rendered.set(name, await render({ options: ['--values', path.join(chart, 'ci', name)] }));
});

interface Rendering {
  release?: string;
  options?: string[];
}

/** The objects that the chart makes, each checked against its model: what must be there, and of which type. */
async function render({ release = 'loop', options = [] }: Rendering = {}): Promise<Objects> {
  const objects: Objects = {
    CronJob: [],
    Deployment: [],
    Ingress: [],
    Job: [],
    NetworkPolicy: [],
    PersistentVolumeClaim: [],
    PodDisruptionBudget: [],
    ScaledObject: [],
    Service: [],
    ServiceAccount: [],
    ServiceMonitor: [],
  };
  for (const document of parseAllDocuments(await helm('template', release, chart, ...options))) {
    const content = document.toJS();
    if (content === null) continue;
    const Model = models[content.kind as Kind];
    const object = new Model(content);
    object.validate();
    objects[content.kind as Kind].push(object as never);
  }
  return objects;
}

test('lints with every values file', async () => {
  for (const name of await readdir(path.join(chart, 'ci')))
    expect(await helm('lint', chart, '--strict', '--values', path.join(chart, 'ci', name))).toContain(
      '0 chart(s) failed',
    );
});

test('makes what each values file asks for', () => {
  const counts = (name: string) =>
    Object.entries(rendered.get(name) ?? {}).map(([kind, objects]) => `${kind} ${objects.length}`);
  expect(counts('values.yaml')).toEqual(
    counts('minio.yaml').map((line) => line.replace('Account 0', 'Account 1')),
  );
  expect(rendered.get('aws.yaml')).toMatchObject({
    Ingress: [{}],
    PersistentVolumeClaim: [{ spec: { accessModes: ['ReadWriteOnce'] } }],
  });
  expect(rendered.get('plain.yaml')).toMatchObject({
    ...{ ScaledObject: [], ServiceMonitor: [], NetworkPolicy: [] },
    PersistentVolumeClaim: [{ spec: { accessModes: ['ReadWriteMany'] } }],
  });
});

test('has no field that Kubernetes does not know', async () => {
  const all = [...rendered.values()].flatMap((objects) => Object.values(objects).flat());
  await expect(compile([...all, wrong])).rejects.toMatchObject({
    stdout: expect.stringContaining('replicass'),
  });
  await compile(all);
}, 60_000);

const wrong = new Deployment({ metadata: { name: 'wrong' } });
Object.assign(wrong, { spec: { replicass: 1, selector: {}, template: {} } });

/** As literals of their models' types, where the compiler refuses a field that the type does not name. */
async function compile(objects: { kind: string }[]): Promise<void> {
  const file = path.join(import.meta.dirname, `.rendered-${process.pid}.ts`);
  const source = await readFile(import.meta.filename, 'utf8');
  const places = [...source.matchAll(/^import \{ (\w+) \} from '(.*kubernetes-models.*)';$/gm)];
  const imports = places.map(([, kind, place]) => `import type { I${kind} } from '${place}';`);
  const literals = objects.map(
    (object, at) => `export const _${at}: I${object.kind} = ${JSON.stringify(object)};`,
  );
  await writeFile(file, [...imports, ...literals].join('\n'));
  const options = ['--ignoreConfig', '--noEmit', '--skipLibCheck', '--strict', '--module', 'nodenext'];
  await run('tsc', [...options, file]).finally(() => rm(file));
}

test.each([
  ['a name that is none', ['--set', 'apps.gateway.env.EXPLORATION_RAT=0.1'], 'EXPLORATION_RAT'],
  ['a value of the wrong type', ['--set', 'apps.gateway.replicas=two'], 'replicas'],
  ['a place that is none', ['--set', 'trainingLog.place=bucket'], 'place'],
])('refuses %s', async (_what, options, named) => {
  await expect(render({ options })).rejects.toThrow(named);
});

describe.each(apps)('%s', (app) => {
  const deployments = () => [...rendered.values()].map(({ Deployment: all }) => named(all, app));

  test('has every variable that it reads, and no other', async () => {
    const schema = JSON.parse(await readFile(path.join(chart, 'values.schema.json'), 'utf8'));
    const offered = Object.keys(schema.properties.apps.properties[app].properties.env.properties);
    const set = deployments().flatMap((deployment) => namesSet(deployment));
    // The image says where it listens, and the log goes to stdout; the AWS library and Node read their own variables.
    const elsewhere = ['HOST', 'PORT', 'LOG_DIR', ...(app === 'trainer' ? ['DATASETS_DIR'] : [])];
    const own = set.filter((name) => !/^(AWS_|NODE_|HTTPS_PROXY$|NO_PROXY$)/.test(name));
    expect([...new Set([...offered, ...own, ...elsewhere])].toSorted()).toEqual(variablesOf(app));
    expect(offered).not.toEqual(expect.arrayContaining(['DATABASE_URL']));
  });

  test('runs without rights, with probes, bounds and a place in the network', () => {
    for (const deployment of deployments()) {
      const pod = deployment.spec?.template.spec;
      expect(pod?.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod?.automountServiceAccountToken).toBe(false);
      const [container] = pod?.containers ?? [];
      expect(container).toMatchObject({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        startupProbe: { httpGet: { path: '/livez' } },
        livenessProbe: { httpGet: { path: '/livez' } },
        readinessProbe: { httpGet: { path: '/readyz' } },
        resources: { requests: { cpu: expect.anything(), memory: expect.anything() } },
      });
      const mounted = (container?.volumeMounts ?? []).map(({ name }) => name);
      expect(mounted.toSorted()).toEqual((pod?.volumes ?? []).map(({ name }) => name).toSorted());
      expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(20);
    }
  });

  test('is found by its service, its budget and its scaler', () => {
    for (const objects of rendered.values()) {
      const { spec } = named(objects.Deployment, app);
      const labels = spec?.template.metadata?.labels ?? {};
      expect(labels).toMatchObject(spec?.selector.matchLabels ?? {});
      expect(labels).toMatchObject(named(objects.Service, `${app}-pods`).spec?.selector ?? {});
      expect(labels).toMatchObject(named(objects.PodDisruptionBudget, app).spec?.selector?.matchLabels ?? {});
      const scaler = objects.ScaledObject.find(({ metadata }) => metadata?.name === `loop-${app}`);
      // Two hands on one wheel: what is scaled says no number of replicas.
      expect(spec?.replicas === undefined).toBe(scaler !== undefined);
      if (scaler) expect(scaler.spec?.scaleTargetRef.name).toBe(`loop-${app}`);
    }
  });
});

test('every value of a hostile file is rendered as it was typed', async () => {
  const { Deployment: all = [], ScaledObject: scalers = [] } = rendered.get('hostile.yaml') ?? {};
  const pod = named(all, 'gateway').spec?.template;
  const env = pod?.spec?.containers[0]?.env?.map(({ name, value = '' }) => [name, value] as const) ?? [];
  expect(Object.fromEntries(env)).toMatchObject({
    RATE_LIMIT_PER_KEY: '1000000',
    RATE_LIMIT_PER_USER: '25000000',
    LLM_TOKENS_PER_HOUR: '9007199254740991',
    OPENAI_MODEL_NAME: 'a: "b" # {c} \\ <d>',
    DATABASE_URL_FILE: '/secrets/postgres/a, b',
    NODE_EXTRA_CA_CERTS: '/certificates/ca: 1.crt',
    HTTPS_PROXY: 'http://me:p%23ss@proxy.example.com:3128',
    NO_PROXY: '.svc,10.0.0.0/8',
  });
  const own = { ...Object.fromEntries(env), DATABASE_URL: 'postgres://host/db' };
  const settings: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(own).filter(([name]) => !name.endsWith('_FILE')),
  );
  expect(readGateway(settings)).toMatchObject({
    requestsPerKey: 1_000_000,
    requestsPerUser: 25_000_000,
    explorationRate: 1e-7,
    promptTokenBudget: 2_000,
  });
  expect(pod?.metadata?.annotations).toEqual({
    'sidecar.istio.io/inject': 'false',
    build: '1000000',
    'odd: key': 'a "b" # {c}',
  });
  expect(pod?.spec).toMatchObject({
    serviceAccountName: '007',
    nodeSelector: { zone: '1', spot: 'true' },
    tolerations: [{ tolerationSeconds: 1_000_000 }],
    priorityClassName: '1',
    topologySpreadConstraints: [
      { topologyKey: 'zone', labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } } },
    ],
  });
  expect(named(all, 'trainer').spec?.replicas).toBe(1_000_000);
  const thresholds = scalers.flatMap(({ spec }) =>
    spec?.triggers.map(({ metadata }) => metadata['threshold']),
  );
  expect(thresholds).toEqual(expect.arrayContaining(['1000000', '2500000']));
});

test('missing data scales nothing to zero', () => {
  const { ScaledObject: scalers = [] } = rendered.get('values.yaml') ?? {};
  const triggers = scalers.flatMap(({ spec }) => spec?.triggers ?? []);
  expect(triggers).toHaveLength(7);
  for (const { metadata } of triggers) expect(metadata).toMatchObject({ ignoreNullValues: 'false' });
});

test('a release may be named like a number', async () => {
  const { Deployment: all } = await render({ release: '1e3' });
  expect(all[0]?.spec?.selector.matchLabels).toMatchObject({ 'app.kubernetes.io/instance': '1e3' });
});

test('workers are scaled by their queue and by the learning lag, the gateway by its requests', () => {
  const { ScaledObject: scalers = [] } = rendered.get('values.yaml') ?? {};
  const triggers = Object.fromEntries(
    scalers.map(({ metadata, spec }) => [metadata?.name, spec?.triggers.map((trigger) => trigger.name)]),
  );
  expect(triggers).toEqual({
    'loop-gateway': ['requests'],
    'loop-memory-worker': ['jobs', 'lag'],
    'loop-persona-worker': ['jobs', 'lag'],
    'loop-training-log-worker': ['jobs', 'lag'],
  });
});

test('leads each app to its database: the console to the replica, the trainer past the pooler', () => {
  const { Deployment: all = [] } = rendered.get('aws.yaml') ?? {};
  const databases = apps.map((app) => {
    const env = named(all, app).spec?.template.spec?.containers[0]?.env ?? [];
    return [app, env.find(({ name }) => name === 'DATABASE_URL_FILE')?.value];
  });
  expect(Object.fromEntries(databases)).toMatchObject({
    gateway: '/secrets/postgres/pooled',
    'memory-worker': '/secrets/postgres/pooled',
    console: '/secrets/postgres/replica',
    trainer: '/secrets/postgres/direct',
  });
});

test('migrates before the rollout, from the URL that leads past the pooler', () => {
  const { Job: [job] = [] } = rendered.get('aws.yaml') ?? {};
  expect(job?.metadata?.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
  expect(job?.spec?.template.spec?.containers[0]).toMatchObject({
    command: ['node', 'apps/gateway/migrate.ts'],
    env: [{ name: 'DATABASE_URL_FILE', value: '/secrets/postgres/direct' }],
  });
});

function named<T extends { metadata?: { name?: string } }>(objects: T[], name: string): T {
  const found = objects.find(({ metadata }) => metadata?.name === `loop-${name}`);
  if (!found) throw new Error(`The chart makes no loop-${name}.`);
  return found;
}

function namesSet(deployment: Deployment): string[] {
  const env = deployment.spec?.template.spec?.containers[0]?.env ?? [];
  return env.map(({ name }) => name.replace(/_FILE$/, ''));
}
