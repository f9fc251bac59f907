import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Job {
  id: string;
  status: string;
  fine_tuned_model: string | null;
  error: { message: string } | null;
  metadata: Record<string, string>;
  training_file: string;
}

/** The used part of OpenAI's fine-tuning API, under the test's control. */
export async function fineTuneServer() {
  const jobs: Job[] = [];
  const uploads: string[] = [];
  const faults: { status: number; headers?: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const fault = faults.shift();
    if (fault) return send(response, { error: { message: 'as the test says' } }, fault.status, fault.headers);
    const id = request.url?.match(/jobs\/([\w-]+)/)?.[1];
    if (request.url?.endsWith('/files')) {
      uploads.push(body);
      return send(response, { id: `file-${uploads.length}` });
    }
    if (id !== undefined) return send(response, jobs.find((job) => job.id === id) ?? {});
    if (request.method === 'POST') return send(response, newJob(jobs, JSON.parse(body)));
    send(response, { object: 'list', data: jobs, has_more: false });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    ...{ jobs, uploads, faults },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function newJob(jobs: Job[], { metadata, training_file }: Pick<Job, 'metadata' | 'training_file'>): Job {
  const job = { id: `ftjob-${jobs.length + 1}`, status: 'running', fine_tuned_model: null, error: null };
  jobs.push({ ...job, metadata, training_file });
  return { ...job, metadata, training_file };
}

function send(response: ServerResponse, body: object, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
