/** Returns a sample's format errors. */
export type Validator = (sample: unknown) => string[];

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Known roles, text in each message, no other fields. */
function messageFaults(value: unknown, field: string): string[] {
  if (!Array.isArray(value) || value.length === 0) return [`${field} is no list of messages`];
  return value.flatMap((message: unknown, i) => {
    if (!isObject(message)) return [`${field}[${i}] is no object`];
    const knownKeys = ['role', 'content', 'name', 'weight', 'tool_calls'];
    return [
      ...Object.keys(message)
        .filter((key) => !knownKeys.includes(key))
        .map((key) => `${field}[${i}] has the unknown key ${key}`),
      ...(roles.includes(String(message['role'])) ? [] : [`${field}[${i}] has an unknown role`]),
      ...(typeof message['content'] === 'string' && message['content'].trim() !== ''
        ? []
        : [`${field}[${i}] has no content`]),
    ];
  });
}

const toRoles = (value: unknown): unknown[] =>
  Array.isArray(value)
    ? value.map((message: unknown) => (isObject(message) ? message['role'] : undefined))
    : [];

/**
 * OpenAI's chat format for supervised fine-tuning: only `messages` and tools; a system message only at the start; the
 * last message is the assistant's.
 */
export const openAiChat: Validator = (sample) => {
  if (!isObject(sample)) return ['not an object'];
  const order = toRoles(sample['messages']);
  return [
    ...Object.keys(sample)
      .filter((key) => !['messages', 'tools', 'parallel_tool_calls'].includes(key))
      .map((key) => `unknown key ${key}`),
    ...messageFaults(sample['messages'], 'messages'),
    ...(order.lastIndexOf('system') > 0 ? ['a system message that is not the first'] : []),
    ...(order.includes('user') ? [] : ['no message by the user']),
    ...(order.at(-1) === 'assistant' ? [] : ['the last message is not by the assistant']),
  ];
};

/** TRL's conversational language modelling: user and assistant alternate after the system message. */
export const trlChat: Validator = (sample) => {
  if (!isObject(sample)) return ['not an object'];
  const turns = toRoles(sample['messages']).filter((role) => role !== 'system');
  const byTurns = turns.every((role, i) => role === (i % 2 === 0 ? 'user' : 'assistant'));
  return [
    ...messageFaults(sample['messages'], 'messages'),
    ...(byTurns ? [] : ['the roles do not take turns']),
  ];
};

/** TRL's standard format; the completion starts with the space that separates it from the prompt. */
export const trlCompletion: Validator = (sample) => {
  if (!isObject(sample)) return ['not an object'];
  const { prompt, completion } = sample;
  return [
    ...(typeof prompt === 'string' && prompt !== '' ? [] : ['no prompt']),
    ...(typeof completion === 'string' && completion.trim() !== '' ? [] : ['no completion']),
    ...(typeof prompt === 'string' && /\s$/.test(prompt) ? ['the prompt ends with white space'] : []),
    ...(typeof completion === 'string' && !completion.startsWith(' ')
      ? ['the completion begins without a space']
      : []),
  ];
};

/**
 * TRL's conversational preference with explicit prompt: it ends with the user, both completions are the assistant's.
 */
export const trlPreference: Validator = (sample) => {
  if (!isObject(sample)) return ['not an object'];
  const completions = (['chosen', 'rejected'] as const).flatMap((field) => [
    ...messageFaults(sample[field], field),
    ...(toRoles(sample[field]).every((role) => role === 'assistant')
      ? []
      : [`${field} is not the assistant's`]),
  ]);
  const same = JSON.stringify(sample['chosen']) === JSON.stringify(sample['rejected']);
  return [
    ...messageFaults(sample['prompt'], 'prompt'),
    ...(toRoles(sample['prompt']).at(-1) === 'user' ? [] : ['the prompt does not end with the user']),
    ...completions,
    ...(same ? ['chosen and rejected are the same'] : []),
    ...['chosen_position', 'rejected_position'].flatMap((field) =>
      Number.isInteger(sample[field]) ? [] : [`${field} is no place`],
    ),
    ...(typeof sample['weight'] === 'number' && sample['weight'] > 0 && sample['weight'] <= 10
      ? []
      : ['the weight is not in (0, 10]']),
  ];
};
