import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import { literal, openWorkspace } from './duckdb.ts';
import { mayHoldPii, redactPii } from './redact-pii.ts';

it.each([
  ['mail me at ada.lovelace+x@example.co.uk please', 'mail me at [email] please'],
  ['From: Ann@Example.COM', 'From: [email]'],
  ['to ann@müller.de or анна@почта.рф', 'to [email] or [email]'],
  ['ann@mail-2.example.museum, please', '[email], please'],
  ['call +44 20 7946 0958 or (555) 123-4567', 'call [phone_number_international] or [phone_number]'],
  ['tel 030 1234567', 'tel [phone_number_national]'],
  ['card 4111 1111 1111 1111 exp 12/26', 'card [credit_card] exp 12/26'],
  ['pay to DE89370400440532013000', 'pay to [iban]'],
  ['I live at 221 Baker Street, London NW1 6XE', 'I live at [address_en], London [postal_code]'],
  ['from 192.168.10.44', 'from [ip_address]'],
  ['my ssn is 078-05-1120', 'my ssn is [social_security_number]'],
  ['use sk-proj-abcdEFGH1234567890abcdEFGH', 'use [key]'],
  ['AKIAIOSFODNN7EXAMPLE', '[key]'],
  ['postgres://bob:s3cret@db.internal:5432/app', 'postgres://bob:[password]@db.internal:5432/app'],
  ['the password is hunter2hunter2', 'the password is [secret]'],
  ['PASSWORD=Hunter2; Api-Key: aBcDeF', 'PASSWORD=[secret] Api-Key: [secret]'],
  ['redis://:pässwort@cache:6379', 'redis://:[password]@cache:6379'],
])('replaces what is personal in %j', (text, scrubbed) => {
  expect(redactPii(text)).toBe(scrubbed);
});

it.each([
  'Deploy version 1.2.3 on port 8080 with Node 24 in 2026',
  'Do you want to build a REST API with FastAPI?',
  'resize to 1920 x 1080 and 60 fps',
  'Python 3.12 on Ubuntu 24.04, error 0x80070005',
  'import { it } from "@vitest/runner" and @types/node@24',
  'a token deployment with a secret ingredient',
  'commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'connect to localhost:5432 with 16 GB',
  'Kubernetes Helm Chart on Google Cloud Run',
])('leaves %j alone', (text) => {
  expect(redactPii(text)).toBe(text);
});

it('does not let a match run from one text into the next', () => {
  expect(redactPii('the password is\u001fhunter2hunter2')).toBe('the password is\u001fhunter2hunter2');
});

/** Pieces of what is personal and of what only looks so, in any order, with whatever JavaScript takes for space. */
const pieces = [
  ...[
    'ada@example.co',
    '@',
    '+44',
    '+1',
    '(555)',
    '555',
    '0123',
    '030',
    '4111 1111',
    '1111',
    '12',
    '7',
    '192.168',
    '.1',
  ],
  ...[
    'DE89',
    '3704 0044',
    'sk-',
    'ghp_',
    'abcdefghijklmnopqrstu',
    'eyJ',
    '://bob:',
    's3cret',
    'password',
    'PWD',
    'Token',
  ],
  ...[
    '\u017fecret',
    'api key',
    'is',
    '=',
    ':',
    'K1A',
    '0B1',
    'SW1 1AA',
    'PO',
    'box',
    'Main',
    'street',
    'rue',
    'de la',
    'Paix',
  ],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    '-----END',
    'é',
    '-',
    '--',
    '.',
    ',',
    '"',
    "'",
    '/',
    'build',
    'the',
    'API',
    '\u001f',
  ],
];
const spaces = ['', '', ' ', ' ', '\u00a0', '\u2003', '\u3000', '\n', '\u000b'];

it('asks of every text that it would change, and of few others', async () => {
  const random = seeded(5);
  const one = (of: string[]) => of[Math.floor(random() * of.length)] ?? '';
  const texts = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 7) }, () => one(pieces) + one(spaces)).join(''),
  );
  await using workspace = await openWorkspace(await mkdtemp(join(tmpdir(), 'scrub-')));
  await workspace.run('create table texts (line INTEGER, text VARCHAR)');
  const rows = texts.map((text, line) => `(${line}, ${literal(text)})`);
  await workspace.run(`insert into texts values ${rows.join(', ')}`);
  const asked = await workspace.rows(
    `select line from texts where regexp_matches(text, ${literal(mayHoldPii)})`,
  );
  const lines = new Set(asked.map(({ line }) => Number(line)));
  const changed = texts.flatMap((text, line) => (redactPii(text) === text ? [] : [line]));
  expect(changed.filter((line) => !lines.has(line)).map((line) => texts[line])).toEqual([]);
  expect(changed.length).toBeGreaterThan(2_000);
  expect(lines.size - changed.length).toBeLessThan(texts.length / 10);
});
