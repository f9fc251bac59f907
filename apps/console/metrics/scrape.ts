import { lookup } from 'node:dns/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

export interface Sources {
  /** URLs of /metrics. A name with several addresses stands for several replicas. */
  urls: string[];
  /** A key with the role reader. */
  key?: string | undefined;
}

const timeoutMs = 1_500;

/** Pages that do not answer are left out. */
export async function scrapeMetrics({ urls, key }: Sources, own: Registry, log: Logger): Promise<string[]> {
  const addresses = (await Promise.all(urls.map(resolveAddresses))).flat();
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const pages = await Promise.allSettled([own.metrics(), ...addresses.map((url) => fetchText(url, headers))]);
  return pages.flatMap((page) => {
    if (page.status === 'fulfilled') return [page.value];
    log.debug({ err: page.reason }, 'metrics_not_read');
    return [];
  });
}

async function resolveAddresses(text: string): Promise<string[]> {
  const url = new URL(text);
  if (url.protocol === 'https:') return [text];
  const addresses = await lookup(url.hostname, { all: true }).catch(() => []);
  return addresses.map(({ address, family }) => {
    const one = new URL(url);
    one.hostname = family === 6 ? `[${address}]` : address;
    return one.href;
  });
}

async function fetchText(url: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return await response.text();
}

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const line = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/u;
const label = /(?<key>\w+)="(?<value>(?:[^"\\]|\\.)*)"/gu;

/** Parses Prometheus's text format (version 0.0.4), keeping matching names. */
export function parseMetrics(text: string, names: RegExp): Sample[] {
  return text.split('\n').flatMap((row) => (names.test(row) ? parseLine(row) : []));
}

function parseLine(row: string): Sample[] {
  const { name, labels = '', value } = line.exec(row)?.groups ?? {};
  if (name === undefined || value === undefined) return [];
  return [
    { name, labels: parseLabels(labels), value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) },
  ];
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(label)].map(({ groups }) => [groups?.['key'], groups?.['value']]),
  );
}
