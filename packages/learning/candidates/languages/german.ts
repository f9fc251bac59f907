import { type LanguageRules, lowerFirstOf, maxClauseLength, replaceWords } from './language-rules.ts';

const addressed: Readonly<Record<string, string>> = {
  mein: 'Ihr',
  meine: 'Ihre',
  meinen: 'Ihren',
  meinem: 'Ihrem',
  meiner: 'Ihrer',
  meines: 'Ihres',
  mich: 'Sie',
  mir: 'Ihnen',
  dein: 'mein',
  deine: 'meine',
  deinen: 'meinen',
  deinem: 'meinem',
  deiner: 'meiner',
  unser: 'Ihr',
  unsere: 'Ihre',
  unseren: 'Ihren',
  unserem: 'Ihrem',
  unserer: 'Ihrer',
  uns: 'Ihnen',
};
const small = new Set(
  `alle alles den die das der dem ein eine einen einem einer mein meine meinen meinem den diesen diese dieses wann wie wo was wer
  welche welcher welches welchen warum wieso um wohin woher wieviel ob für zu am in auf mit von bis nach`.split(
    /\s+/u,
  ),
);
/** Imperatives whose infinitive is not the imperative with -n or -en. */
const irregular: Readonly<Record<string, string>> = {
  gib: 'geben',
  nimm: 'nehmen',
  lies: 'lesen',
  sprich: 'sprechen',
  hilf: 'helfen',
  sieh: 'sehen',
  iss: 'essen',
  wirf: 'werfen',
  vergib: 'vergeben',
  wechsle: 'wechseln',
  wechsel: 'wechseln',
  ändere: 'ändern',
  ändre: 'ändern',
  erinnere: 'erinnern',
  erinner: 'erinnern',
  speichere: 'speichern',
  sei: 'sein',
  sag: 'nennen',
  sage: 'nennen',
  tu: 'tun',
  liefere: 'liefern',
  reservier: 'reservieren',
  sammle: 'sammeln',
  wiederhol: 'wiederholen',
  vorles: 'vorlesen',
  bestätig: 'bestätigen',
  verschieb: 'verschieben',
  öffne: 'öffnen',
  rechne: 'rechnen',
  zeichne: 'zeichnen',
};
const shortImperatives =
  /^(?:zeig|stell|spiel|lösch|füg|mach|such|schalt|setz|buch|find|sag|schreib|übersetz|erklär|start|stopp|schick|send|hol|bring|plan|bestell|ruf|leg|dreh|weck|lass|nenn|bewert|storn|entfern|erstell|hör|geh|komm|kauf|frag|les|merk|trag|richt)$/iu;
const particle =
  /^(?:ab|an|auf|aus|ein|hinzu|her|hin|los|mit|nach|vor|weg|weiter|wieder|zu|zurück|zusammen|um|herunter|hoch|runter|vorlesen)$/iu;
/** "das Licht ein um acht": the particle stands before what tells time or place. */
const partedInside =
  /^([^,]*\p{Lu}\p{L}+) (aus|ein|an|ab|hinzu|auf) ((?:um|für|im|am|in|bis|von|zu|bei|nach|heute|morgen)\b[^,]*)$/u;
/** Without someone who gets it, these have no sense. */
const giving =
  /(?:geben|sagen|zeigen|erzählen|nennen|vorlesen|schicken|senden|erklären|bringen|mitteilen|helfen)$/u;
const asked =
  /^(?:(?:um|für|in|an|bei|zu|mit|seit|ab|bis) )?(?:wann|wie|wo|was|wer|wen|wem|warum|wieso|weshalb|wohin|woher|wozu|welche[rsmn]?|wieviele?)(?= |$)/iu;
const shortAsked =
  /^(?:wann|wo|was|wer|warum|wieso|weshalb|wohin|woher) (?!genau|alles|für|auch|sonst|noch)/iu;
const finite =
  /^(?:ist|sind|war|waren|wird|werden|wurde|wurden|hat|haben|habe|hatte|hatten|kann|können|konnte|könnte|könnten|muss|müssen|soll|sollen|sollte|sollten|darf|dürfen|will|wollen|mag|würde|würden|bin|gibt|läuft|laufen|spielt|spielen|kommt|kommen|geht|gehen|zeigt|zeigen|beginnt|beginnen|brauche|braucht|brauchen|steht|stehen|heißt|heißen|kostet|kosten|dauert|liegt|fährt|öffnet|schließt|regnet|schneit|scheint|macht|passiert|finde|findet|bekomme|mache|fange|fängt|lautet|sieht|wirst|kannst|hast|bist|ändere|lösche|sage|schreibe|erreiche|gewinnt|sinkt|steigt|endet|startet)$/iu;
const myVerbs: Readonly<Record<string, string>> = {
  bin: 'sind',
  habe: 'haben',
  kann: 'können',
  muss: 'müssen',
  soll: 'sollen',
  darf: 'dürfen',
  will: 'wollen',
  werde: 'werden',
  mag: 'mögen',
  hatte: 'hatten',
  sollte: 'sollten',
  könnte: 'könnten',
  würde: 'würden',
  musste: 'mussten',
  war: 'waren',
  weiß: 'wissen',
};
/** "Anna und Tom wollen essen": a statement, whose last verb is no order. */
const hasModal =
  /(?<=\p{L} )(?:will|wollen|möchte|möchten|muss|müssen|soll|sollen|kann|können|ist|sind|wird|würde|würden|hat|haben|darf|dürfen)(?= )/u;
const polite = /^(?:(?:bitte|hallo|hey|und|also|ok|okay)[ ,]+)+/iu;
const mayI =
  /^(?:kannst du|können sie|könntest du|könnten sie|würdest du|würden sie|kannst|können wir)(?: bitte| mal| mir| uns| für mich)* /iu;
const wish = /^(?:ich (?:möchte|will|würde|muss|wollte)(?: gerne| gern| bitte)*|lass uns) /iu;

const address = (line: string) => replaceWords(line, addressed);
const isInfinitive = (word: string) => /(?:en|ern|eln)$/iu.test(word) && word.length > 3;
const trim = (line: string) =>
  line
    .replace(polite, '')
    .replace(/[ ,]+(?:bitte|danke)$/iu, '')
    .replace(/ bitte /iu, ' ')
    .trim();

function toInfinitive(word: string): string | null {
  const lower = word.toLowerCase();
  if (Object.hasOwn(irregular, lower)) return irregular[lower] ?? null;
  if (/[^aeiou]e$/u.test(lower) && lower.length > 3) return `${lower}n`;
  return shortImperatives.test(lower) ? `${lower}en` : null;
}

/** "Stelle Wecker auf acht": a full sentence would need the article. */
const lacksArticle =
  /^(?:Wecker|Timer|Termin|Lied|Song|Erinnerung|Alarm|Nachricht|Tisch|Restaurant|Film|Playlist|Wiedergabeliste|Liste|Buch|Album|Zimmer|Taxi|Künstler|Titel|Track)(?= |$)/u;
/** "eine Erinnerung meine Mutter anzurufen": the verb would have to stand inside, and nobody knows where. */
const hasBareClause = (rest: string) =>
  !/,| um (?!\d|halb |viertel |Mitternacht|\p{Ll}+ Uhr)/u.test(rest) &&
  / (?:zu \p{Ll}+n|(?:an|ab|auf|aus|ein|mit|vor|vorbei|zurück|los|weg|hin|her|nach|um|unter|statt|teil|fern|be)\p{Ll}*zu\p{Ll}{2,}n)$| (?:dass|wenn|weil|ob|falls|sobald|nachdem|bevor) /u.test(
    rest,
  );

/** "Stelle den Wecker aus" is "den Wecker ausstellen". */
function readCommand(line: string): string | null {
  const [first = '', ...words] = line.split(' ');
  const verb = toInfinitive(first);
  const last = words.at(-1) ?? '';
  if (verb === null || words.length === 0 || / ich /iu.test(` ${line} `) || small.has(first.toLowerCase()))
    return null;
  if (/^(?:mir|uns)$/iu.test(words[0] ?? '') && words.some((word) => asked.test(word))) return null;
  const second = / und (\p{Ll}+)/u.exec(line)?.[1] ?? '';
  if (!small.has(second) && toInfinitive(second) !== null) return null;
  const rest = address(
    giving.test(verb) ? words.join(' ') : words.join(' ').replace(/^(?:mir|uns) (?=\S+ )/iu, ''),
  );
  const reminded = /^Sie,? (?:daran,? )?([^,]+ (?:zu \p{Ll}+|\p{Ll}+zu\p{Ll}+en))(, .*)?$/u.exec(rest);
  if (verb === 'erinnern' && reminded !== null)
    return `Sie daran erinnern, ${reminded[1]}${reminded[2] ?? ''}`;
  if (/^\p{L}+,/u.test(rest) || lacksArticle.test(rest) || hasBareClause(rest)) return null;
  if (particle.test(last) && words.length > 1)
    return `${rest.slice(0, -last.length - 1)} ${last.toLowerCase()}${verb}`;
  const parted = partedInside.exec(rest);
  if (parted !== null) return `${parted[1]} ${parted[3]} ${parted[2]?.toLowerCase()}${verb}`;
  const clause =
    /,(?= \p{Ll})| (?:damit|sodass) | um (?!\d|halb |viertel |Mitternacht|\p{Ll}+ Uhr)(?=.*(?: zu \p{Ll}+|\p{Ll}zu\p{Ll}+en)$)/u.exec(
      rest,
    );
  if (clause === null || clause.index === 0) return `${rest} ${verb}`;
  const [main, more] = [rest.slice(0, clause.index), rest.slice(clause.index)];
  const end = main.split(' ').at(-1) ?? '';
  const joined =
    particle.test(end) && main.includes(' ')
      ? `${main.slice(0, -end.length - 1)} ${end.toLowerCase()}${verb}`
      : `${main} ${verb}`;
  return `${joined}${more.startsWith(',') ? '' : ','}${more}`;
}

/** "Finden Sie ein Kino" is "ein Kino finden"; "Haben Sie" asks. */
function readFormal(verb: string, rest: string): ReturnType<LanguageRules['readTask']> {
  if (finite.test(verb) && !/^(?:spielen|zeigen|öffnen|machen)$/iu.test(verb)) return null;
  if (/[,;]/u.test(rest)) return null;
  const last = rest.split(' ').at(-1) ?? '';
  const infinitive = verb.toLowerCase();
  const body = address(rest.replace(/^(?:mir|uns) (?=\S+ )/iu, ''));
  const act = particle.test(last)
    ? `${body.slice(0, -last.length - 1)} ${last}${infinitive}`
    : `${body} ${infinitive}`;
  return { kind: 'task', act };
}

const asksToTell =
  /^(?:(?:sag|sage|zeig|zeige|nenne?|erklär|erkläre)(?: mir| uns)?(?: bitte)?|weißt du|wissen sie),? (?=(?:wann|wie|wo|was|wer|warum|welche|ob))/iu;
/** Behind "sag mir" the verb may stand where it belongs: "wann es regnet". */
const subjectFirst = /^\S+ (?:es|er|sie|der|die|das|ein|eine|mein|meine|unser|unsere|man|ich) /iu;

/** "Spielen Sie Jazz" without a mark is an order. */
const orders = /^(?:spielen|zeigen|geben|machen|öffnen|stellen|finden) Sie /iu;

function readQuestion(line: string, marked: boolean): string | null {
  const whole = trim(line);
  if (!marked && orders.test(whole)) return null;
  const text = whole.replace(asksToTell, '');
  if (/[,;?]|(?<!\d)\./u.test(text) || text.length > maxClauseLength) return null;
  if (text !== whole && subjectFirst.test(text)) return / ich /iu.test(text) ? null : address(text);
  if (mayI.test(text) || / (?:ab|an|auf|aus|vor) zu \p{Ll}+$/u.test(text)) return null;
  const words = text.split(' ');
  const at = /^ich$/iu.test(words[2] ?? '')
    ? 1
    : shortAsked.test(text)
      ? 1
      : asked.test(text)
        ? words.findIndex((word, i) => i > 0 && i < 6 && finite.test(word))
        : finite.test(words[0] ?? '') || isVerbFirst(words)
          ? 0
          : -1;
  if (at < 0 || words.length < 2 || words.length > 16) return null;
  const rest = words.slice(at + 1);
  if (rest.length === 0) return null;
  const verb = (words[at] ?? '').toLowerCase();
  const mine = rest[0]?.toLowerCase() === 'ich';
  if (!mine && rest.some((word) => /^ich$/iu.test(word))) return null;
  if (at === 0 && !mine && /e$/u.test(verb) && !/^(?:wurde|hatte|konnte|könnte|sollte|würde)$/u.test(verb))
    return null;
  const you = /^(?:du|sie)$/u.test(rest[0] ?? '') && /^(?:kannst|bist|hast|wirst|willst)$/u.test(verb);
  if (you) return null;
  const moved = mine ? (myVerbs[verb] ?? (verb.endsWith('e') ? `${verb}n` : verb)) : verb;
  const body = address((mine ? ['Sie', ...rest.slice(1)] : rest).join(' '));
  const opening = at === 0 ? 'ob' : lowerFirstOf(words.slice(0, at).join(' '), small);
  const last = rest.at(-1) ?? '';
  const parted = particle.test(last) && rest.length > 1 && !/^(?:an|auf|mit|zu|um|nach|in)$/iu.test(last);
  const end = parted ? `${body.slice(0, -last.length - 1)} ${last}${moved}` : `${body} ${moved}`;
  return `${address(opening)} ${end}`;
}

/** "Regnet es heute": a verb before a pronoun, an article or the day. */
const isVerbFirst = ([first = '', second = '']: string[]) =>
  /(?:t|st|en)$/u.test(first.toLowerCase()) &&
  /^(?:es|er|ich|die|der|das|mein|meine|heute|morgen|man|wir)$/iu.test(second);

export const german: LanguageRules = {
  readTask(line) {
    const text = trim(line);
    if (text.length > maxClauseLength || /[;?] |(?<!\d)\. /u.test(text)) return null;
    const asks = mayI.exec(text);
    const wants = wish.exec(text);
    const rest = text.slice((asks ?? wants)?.[0].length ?? 0);
    const last = rest.split(' ').at(-1) ?? '';
    if (asks !== null || wants !== null) {
      if (!isInfinitive(last) || / ich | dass /iu.test(rest) || /^haben$/iu.test(last)) return null;
      const act = address(lowerFirstOf(rest, small));
      const given = / (?:mir|uns) $/iu.test(asks?.[0] ?? '') && giving.test(last);
      return { kind: asks === null ? 'wish' : 'task', act: given ? `Ihnen ${act}` : act };
    }
    const formal = /^(\p{L}+en) Sie (?=\S)/u.exec(text);
    if (formal !== null) return readFormal(formal[1] ?? '', text.slice(formal[0].length));
    const command = readCommand(text);
    if (command !== null) return { kind: 'task', act: command };
    const noun = /^\p{Lu}/u.test(last);
    const infinitive =
      isInfinitive(last) &&
      !noun &&
      !asked.test(text) &&
      rest.split(' ').length > 1 &&
      !finite.test(rest.split(' ')[0] ?? '') &&
      !hasModal.test(rest) &&
      !hasBareClause(rest);
    return infinitive && !/\b(?:ich|es|wir|du)\b/iu.test(rest)
      ? { kind: 'task', act: address(lowerFirstOf(rest, small)) }
      : null;
  },
  readQuestion,
  isQuestion: (line) =>
    asked.test(trim(line)) ||
    finite.test(trim(line).split(' ')[0] ?? '') ||
    isVerbFirst(trim(line).split(' ')),
};
