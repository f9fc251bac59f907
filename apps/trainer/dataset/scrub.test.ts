import { expect, it } from 'vitest';
import { mayBePersonal, scrub } from './scrub.ts';

it.each([
  ['mail me at ada.lovelace+x@example.co.uk please', 'mail me at [email] please'],
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
])('replaces what is personal in %j', (text, scrubbed) => {
  expect(scrub(text)).toBe(scrubbed);
  expect(text).toMatch(new RegExp(mayBePersonal.replace('(?i:', '(?:'), 'iu'));
});

it.each([
  'Deploy version 1.2.3 on port 8080 with Node 24 in 2026',
  'Do you want to build a REST API with FastAPI?',
  'resize to 1920 x 1080 and 60 fps',
  'Python 3.12 on Ubuntu 24.04, error 0x80070005',
  'commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'connect to localhost:5432 with 16 GB',
  'Kubernetes Helm Chart on Google Cloud Run',
])('leaves %j alone', (text) => {
  expect(scrub(text)).toBe(text);
});

it('does not let a match run from one text into the next', () => {
  expect(scrub('the password is\u001fhunter2hunter2')).toBe('the password is\u001fhunter2hunter2');
});
