import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import { literal, openWorkspace } from './duckdb.ts';
import { mayHoldPii, redactPii, toRe2Superset } from './redact-pii.ts';

const times = (count: number, text: string) => text.repeat(count);
/** Letters and digits as keys have them, so many. */
const random = (count: number) => 'aB3_'.repeat(count).slice(0, count);

it.each([
  ['mail me at ada.lovelace+x@example.co.uk please', 'mail me at [email] please'],
  ['From: Ann@Example.COM', 'From: [email]'],
  ['to ann@müller.de or анна@почта.рф', 'to [email] or [email]'],
  ['ann@mail-2.example.museum, please', '[email], please'],
  ['a1@b2.c3', '[email]'],
  [`${times(64, 'x')}@example.org`, '[email]'],
  ['call +44 20 7946 0958 or (555) 123-4567', 'call [phone_number_international] or [phone_number]'],
  [
    'tel 030 1234567, tel (0301) 123-45678 or 030/123 456',
    'tel [phone_number_national], tel [phone_number_national] or [phone_number_national]',
  ],
  ['0301234567', '[phone_number_national]'],
  ['card 4111 1111 1111 1111 exp 12/26', 'card [credit_card] exp 12/26'],
  ['pay to DE89370400440532013000', 'pay to [iban]'],
  ['pay to DE89 3704 0044 0532 0130 00 or BE71 0961 2345 6769', 'pay to [iban] or [iban]'],
  ['I live at 221 Baker Street, London NW1 6XE', 'I live at [address_en], London [postal_code]'],
  ['10 rue de la Paix', '[address_fr]'],
  ['SW1A 1AA, M1 1AE, W11 2BQ or K1A 0B1', '[postal_code], [postal_code], [postal_code] or [postal_code]'],
  [
    'New York, NY 10001 or Beverly Hills, CA 90210-1234',
    'New York, [postal_code] or Beverly Hills, [postal_code]',
  ],
  ['write to PO Box 1234', 'write to [po_box]'],
  ['my SIN is 130 692 544', 'my SIN is [sin]'],
  ['from 192.168.10.44', 'from [ip_address]'],
  ['my ssn is 078-05-1120', 'my ssn is [social_security_number]'],
  ['postgres://bob:s3cret@db.internal:5432/app', 'postgres://bob:[password]@db.internal:5432/app'],
  ['redis://:pässwort@cache:6379', 'redis://:[password]@cache:6379'],
  [`http://${times(100, 'u')}:x@host`, `http://${times(100, 'u')}:[password]@host`],
  ['-----BEGIN PRIVATE KEY-----\nMIIEv\n-----END PRIVATE KEY----- and more', '[private_key] and more'],
  ['-----BEGIN RSA PRIVATE KEY-----MIIEv-----END RSA PRIVATE KEY-----', '[private_key]'],
  ['cut off: -----BEGIN EC PRIVATE KEY----- MHcCAQ', 'cut off: [private_key]'],
])('replaces what is personal in %j', (text, scrubbed) => {
  expect(redactPii(text)).toBe(scrubbed);
});

it.each([
  ['sk-', 16],
  ['pk_', 16],
  ['rk-', 16],
  ['ghp_', 20],
  ['gho_', 20],
  ['ghu_', 20],
  ['ghs_', 20],
  ['ghr_', 20],
  ['github_pat_', 20],
  ['glpat-', 16],
  ['npm_', 20],
  ['xoxb-', 10],
  ['xoxp-', 10],
  ['AIza', 30],
  ['hf_', 20],
  ['ll_acme_', 16],
])('takes %s with %d more characters for a key, and with one less for a word', (prefix, length) => {
  expect(redactPii(`use ${prefix}${random(length)} now`)).toBe('use [key] now');
  expect(redactPii(`use ${prefix}${random(length + 9)} now`)).toBe('use [key] now');
  const short = `use ${prefix}${random(length - 1)} now`;
  expect(redactPii(short)).toBe(short);
  const inAWord = `use x${prefix}${random(length)} now`;
  expect(redactPii(inAWord)).toBe(inAWord);
});

it.each(['AKIA', 'ASIA'])(
  'takes %s with 16 capitals and digits for a key, and nothing shorter or longer',
  (prefix) => {
    const key = `${prefix}${times(4, 'Z9X8')}`;
    expect(redactPii(key)).toBe('[key]');
    for (const other of [key.slice(0, -1), `${key}Y`, key.replace('Z', 'z')])
      expect(redactPii(other)).toBe(other);
  },
);

it('takes three parts for a token of a session, of which the first two have 8 characters and more', () => {
  const [long, short] = [random(8), random(7)];
  expect(redactPii(`eyJ${long}.${long}.${random(3)} ok`)).toBe('[jwt] ok');
  expect(redactPii(`eyJ${long}.${long}. ok`)).toBe('[jwt] ok');
  for (const other of [`eyJ${short}.${long}.x`, `eyJ${long}.${short}.x`, `xeyJ${long}.${long}.x`])
    expect(redactPii(other)).toBe(other);
});

it.each([
  ['the password is hunter2hunter2', 'the password is [secret]'],
  ['PASSWORD=Hunter2; Api-Key: aBcDeF', 'PASSWORD=[secret] Api-Key: [secret]'],
  ['passwd=hunter', 'passwd=[secret]'],
  ['pwd: hunter', 'pwd: [secret]'],
  ['secret   =   hunter', 'secret   =   [secret]'],
  ['token:hunter', 'token:[secret]'],
  ['apikey=hunter api_key=hunter', 'apikey=[secret] api_key=[secret]'],
  ['access key is hunter', 'access key is [secret]'],
  ['accesskey=hunter access-key=hunter', 'accesskey=[secret] access-key=[secret]'],
  [`token ${random(20)}`, 'token [secret]'],
  [`token=${times(200, 'x')}yz`, 'token=[secret]yz'],
  ['\u017fecret=hunter', '\u017fecret=[secret]'],
])('replaces the secret in %j', (text, scrubbed) => {
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
  ...['password=short', `token ${random(19)}`, 'secret    =x=y=z', 'my_password=hunter', 'password="hunter"'],
  ...['ann@localhost', '@example.org', 'a@.org'],
  ...[
    'DE8937040044',
    'XDE89370400440532013000',
    'de89370400440532013000',
    '1078-05-1120',
    '078-05-11201',
    '78-05-1120',
  ],
  ...['NY 10001', 'New York, ny 10001', 'New York, NY 1000', 'ASW1 1AA', 'SW1 1A'],
  ...['x0301234567', '1.030/123 456', '-0301234567', '03 12', '0301234567x'],
  ...['http://bob:@host', 'http://bob:pass', 'http://b b:pass@host', 'bob:pass@host'],
  // Numbers of Canadian cards look like any other.
  ...['A1234567', '12345-6789', 'AB123456'],
  ...['-----BEGIN PUBLIC KEY-----', '-----BEGIN private KEY-----'],
])('leaves %j alone', (text) => {
  expect(redactPii(text)).toBe(text);
});

it('does not look for the user of an address beyond 100 characters', () => {
  const text = `http://${times(101, 'u')}:x@host`;
  expect(redactPii(text)).toBe(text);
});

it.each([
  'the password is\u001fhunter2hunter2',
  'http://bob:pass\u001fword@host',
  'http://bob\u001f:pass@host',
  'token abcdefghij\u001fabcdefghij',
])('does not let a match run from one text into the next: %j', (text) => {
  expect(redactPii(text)).toBe(text);
});

it('ends a key, and a secret, where the next text begins', () => {
  expect(redactPii('-----BEGIN PRIVATE KEY-----abc"def')).toBe('-----BEGIN PRIVATE KEY-----abc"def');
  expect(redactPii('-----BEGIN PRIVATE KEY-----abc\u001fdef')).toBe(
    '-----BEGIN PRIVATE KEY-----abc\u001fdef',
  );
  expect(redactPii('token=hunter\u001fnext')).toBe('token=[secret]\u001fnext');
  expect(redactPii("token='hunter' token=hunter'next")).toBe("token='hunter' token=[secret]'next");
});

const space =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';

it.each([
  [/\bab{2,200}c{3,}d{4}\b/g, '(?:\\bab{2,}c{3,}d{4}\\b)'],
  [/(?<=x: )y|z/g, '(?:(?:x: )y|z)'],
  [/(?<![\w-])a(?=@)b(?!c)/g, '(?:ab)'],
  [/a(?!(?:b|(c)))d(?<!e)f/g, '(?:adf)'],
  [/a(?![()\]](?:b)[)])d/g, '(?:ad)'],
  [/(?:a)(b)[(?=]c/g, '(?:(?:a)(b)[(?=]c)'],
  [/\s[\s-]a/g, `(?:[${space}][${space}-]a)`],
  [/[a{1,2}]b{1,2}/g, '(?:[a{1,2}]b{1,})'],
  [/\p{L}\P{Cc}\(\[/gu, '(?:\\p{L}\\P{Cc}\\(\\[)'],
  [/\bk[\b]/i, '(?i:\\bk[\\b])'],
  [/\bk/u, '(?:\\bk)'],
  [/\bk\B/iu, '(?i:k\\B)'],
])('writes %s for RE2 as %s', (regex, superset) => {
  expect(toRe2Superset(regex)).toBe(superset);
});

it('asks RE2 for neither lookarounds nor long repetitions', () => {
  expect(mayHoldPii).not.toMatch(/\(\?<|\(\?[=!]|\{\d+,\d+\}/);
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
  const draw = seeded(5);
  const one = (of: string[]) => of[Math.floor(draw() * of.length)] ?? '';
  const texts = Array.from({ length: 4_000 }, () =>
    Array.from({ length: 1 + Math.floor(draw() * 7) }, () => one(pieces) + one(spaces)).join(''),
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
  expect(changed.length).toBeGreaterThan(400);
  expect(lines.size - changed.length).toBeLessThan(texts.length / 10);
});
