import type { Language } from '../text/language.ts';
import sources from './negators.json' with { type: 'json' };

/**
 * How a clause speaks of what stands in it:
 * - `not`: a particle or pronoun that negates what follows ("never")
 * - `averse`: a verb or adjective that does ("avoid", "tired of")
 * - `phrase`: a preposition or determiner that reaches only its own object ("without")
 */
type NegatorKind = 'not' | 'averse' | 'phrase';

export interface Mark {
  /**
   * `break` begins a clause, `resume` one with a verb of use, `relative` a relative clause. What stands behind `aside`
   * ("if") or around `unsure` ("does not start") tells nothing.
   */
  kind: NegatorKind | 'aside' | 'break' | 'relative' | 'resume' | 'unsure';
  start: number;
  end: number;
  /** "nor": it goes on with a negation. */
  joins?: boolean;
}

/** Clear in every language, so that a text in a mix of languages is not read the wrong way round. */
const everywhere = {
  phrase:
    'ohne|anstatt|anstelle|senza|sem|zonder|sans|instead of|rather than|without|in plaats van|au lieu de|invece di|en vez de|em vez de|excepto|behalve|tranne',
  averse:
    'éviter|evitar|evitare|vermeiden|vermijden|avoid|avoiding|avoids|stop using|hate|dislike|odio|odeio|hasse|déteste|detesto',
  not: "nicht|kein|keine|keinen|keinem|niet|geen|nunca|jamás|jamais|não|don't|doesn't|never|niemals|nooit|mai più",
};

/** Conjunctions after which a clause speaks for itself. */
const breaks: Record<Language, string> = {
  en: 'but|however|whereas|although|though|instead(?! of)',
  de: 'sondern|aber|jedoch|obwohl|stattdessen',
  fr: 'mais|cependant|à la place(?! d)',
  es: 'pero|sino|aunque|en su lugar',
  it: 'ma|però|bensì|al suo posto',
  nl: 'maar|echter|in plaats daarvan',
  pt: 'mas|porém|senão|em seu lugar|em vez disso',
};
const relatives = 'that|which|who|whose|qui|welche[rsmn]?';

const useVerbs =
  'use|go with|switch to|try|pick|choose|take|prefer|want|like|love|need|deploy|build|write|run|host|store|migrate|move|convert|adopt|set up|implement|create|make|develop|verwende\\w*|nutze\\w*|nimm|lieber|utilise[rz]?|préf\\w+|usa[r]?|uso|prefi\\w+|gebruik\\w*|liever|with|via|mit|avec|con|com|met';
const useGerunds =
  'using|running|building|writing|deploying|choosing|switching to|usando|utilisant|gebruikend';
const connectors = 'and|then|so|und|dann|et|puis|donc|y|entonces|e|poi|quindi|en|dan|dus|então';
const fillers =
  "(?:(?:then|please|just|rather|instead|i|we|you|let's|would|'ll|should|can|to|do|bitte|ich|wir|je|j'|nous|ik|eu|io|yo)\\s+)*";

const edge = String.raw`(?<![\p{L}\p{N}])`;
const after = String.raw`(?![\p{L}\p{N}])`;

/** Of neighbours that share words a short text may be either: their lists count together. */
const families: Language[][] = [['en'], ['de'], ['nl'], ['fr', 'es', 'it', 'pt']];

const patternOf = Object.fromEntries(
  families.flatMap((family) =>
    family.map((language) => [language, compile(joinGrammars(family), breaks[language])]),
  ),
) as Record<Language, RegExp>;

type Grammar = (typeof sources)['en'];

function joinGrammars(family: Language[]): Grammar {
  const join = (part: keyof Grammar) => family.map((language) => sources[language][part]).join('|');
  return {
    harmless: join('harmless'),
    unsure: join('unsure'),
    aside: join('aside'),
    not: join('not'),
    averse: join('averse'),
    phrase: join('phrase'),
    neutral: join('neutral'),
  };
}

/** Alternatives that begin at one place: the first group wins, so the groups go from the special to the general. */
function compile({ harmless, unsure, aside, not, averse, phrase }: Grammar, breakers: string): RegExp {
  return new RegExp(
    [
      `(?<harmless>${edge}(?:${harmless})${after})`,
      `(?<averse>${edge}(?:${averse}|${everywhere.averse})(?:${after}|(?<=['\\s])))`,
      `(?<phrase>${edge}(?:${phrase}|${everywhere.phrase})(?:${after}|(?<=')))`,
      `(?<unsure>${edge}(?:${unsure})${after})`,
      `(?<aside>${edge}(?:${aside})${after})`,
      `(?<not>${edge}(?:${not}|${everywhere.not})(?:${after}|(?<=')))`,
      `(?<resume>(?:[,;–]|${edge}(?:${connectors}))\\s+${fillers}(?:${useVerbs})${after})`,
      `(?<gerund>(?:[,;–]|${edge}(?:${connectors}))\\s+(?:${useGerunds})${after})`,
      `(?<break>[.!;](?=\\s|$)|\\?(?!\\s*(?:no|never|nope|nein|non|não|nee)${after})|\\n|${edge}(?:${breakers})${after})`,
      `(?<relative>${edge}(?:${relatives})${after})`,
    ]
      .join('|')
      // \w has no accents.
      .replaceAll('\\w', String.raw`[\p{L}\d]`),
    'giu',
  );
}

const joining = /^(?:nor|ni|noch|né|nem)$/iu;
const isGerundGoverned = /^\s*(?:\p{L}+\s+)?\p{L}{2,}(?:ing|ando|endo)(?![\p{L}])/iu;

/** In the order of the text. */
export function findMarks(text: string, language: Language): Mark[] {
  const marks: Mark[] = [];
  for (const match of text.matchAll(patternOf[language])) {
    const kind = Object.entries(match.groups ?? {}).find(([, written]) => written !== undefined)?.[0];
    const span = { start: match.index, end: match.index + match[0].length };
    if (kind === 'resume' || kind === 'gerund')
      marks.push({ kind: toResumption(text, marks, match[0], kind), ...span });
    else if (kind !== undefined && kind !== 'harmless')
      marks.push({ kind: kind as Mark['kind'], ...span, joins: joining.test(match[0]) });
  }
  return marks;
}

/** "Stop using A and use B" resumes; "don't use A and use B" may mean either. */
function toResumption(
  text: string,
  earlier: Mark[],
  written: string,
  kind: 'resume' | 'gerund',
): Mark['kind'] {
  const governor = earlier.findLast((mark) => mark.kind !== 'resume');
  if (governor === undefined || governor.kind === 'break') return 'resume';
  const gerundGoverned = isGerundGoverned.test(text.slice(governor.end));
  const byComma = /^[,;–]/u.test(written);
  if (kind === 'gerund') return gerundGoverned ? 'unsure' : 'resume';
  return byComma || gerundGoverned || governor.kind !== 'not' ? 'resume' : 'unsure';
}

const neutralBefore = Object.fromEntries(
  Object.entries(sources).map(([language, { neutral }]) => [
    language,
    new RegExp(
      `${edge}(?:${neutral})\\s+(?:(?:an?|the|my|our|your|der|den|le|la|el|il|lo|het|de|o|use|using)\\s+)*$`,
      'iu',
    ),
  ]),
) as Record<Language, RegExp>;

/** "From A", "over A", "replace A": said of A, but neither for nor against it. */
export function isMereComparison(before: string, language: Language): boolean {
  return neutralBefore[language].test(before);
}
