import { type LanguageRules, lowerFirstOf, maxClauseLength, replaceWords } from './language-rules.ts';

const addressed: Readonly<Record<string, string>> = {
  mijn: 'je',
  mij: 'je',
  me: 'je',
  onze: 'jullie',
  ons: 'jullie',
  jouw: 'mijn',
};
const small = new Set(
  `alle alles de het een mijn deze dit die dat wat wie waar hoe wanneer waarom welke welk hoeveel of om`.split(
    ' ',
  ),
);
const imperative =
  /^(?:zet|stel|voeg|verwijder|annuleer|speel|vind|zoek|boek|reserveer|toon|laat|maak|geef|herinner|vertel|schrijf|lees|bekijk|stop|start|open|sluit|verander|wijzig|bel|stuur|wek|snooze|pauzeer|herhaal|zeg|noem|koop|bestel|bereken|vertaal|vat|leg|wis|schakel|draai|gebruik|beoordeel|wijs|ken|haal|neem|plan|regel|check|controleer|zorg|help|bevestig|verzet|vergeet|hervat|kies|luister|ga|download|creëer|activeer|deactiveer|kijk|meld|waardeer|tel|markeer|sla|roep|print|deel|vraag|selecteer|schrap|cancel|stuur)$/iu;
const particle = /^(?:toe|af|uit|aan|terug|mee|weg|door|in|op|voor|samen|bij|over)$/iu;
const asked = /^(?:(?:om|op|in|voor|met|tot) )?(?:wat|wie|waar|hoe|hoeveel|wanneer|waarom|welke?)(?= |$)/iu;
const shortAsked =
  /^(?:wanneer|waar|wie|waarom|wat) (?!(?:voor|er|het|de|een|mijn|dit|deze|die|we|ze|hij)\b)/iu;
const finite =
  /^(?:is|zijn|was|waren|wordt|worden|werd|heeft|heb|hebben|had|kan|kunnen|kun|kon|moet|moeten|zal|zullen|zou|mag|mogen|wil|willen|ben|gaat|gaan|ga|staat|staan|speelt|spelen|draait|draaien|komt|komen|begint|beginnen|duurt|kost|regent|sneeuwt|schijnt|heb|vertrekt|opent|sluit|toont|bestaat|stopt|eindigt|valt|loopt|werkt|betekent|rijdt|zit|weet|zie|vind|ligt|blijft|geeft)$/iu;
const infinitive = /^(?:\p{Ll}{2,}en|zijn|gaan|staan|zien|doen)$/u;
const polite = /^(?:(?:alsjeblieft|hallo|hey|en|ok|oké|graag)[ ,]+)+/iu;
const mayI =
  /^(?:kun je|kan je|kunt u|kan u|wil je|wilt u|zou je|zou u)(?: alsjeblieft| mij| me| voor mij)* /iu;
const wish = /^(?:ik (?:wil|zou|moet)(?: graag| nu)*|laten we) /iu;

const address = (line: string) => replaceWords(line, addressed);
const trim = (line: string) =>
  line
    .replace(/ alst?jeblieft(?= )/iu, '')
    .replace(polite, '')
    .replace(/[ ,]+(?:alsjeblieft|graag|a\.?u\.?b)$/iu, '')
    .trim();

/** "Zet wekker om acht": a full sentence would need the article. */
const lacksArticle =
  /^(?:wekker|timer|alarm|herinnering|afspraak|nummer|liedje|lied|tafel|restaurant|film|lijst|playlist|afspeellijst|boek|album|taxi|bericht|artiest)$/u;

/** "voeg melk toe aan de lijst" is "melk toevoeg aan de lijst", behind "dat ik". */
function readCommand(line: string): string | null {
  const [first = '', ...words] = line.split(' ');
  if (!imperative.test(first) || words.length === 0 || /\bik\b/iu.test(line)) return null;
  if (imperative.test(/ en (\p{Ll}+)/u.exec(line)?.[1] ?? '')) return null;
  if (lacksArticle.test(words[0] ?? '') || (/ te \p{Ll}+n$/u.test(line) && !/ om /u.test(line))) return null;
  const verb = first.toLowerCase();
  const at = words.findIndex(
    (word, i) => particle.test(word) && (/^(?:toe|af|terug|mee|weg)$/iu.test(word) || i === words.length - 1),
  );
  const show = verb === 'laat' && words.findIndex((word) => /^(?:zien|horen|weten)$/iu.test(word));
  if (verb === 'laat') {
    if (typeof show !== 'number' || show < 1) return null;
    const rest = words
      .toSpliced(show, 1)
      .join(' ')
      .replace(/^(?:mij|me) /iu, '');
    return `${address(rest)} laat ${words[show]?.toLowerCase()}`;
  }
  if (at > 0 && words.length > 1)
    return address(
      [...words.slice(0, at), `${words[at]?.toLowerCase()}${verb}`, ...words.slice(at + 1)].join(' '),
    );
  const clause = words.findIndex(
    (word, i) =>
      /^(?:dat|die|zodat|wanneer|omdat|voordat|nadat|als)$/iu.test(word) ||
      (/^om$/iu.test(word) && words.indexOf('te', i) > 0),
  );
  const end = clause > 0 ? clause : words.length;
  return address([...words.slice(0, end), verb, ...words.slice(end)].join(' '));
}

const asksToTell =
  /^(?:vertel|zeg|laat)(?: mij| me)?(?: weten)? (?=(?:wat|wie|waar|hoe|wanneer|waarom|welke?|of)\b)/iu;
/** Behind "vertel me" the verb may stand where it belongs: "wanneer het regent". */
const subjectFirst = /^\S+ (?:het|er|de|een|mijn|dit|deze|die|we|ze|hij|ik) /iu;

function readQuestion(line: string): string | null {
  const whole = trim(line);
  const text = whole.replace(asksToTell, '');
  if (text !== whole && subjectFirst.test(text)) return /\bik\b/iu.test(text) ? null : address(text);
  if (/[,;?]/u.test(text) || text.length > maxClauseLength) return null;
  const words = text.split(' ');
  if (mayI.test(text)) return null;
  const at =
    /^ik$/iu.test(words[2] ?? '') && asked.test(text)
      ? 1
      : shortAsked.test(text)
        ? 1
        : asked.test(text)
          ? words.findIndex((word, i) => i > 0 && i < 5 && finite.test(word))
          : finite.test(words[0] ?? '') || isVerbFirst(words)
            ? 0
            : -1;
  if (at < 0 || words.length < 2 || words.length > 16) return null;
  const rest = words.slice(at + 1);
  const verb = (words[at] ?? '').toLowerCase();
  if (rest.length === 0 || /^(?:je|jij|u)$/iu.test(rest[0] ?? '')) return null;
  const mine = /^ik$/iu.test(rest[0] ?? '');
  if (!mine && rest.some((word) => /^ik$/iu.test(word))) return null;
  if (at === 0 && !mine && /^(?:vind|zie|heb|ben|ga|kun)$/u.test(verb)) return null;
  const moved = mine ? toYourForm(verb) : verb;
  const body = mine ? ['je', ...rest.slice(1)] : rest;
  const before = body.findIndex(
    (word, i) =>
      i > 0 &&
      infinitive.test(word) &&
      !/^(?:een|geen|alleen|tegen|morgen|binnen|buiten|boven|beneden|dingen)$/u.test(word) &&
      isHelping(verb),
  );
  const end = before > 0 ? before : findEnd(body);
  const opening = at === 0 ? 'of' : lowerFirstOf(words.slice(0, at).join(' '), small);
  return address([opening, ...body.slice(0, end), moved, ...body.slice(end)].join(' '));
}

const pronoun = /^(?:het|er|je|dit|dat|hij|zij|ze)$/iu;
const preposition = /^(?:in|om|op|bij|voor|tegen|rond|over|tijdens|met|na|van|tot|vanaf)$/iu;
const isHelping = (verb: string) =>
  /^(?:zal|zullen|gaat|gaan|ga|kan|kun|kunnen|moet|moeten|mag|wil|zou|kon)$/u.test(verb);
/** The verb stands before what tells place and time: "of het koud wordt in Utrecht". */
function findEnd(body: string[]): number {
  if (/^ge\p{Ll}+(?:d|t|en)$/u.test(body[0] ?? '')) return 1;
  const at = body.findIndex(
    (word, i) =>
      i > (pronoun.test(body[0] ?? '') ? 1 : 2) &&
      /^(?:in|om|op|bij|voor|tegen|rond|over|tijdens|met|na|vandaag|morgen|vanavond|vanmiddag|nu|dit|deze|volgende|komende|morgenochtend)$/iu.test(
        word,
      ),
  );
  if (at <= 0) return body.length;
  return preposition.test(body[at - 1] ?? '') ? at - 1 : at;
}

const yourForms: Readonly<Record<string, string>> = {
  heb: 'hebt',
  ben: 'bent',
  kan: 'kunt',
  zal: 'zult',
  wil: 'wilt',
  mag: 'mag',
  moet: 'moet',
  zou: 'zou',
  ga: 'gaat',
  had: 'had',
  was: 'was',
};
const toYourForm = (verb: string) => yourForms[verb] ?? (verb.endsWith('t') ? verb : `${verb}t`);

const isVerbFirst = ([first = '', second = '']: string[]) =>
  /t$/u.test(first.toLowerCase()) &&
  /^(?:het|er|ik|vandaag|morgen|dit)$/iu.test(second) &&
  !imperative.test(first);

/** What the assistant is to give, tell or show, the user gets, knows or sees. */
const receive = (rest: string) =>
  rest
    .replace(/(?:be)?zorgen$|geven$|sturen$|brengen$/u, 'krijgen')
    .replace(/vertellen$|zeggen$/u, 'weten')
    .replace(/(?:laten zien|tonen)$/u, 'zien')
    .replace(/voorlezen$/u, 'horen');

export const dutch: LanguageRules = {
  readTask(line) {
    const text = trim(line);
    if (text.length > maxClauseLength || /[;?] |, (?:en|vanaf|dat|die|een)\b/u.test(text)) return null;
    const asks = mayI.exec(text);
    const wants = wish.exec(text);
    if (asks === null && wants === null) {
      const act = readCommand(text);
      return act === null ? null : { kind: 'task', act };
    }
    const rest = text.slice((asks ?? wants)?.[0].length ?? 0);
    const last = rest.split(' ').at(-1) ?? '';
    if (!infinitive.test(last) || /\b(?:ik|dat)\b/iu.test(rest) || /^(?:hebben|morgen)$/u.test(last))
      return null;
    return { kind: 'wish', act: address(asks === null ? rest : receive(rest)) };
  },
  readQuestion,
  isQuestion: (line) =>
    asked.test(trim(line)) ||
    finite.test(trim(line).split(' ')[0] ?? '') ||
    isVerbFirst(trim(line).split(' ')),
};
