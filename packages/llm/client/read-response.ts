import { APIUserAbortError } from 'openai';
import { type Collector, type Completion, collectCompletion } from './completion.ts';

/** The server answered, and not with what was asked for; `kind` is a label of metrics. */
export class UnusableAnswer extends Error {
  readonly kind:
    | 'no_completion'
    | 'no_answer'
    | 'only_thoughts'
    | 'no_json'
    | 'other_json'
    | 'cut_off'
    | 'interrupted';

  constructor(kind: UnusableAnswer['kind'], options?: ErrorOptions) {
    super(`The model's answer cannot be used: ${kind}.`, options);
    this.kind = kind;
  }
}

interface Reading {
  /** Asked after each piece; true ends the reading, and with it the server's work. */
  isEnough(completion: Completion): boolean;
  /** As of performance.now(): what was said until then has to do. */
  deadline: number;
}

/** Of a stream of server-sent events, of JSON lines, or of one document, whatever the content type says. */
export async function readResponse(response: Response, reading: Reading): Promise<Completion> {
  const collector = collectCompletion();
  const lines = createLineReader(collector);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  const late = timer(reading.deadline - performance.now());
  let isLate = false;
  let seen = 0;
  try {
    while (reader && !lines.ended) {
      const next = await Promise.race([reader.read(), late.promise]).catch((error: unknown) => {
        if (!collector.begun && isLate) throw new APIUserAbortError();
        if (!collector.begun) throw error;
        return null;
      });
      isLate = next === null;
      if (next === null || next.done) break;
      const isNew = lines.add(decoder.decode(next.value, { stream: true }));
      const soFar = collector.get();
      const piece = soFar.answer.slice(seen);
      seen = soFar.answer.length;
      if (isNew && isWorthReading(piece, seen) && reading.isEnough(soFar))
        return { ...soFar, finish: 'enough' };
    }
    lines.end(decoder.decode());
  } finally {
    late.stop();
    await reader?.cancel().catch(() => undefined);
  }
  if (!collector.begun && isLate) throw new APIUserAbortError();
  if (!collector.begun) throw new UnusableAnswer('no_completion');
  return isLate ? { ...collector.get(), finish: 'late' } : collector.get();
}

/** A piece in which a text or a list may end; not each piece of an endless answer. */
const maxWatched = 16_000;
const isWorthReading = (piece: string, length: number) => length < maxWatched && /["\]}\n?？]/u.test(piece);

function timer(ms: number): { promise: Promise<null>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timeout = setTimeout(() => resolve(null), ms);
  return { promise, stop: () => clearTimeout(timeout) };
}

/** A document may be large and have line breaks; it is read at the end, unless its lines are documents. */
function createLineReader(collector: Collector) {
  let rest = '';
  let document = '';
  let ended = false;

  function addLine(line: string): boolean {
    const { field, value } = /^(?<field>data|event|id|retry)?:\s?(?<value>.*)$/u.exec(line)?.groups ?? {};
    if (field === 'data' && value?.trim() === '[DONE]') ended = true;
    if (field === 'data') return addDocument(collector, value ?? '');
    if (value !== undefined) return false;
    if (document === '' && addDocument(collector, line)) return true;
    document += `${line}\n`;
    return false;
  }

  return {
    /** Some servers leave the connection open. */
    get ended() {
      return ended;
    },
    /** True where something was added to the completion. */
    add(text: string): boolean {
      const parts = (rest + text).split(/\r?\n/u);
      rest = parts.pop() ?? '';
      return parts.map(addLine).includes(true);
    },
    end(text: string): void {
      addLine(rest + text);
      if (!collector.begun) addDocument(collector, document);
    },
  };
}

function addDocument(collector: Collector, text: string): boolean {
  let chunk: unknown;
  try {
    chunk = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof chunk !== 'object' || chunk === null) return false;
  collector.add(chunk);
  return true;
}
