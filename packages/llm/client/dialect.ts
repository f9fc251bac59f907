import { APIError } from 'openai';

/** From what binds a server most to what every server knows. */
const formats = ['json_schema', 'json_object_with_schema', 'json_object', 'none'] as const;
type Format = (typeof formats)[number];

type Optional =
  | 'stream'
  | 'temperature'
  | 'frequency_penalty'
  | 'reasoning_effort'
  | 'chat_template_kwargs'
  | 'system_role';

/** What a server understands, as far as it is known. */
export interface Dialect {
  format: Format;
  /** The first is sent; none once it refused both. */
  limits: readonly ('max_tokens' | 'max_completion_tokens')[];
  without: ReadonlySet<Optional>;
  /** The model thinks before it answers: it is asked for little of it, and gets room. */
  thinks: boolean;
}

/** OpenAI's newer models refuse `max_tokens`; older Ollama and vLLM know only that. */
export const firstDialect = (impl: string): Dialect => ({
  format: 'json_schema',
  limits:
    impl === 'openai' ? ['max_completion_tokens', 'max_tokens'] : ['max_tokens', 'max_completion_tokens'],
  without: new Set(),
  thinks: false,
});

const aboutFormat = /response_?format|json_?schema|json_?object|structured|grammar|guided|schema/u;
/** By the words of a refusal. */
const optionals: readonly [Optional, RegExp][] = [
  ['temperature', /\btemperature\b/u],
  ['frequency_penalty', /\bfrequency_penalty\b/u],
  ['reasoning_effort', /\breasoning(?:_effort)?\b/u],
  ['chat_template_kwargs', /\bchat_template_kwargs\b/u],
  ['stream', /\bstream(?:ing)?\b/u],
  [
    'system_role',
    /\bsystem\b[^.]{0,40}\b(?:role|message|prompt)|\brole\b[^.]{0,40}\bsystem\b|must alternate/u,
  ],
];

/** Statuses by which servers refuse what they do not know, without a word of what it is. */
const refusals = new Set([400, 415, 422, 501]);

interface Adapted {
  dialect: Dialect;
  /** The server said what it does not know: to be remembered even if the next call fails for another reason. */
  isCertain: boolean;
}

/** How to say it otherwise after an error; null where the error speaks of something else. */
export function adaptDialect(dialect: Dialect, error: unknown, isProven: boolean): Adapted | null {
  if (!(error instanceof APIError) || error.status === undefined || isOfAnother(error.status)) return null;
  const words = error.message.toLowerCase();
  const named = adaptToWords(dialect, words);
  if (named) return { dialect: named, isCertain: true };
  // Some servers answer 500 to a schema and say nothing; a server that took it before has another fault.
  if (!refusals.has(error.status) && (error.status !== 500 || isProven)) return null;
  const next = lowerFormat(dialect) ?? dropOptional(dialect);
  return next && { dialect: next, isCertain: false };
}

/** Keys, models, pauses. */
const isOfAnother = (status: number) => [401, 402, 403, 404, 407, 429, 502, 503, 504, 529].includes(status);

function adaptToWords(dialect: Dialect, words: string): Dialect | null {
  if (dialect.limits.length > 0 && /\bmax_(?:completion_)?tokens\b/u.test(words))
    return { ...dialect, limits: dialect.limits.slice(1) };
  const lowered = aboutFormat.test(words) ? lowerFormat(dialect) : null;
  if (lowered) return lowered;
  for (const [name, pattern] of optionals)
    if (isSent(dialect, name) && pattern.test(words)) return omit(dialect, name);
  return null;
}

function isSent({ without, thinks }: Dialect, name: Optional): boolean {
  if (without.has(name)) return false;
  return thinks || (name !== 'reasoning_effort' && name !== 'chat_template_kwargs');
}

const omit = (dialect: Dialect, name: Optional): Dialect => ({
  ...dialect,
  without: new Set([...dialect.without, name]),
});

function lowerFormat(dialect: Dialect): Dialect | null {
  const format = formats[formats.indexOf(dialect.format) + 1];
  return format === undefined ? null : { ...dialect, format };
}

function dropOptional(dialect: Dialect): Dialect | null {
  const name = optionals.map(([one]) => one).find((one) => isSent(dialect, one));
  return name === undefined ? null : omit(dialect, name);
}
