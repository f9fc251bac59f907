/** Redis answered, and refuses: only a change of REDIS_URL or of the user's rights helps. */
export class RedisRefusal extends Error {
  override name = 'RedisRefusal';
}

/** By the beginnings of Redis's replies, those of Redis 5 to 8. */
const sentences: [RegExp, string][] = [
  [
    /^NOAUTH/,
    'Redis asks for a password (NOAUTH), and REDIS_URL has none; write user:password@ or :password@ before its host.',
  ],
  [
    /^(WRONGPASS|ERR invalid password)/,
    'Redis rejects the user name or password of REDIS_URL (WRONGPASS); correct it, with special characters escaped.',
  ],
  [
    /^ERR .*(DB index|invalid DB)/i,
    'Redis has no database of the number in REDIS_URL; correct the number at its end.',
  ],
];

const denied = /^NOPERM|ACL failure in script|can't run this command/;

/** The error itself, or a RedisRefusal in one sentence, with the refused command where Redis names it. */
export function explainRefusal(error: Error): Error {
  const { message } = error;
  const sentence = sentences.find(([pattern]) => pattern.test(message))?.[1];
  if (sentence !== undefined) return new RedisRefusal(sentence);
  if (!denied.test(message)) return error;
  const what = toRefusedThing(error);
  return new RedisRefusal(
    `Redis refuses ${what} to the user of REDIS_URL (NOPERM); grant the rights that docs/deployment.md lists.`,
  );
}

function toRefusedThing(error: Error): string {
  if (/script/.test(error.message)) return 'a command within a script';
  const named = /'([\w|]+)' (?:sub)?command/i.exec(error.message)?.[1] ?? commandOf(error);
  const command = named === undefined ? 'a command' : `the command ${named.toUpperCase()}`;
  return /key|channel/i.test(error.message) ? `${command} on a key or channel` : command;
}

/** ioredis adds the command to the error of a reply. */
export function commandOf(error: Error): string | undefined {
  const command: unknown = Reflect.get(error, 'command');
  const name =
    typeof command === 'object' && command !== null && 'name' in command ? command.name : undefined;
  return typeof name === 'string' ? name : undefined;
}
