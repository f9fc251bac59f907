import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { errorCode } from '../errors.ts';
import { decodeText } from './decode-text.ts';
import { ConfigError } from './read-env.ts';

const repository = resolve(import.meta.dirname, '../../..');

/** Package managers start apps in their own folders: change to the root, so that all share `.env` and relative paths. */
export function prepareEnvironment(): void {
  if (!relative(repository, process.cwd()).startsWith('..')) process.chdir(repository);
  for (const [name, value] of Object.entries(readDotEnv())) process.env[name] ??= value;
}

/**
 * The variables of a .env in this format of Node; none if there is no such file. It may have been written on Windows: in
 * UTF-8 or UTF-16, with a byte order mark and carriage returns. Throws a ConfigError for what would be misread.
 */
function readDotEnv(file = '.env'): Record<string, string | undefined> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    throw new ConfigError(`${resolve(file)} cannot be read (${errorCode(error)}).`, { cause: error });
  }
  const text = decodeText(bytes)?.replaceAll(/\r\n?/g, '\n');
  if (text === undefined)
    throw new ConfigError(`${resolve(file)} is no text in UTF-8 or UTF-16; save it as UTF-8.`);
  refuseMisreadLines(text, resolve(file));
  return parseEnv(text);
}

/** Node skips lines that it does not understand, cuts values at a "#", and replaces nothing. */
function refuseMisreadLines(text: string, file: string): void {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; ) {
    const fail = (fault: string) => new ConfigError(`${file}, line ${at + 1}: ${fault}`);
    const line = lines[at]?.trim() ?? '';
    const [, name, value = ''] = /^(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (line !== '' && !line.startsWith('#') && name === undefined)
      throw fail('this is neither NAME=value nor a comment; correct it, or put # before it.');
    const quote = /^["'`]/.exec(value)?.[0];
    const end = quote === undefined ? at : lines.findIndex((_, n) => n >= at && closes(lines, at, n, quote));
    if (end < 0) throw fail(`the quotation mark after ${name}= is never closed; close it.`);
    const fault = quote === undefined ? findUnquotedFault(value) : findQuotedFault(lines, at, end, quote);
    if (fault !== undefined) throw fail(`the value of ${name} ${fault}`);
    at = end + 1;
  }
}

/** Whether the value that opens with `quote` in line `from` has its closing one by the end of line `to`. */
const closes = (lines: string[], from: number, to: number, quote: string): boolean =>
  quotedPart(lines, from, to).indexOf(quote, 1) > 0;

function quotedPart(lines: string[], from: number, to: number): string {
  const text = lines.slice(from, to + 1).join('\n');
  return text.slice(text.indexOf('=') + 1).trimStart();
}

function findUnquotedFault(value: string): string | undefined {
  if (/\S#/.test(value.replace(/\s#.*$/, '')))
    return 'has a "#" in it, where it would end; put the value in quotation marks.';
  return findPlaceholder(value.replace(/\s#.*$/, ''));
}

function findQuotedFault(lines: string[], from: number, to: number, quote: string): string | undefined {
  const part = quotedPart(lines, from, to);
  const end = part.indexOf(quote, 1);
  if (!/^\s*(#.*)?$/.test(part.slice(end + 1)))
    return 'goes on after its quotation marks; put all of it within them.';
  return quote === "'" ? undefined : findPlaceholder(part.slice(1, end));
}

function findPlaceholder(value: string): string | undefined {
  const placeholder = /\$\{[^}]*\}?/.exec(value)?.[0];
  if (placeholder === undefined) return undefined;
  return `holds ${placeholder}, which nothing replaces; write the value itself, or put it in single quotation marks if it is meant so.`;
}
