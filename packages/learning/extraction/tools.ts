import { memoize } from '@learning-loop/async/memoize';
import { findLanguage, type Language } from '../text/language.ts';
import { findTechnologies, type Mention } from '../text/technologies.ts';
import { type Polarity, readPolarities } from './polarity.ts';

export interface MentionedTool {
  /** As it is written into the memory. */
  text: string;
  mention: Mention;
  polarity: Polarity;
  /** Whether a word such as "with" or "using" stands before it. */
  isUsed: boolean;
}

/** The technologies that a text speaks for or against; of one that it speaks of twice, the last. */
export const findTools: (text: string) => readonly MentionedTool[] = memoize((text) => {
  const line = spellOutCompounds(text);
  const language = findLanguage(line);
  if (language === null) return [];
  const mentions = findTechnologies(line).filter((mention) => !isPlace(line, mention));
  const polarities = readPolarities(line, mentions, language);
  const tools = mentions.flatMap((mention, i) => {
    const polarity = polarities[i] ?? null;
    if (polarity === null) return [];
    const isUsed = usageCue.test(line.slice(0, mention.start));
    return [{ text: toToolPhrase(line, mention, polarity), mention, polarity, isUsed }];
  });
  return [...new Map(tools.map((tool) => [tool.mention.name, tool])).values()];
}, 1_000);

/** "Non-Docker" as the phrase that it stands for; "Docker-free" so that the name is found. */
export function spellOutCompounds(text: string): string {
  return text
    .replaceAll(/(?<=[\p{L}\p{N}+#])(?=-(?:free|less|frei\p{L}*|los\p{L}*|vrije?|loze?)(?!\p{L}))/giu, ' ')
    .replaceAll(/(?<![\p{L}\p{N}])(?:non|no|anti|nicht|niet|não|not)-(?=[\p{L}\p{N}])/giu, 'without ');
}

const travel =
  /\b(?:flights?|fly(?:ing)?|hotels?|hostels?|travel\w*|trips?|vacations?|holidays?|tickets?|itinerar\w+|airports?|cruises?|tours?|tourist\w*|sightseeing|weather|beach(?:es)?|islands?|visit\w*|reise\w*|flug|urlaub|voyage\w*|vol|vuelos?|viaj\w+|viagg\w+|volo|vlucht\w*|reis|vakantie|voos?|viagem)\b/iu;
const software =
  /\b(?:app|apps|api|code|coding|program\w*|script\w*|website|web|site|server|service|backend|frontend|database|deploy\w*|develop\w*|software|library|framework|booking system|scraper|bot|platform|dashboard|microservices?)\b/iu;

const placePreposition =
  /(?<!\p{L})(?:in|to|from|near|around|at|of|for|visit\p{L}*|via|through|nach|von|à|vers|a|en|de|da|naar|van|para|em)\s+(?:the\s+)?$/iu;

/** Java and Phoenix are places where people travel. */
const isPlace = (text: string, { start }: Mention) =>
  travel.test(text) && !software.test(text) && placePreposition.test(text.slice(0, start));

const alternative: Record<Language, RegExp> = {
  en: /\bor\b|\bversus\b|\bvs\b/iu,
  de: /\boder\b/iu,
  fr: /\bou\b/iu,
  es: /\s[ou]\s/iu,
  it: /\so(?:ppure)?\s/iu,
  nl: /\bof\b/iu,
  pt: /\bou\b/iu,
};

/** A question between two tools states a preference for neither. */
export function offersAlternatives(text: string): boolean {
  const language = findLanguage(text);
  if (language === null || !text.trim().endsWith('?') || !alternative[language].test(text)) return false;
  return (
    new Set(findTools(text).map(({ polarity }) => polarity)).has('like') && findTechnologies(text).length > 1
  );
}

const listBefore = /\b(?:with|using)\s+(?:[^?.!;]*(?:,|\band)\s+)?$/iu;

/** In a list, includes the noun that the tool describes: "FastAPI and Docker deployment". */
function toToolPhrase(text: string, { name, start, end }: Mention, polarity: Polarity): string {
  const noun =
    /^ (?:deployment|authentication|integration|hosting|storage|caching|testing|containers?)(?=$|[?.!,;]| and\b)/iu.exec(
      text.slice(end),
    );
  const described = polarity === 'like' && noun !== null && listBefore.test(text.slice(0, start));
  return described ? `${name}${noun[0]}` : name;
}

const usageCue =
  /(?<!\p{L})(?:using|use|uses|with|in|on|via|mit|in|auf|verwende\p{L}*|benutze\p{L}*|nutze\p{L}*|avec|en|dans|sur|utilis\p{L}*|con|usando|usa[rn]?o?|met|gebruik\p{L}*|com|uso)\s+(?:(?:an?|the|der|die|das|den|le|la|les|el|los|il|lo|de|het|o|a|plain|only|just|nur|solo|alleen|só)\s+)*(?:[\p{L}\p{N}.#+-]+(?:,|,? and| &| und| et| y| e| en) )*$/iu;

const asksOther =
  /^\s*(?:(?:do|did|are|were|have|would|will|could) you (?:\w+ )?(?:like|love|prefer|enjoy|hate|use|used|using|know|recommend|think|ever|work|worked|familiar|interested|happy|a fan)|is|are|was|were|does|did|why|which|who|whose|should|what do you think|magst|mögen|kennst|aimes|aimez|connais|te gusta|le gusta|conoces|ti piace|conosci|hou je|houd je|ken je|gosta|conhece)\b/iu;
const ofOthers =
  /^\s*(?:(?:my|our|his|her|their|the)\s+(?:\w+\s+)?(?:boss|manager|wife|husband|partner|girlfriend|boyfriend|friends?|mom|mum|mother|dad|father|parents|brother|sister|son|daughter|kids?|children|colleagues?|co-?workers?|teammates?|client|customers?|neighbou?r|teacher|professor|cto|ceo|company|competitors?|cousin|uncle|aunt|roommate)|he|she|they|people|everyone|everybody|someone|somebody|nobody|mein\p{L}* (?:chef\p{L}*|frau|mann|freund\p{L}*|kolleg\p{L}*)|er|sie|mon (?:chef|mari|ami|collègue)|ma (?:femme|mère|sœur)|il|elle|ils|elles|mi (?:jefe|esposa|marido|amig\p{L}+|herman\p{L}+)|él|ella|mijn (?:baas|vrouw|man|vriend\p{L}*|collega)|hij|zij|meu (?:chefe|marido|amigo|irmão)|minha (?:esposa|mãe|amiga|irmã))(?!\p{L})/iu;

/** A question to the other, or a statement about another person, says nothing of its author. */
export const isAboutOthers = (sentence: string): boolean =>
  (asksOther.test(sentence) && /\?\s*$|^[^.!]*$/u.test(sentence)) || ofOthers.test(sentence);
