import type { Language } from '../text/language.ts';
import { findMarks, isMereComparison, type Mark } from './negation.ts';

export type Polarity = 'like' | 'dislike';

interface Span {
  start: number;
  end: number;
}

/** Between two names of a list. */
const listConnector =
  /^(?:\s+(?:deployments?|authentication|integration|hosting|storage|caching|testing|containers?|code|apps?))?\s*(?:(?:,|&|\/|\+|and|or|nor|und|oder|noch|et|ou|ni|y|o|u|e|né|en|of|nem)\s*)+(?:(?:any|the|an?|use|using|with|de|d'|du|la|le|el|il|lo|den|die|das|der|het)\s+)*$/iu;
/** Between a negated name or verb and a further negator: it goes on, and does not negate the negation. */
const coordination =
  /(?:,|&|\band|\bor|\bnor|\bund|\boder|\bet|\bou|\bni|\by|\bo|\be|\ben|\bof|\bnem|\bné)\s*(?:(?:please|i|we|also|just)\s+)*$/iu;
const finiteVerb =
  /^\s+(?:is|are|has|works|would|will|should|does|makes|suits|fits|seems|ist|est|es|é|è|wäre|sería)\b/iu;

/** "Docker -free". */
const lacksIt = /^ -(?:free|less|frei|los|vrij|loze)/iu;
const negateOnce = (polarity: Polarity | null) => (polarity === 'like' ? 'dislike' : null);

/** Where a second negative particle strengthens the first: "no uso nunca". */
const hasConcord: ReadonlySet<Language> = new Set(['fr', 'es', 'it', 'pt']);
/** Where the negator may stand after what it negates: "Docker nicht verwenden". */
const negatesBackwards: ReadonlySet<Language> = new Set(['de', 'nl']);

interface Scope {
  polarity: Polarity | null;
  /** The last negator, as long as no name followed. */
  open: Mark | null;
  /** End of the last mark or name. */
  end: number;
  afterName: boolean;
  /** The last name was only compared or removed; so is what its list goes on with. */
  compared: boolean;
  /** The last list of names that a later negator of this clause may reach, by their places in the result. */
  segment: number[];
  /** Names of the clause before that list. */
  loose: number[];
  /** Of `segment`, those that a negator behind them reached; decided at the end of the clause. */
  reached: number[];
}

/**
 * Whether the text speaks for or against each span, in their order; null where that cannot be told. A negation reaches
 * from its word over a list to the next clause. Whatever else stands behind it in the clause is left open.
 */
export function readPolarities(
  text: string,
  spans: readonly Span[],
  language: Language,
): (Polarity | null)[] {
  const result: (Polarity | null)[] = spans.map(() => null);
  let scope = newClause(0);
  const marks = findMarks(text, language).filter((mark) => !spans.some((span) => overlaps(span, mark)));
  for (const step of inOrder(marks, spans)) {
    if (!('kind' in step)) readName(text, step, scope, result, language);
    else if (step.kind === 'break') {
      closeClause(scope, result, language);
      scope = newClause(step.end);
    } else scope = readMark(text, step, scope, result, language);
  }
  closeClause(scope, result, language);
  return result;
}

const overlaps = (a: Span, b: Span) => a.start < b.end && b.start < a.end;

const newClause = (end: number): Scope => ({
  polarity: 'like',
  open: null,
  end,
  afterName: false,
  compared: false,
  segment: [],
  loose: [],
  reached: [],
});

interface NameStep extends Span {
  place: number;
}

function inOrder(marks: Mark[], spans: readonly Span[]): (Mark | NameStep)[] {
  const names = spans.map(({ start, end }, place): NameStep => ({ start, end, place }));
  return [...marks, ...names].sort((a, b) => a.start - b.start);
}

function readName(
  text: string,
  { start, end, place }: NameStep,
  scope: Scope,
  result: (Polarity | null)[],
  language: Language,
): void {
  const between = text.slice(scope.end, start);
  const inList = scope.afterName && listConnector.test(between);
  if (scope.afterName && scope.polarity === 'dislike' && (!inList || finiteVerb.test(text.slice(end))))
    scope.polarity = null;
  if (scope.afterName && !inList) {
    scope.loose = /[,–]/u.test(between) ? [] : [...scope.loose, ...scope.segment];
    scope.segment = [];
  }
  const listed = inList && scope.compared;
  const compared = scope.polarity === 'like' && (listed || isMereComparison(text.slice(0, start), language));
  result[place] = compared
    ? null
    : lacksIt.test(text.slice(end))
      ? negateOnce(scope.polarity)
      : scope.polarity;
  if (result[place] === 'like') scope.segment.push(place);
  else if (scope.polarity !== 'like') leaveOpen(scope, result);
  Object.assign(scope, { open: null, end, afterName: true, compared });
}

function readMark(
  text: string,
  mark: Mark,
  scope: Scope,
  result: (Polarity | null)[],
  language: Language,
): Scope {
  const between = text.slice(scope.end, mark.start);
  switch (mark.kind) {
    case 'resume':
      closeClause(scope, result, language);
      return newClause(mark.end);
    case 'relative':
      return scope.polarity === 'like' ? newClause(mark.end) : { ...scope, end: mark.end };
    case 'unsure':
      leaveOpen(reach(scope, between, mark, result), result);
      return { ...newClause(mark.end), polarity: null, open: mark };
    case 'aside':
      closeClause(scope, result, language);
      return { ...newClause(mark.end), polarity: null, open: mark };
    default:
      return negate(mark, between, reach(scope, between, mark, result), language);
  }
}

/** A verb that negates reaches back over the names before it, unless something separates them. */
function reach(scope: Scope, between: string, mark: Mark, result: (Polarity | null)[]): Scope {
  const apart = mark.kind !== 'unsure' && /[,;–]|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b/iu.test(between);
  if (mark.kind === 'phrase' || apart || scope.segment.length === 0) return scope;
  for (const place of scope.loose) result[place] = null;
  return { ...scope, reached: [...scope.reached, ...scope.segment], segment: [], loose: [] };
}

function negate(mark: Mark, between: string, scope: Scope, language: Language): Scope {
  const next = { ...scope, open: mark, end: mark.end, afterName: false };
  if (scope.polarity === 'like') return { ...next, polarity: 'dislike' };
  const goesOn = mark.joins || coordination.test(between);
  if (scope.polarity === null) return { ...next, polarity: goesOn && scope.afterName ? 'dislike' : null };
  if (goesOn) return next;
  const strengthens = scope.open?.kind === 'not' && mark.kind === 'not' && hasConcord.has(language);
  return strengthens ? next : { ...next, polarity: null };
}

/** Names before a negator that reached them are open once another name follows it. */
function leaveOpen(scope: Scope, result: (Polarity | null)[]): void {
  for (const place of scope.reached) result[place] = null;
  scope.reached = [];
}

function closeClause(scope: Scope, result: (Polarity | null)[], language: Language): void {
  const negated = scope.polarity === 'dislike' && negatesBackwards.has(language);
  for (const place of scope.reached) result[place] = negated ? 'dislike' : null;
}
