import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { ensureInstalled } from '@learning-loop/testing/ensure-installed';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { infra } from './queries.ts';

const Answer = Compile(
  Type.Object({
    status: Type.String(),
    error: Type.Optional(Type.String()),
    data: Type.Optional(Type.Object({ result: Type.Array(Type.Unknown()) })),
  }),
);

export interface Prometheus extends AsyncDisposable {
  /** Number of series that match now; rejects for an invalid query. */
  count(expr: string): Promise<number>;
}

/** A real Prometheus with our rules, which scrapes `target` (host:port) every second. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  if (!(await ensureInstalled('prometheus', 'prometheus')))
    throw new Error('The monitoring tests need prometheus: apt-get install prometheus.');
  const directory = await mkdtemp(path.join(tmpdir(), 'prometheus-'));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml', 'alerts.yml'].map((name) => path.join(infra, 'prometheus', name)),
    scrape_configs: [{ job_name: 'standalone', static_configs: [{ targets: [target] }] }],
  };
  // JSON is YAML, too.
  await writeFile(path.join(directory, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${path.join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  return {
    async count(expr) {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`;
      const { status, error, data } = Answer.Parse(await (await fetch(url)).json());
      if (status !== 'success') throw new Error(`${expr}: ${error}`);
      return data?.result.length ?? 0;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
