import { type LanguageRules, maxClauseLength, replaceWords } from './language-rules.ts';
import type { RomanceWords } from './romance-verbs.ts';

const maxWords = 18;
/** "come cambio", "cómo cambio": the verb speaks of "I", and its infinitive is not known. */
const ofFirstPerson =
  /^(?:come|dove|quando|cosa|che cosa|perché|cómo|dónde|cuándo|qué|por qué|como|onde|por que|o que) (?:non |no |não |eu )?(?!\p{L}*(?:sono|anno|ono)\s)\p{L}{2,}o(?=\s|$)/iu;
/** "find me a table" is "find a table"; "call me" is not "call". */
const forSomeone =
  /^(?:trov|prenot|cerc|compr|ordin|prepar|cre|calcol|impost|elenc|gener|génèr|organi|reserv|réserv|busc|orden|calcul|list|cherch|achèt|command|program|planif|cocin|cuisin|cucin|coloc|adicion|añad|agreg|trouv|encontr|encuentr|suon|escolh|recom|conseill|consigli|sug|mostr|visualiz)/iu;
/** What is to be remembered, without a preposition before it. */
const bare = /^(?:\p{L}+(?:ar|er|ir)|que|el|la|los|las|mi|o|os|as)(?=\s|$)/iu;
const closing =
  /[ ,]+(?:por favor|per favore|per piacere|s'il (?:te|vous) plaît|grazie|gracias|merci|obrigad[oa])$/iu;

/** Italian, Spanish, French and Portuguese: tasks by the infinitive, and questions whose order stays as it is. */
export function createRomanceRules(words: RomanceWords): LanguageRules {
  const trim = (line: string) =>
    line
      .replaceAll('’', "'")
      .replaceAll(/(?<=[b-df-hj-np-tv-z]')\s+(?=\p{L})/giu, '')
      .replace(words.polite, '')
      .replace(/^[¿¡]/u, '')
      .replace(closing, '')
      .trim();
  const address = (text: string) => replaceWords(text, words.addressed);

  function readTask(line: string): ReturnType<LanguageRules['readTask']> {
    const text = trim(line);
    if (text.length > maxClauseLength || text.split(' ').length > maxWords || /[;?] |[.,] ?\p{L}/u.test(text))
      return null;
    const wanted = words.wish.exec(text);
    const rest = text.slice(wanted?.[0].length ?? 0);
    const [first = '', second = '', ...more] = rest.split(' ');
    const double = words.imperatives[`${first} ${second}`.toLowerCase()];
    if (double !== undefined) return toTask(more.join(' '), double);
    if (wanted !== null) {
      const single = words.imperatives[first.toLowerCase()];
      if (single !== undefined) return toTask([second, ...more].join(' '), single);
      if (/^\p{L}+[aei]r-?(?:me|mi)$/iu.test(first) && !forSomeone.test(first)) return null;
      return toTask(
        rest.replace(/(?<=[aei]r)(?:me|-me)(?=\s)/iu, '').replace(/(?<=[aei]r)mi(?=\s)/iu, 'e'),
        '',
      );
    }
    const infinitive = toInfinitive(first.toLowerCase(), words);
    return infinitive === null || second === '' || words.yesNo.test(text)
      ? null
      : toTask([second, ...more].join(' '), infinitive);
  }

  function toTask(rest: string, verb: string): ReturnType<LanguageRules['readTask']> {
    if (verb !== '' && words.asked.test(rest) && !/^(?:saber|sapere|savoir)$/u.test(verb)) return null;
    if (rest === '' || words.first.test(rest) || hasSecondTask(rest)) return null;
    const of = /record(?:atorio)$|lembrete$/u.test(verb) && bare.test(rest) ? ' de' : '';
    return { kind: 'task', act: `${verb}${of} ${address(rest)}`.trim() };
  }

  /** "e riproduci": the second imperative would need an infinitive, too. */
  const hasSecondTask = (rest: string) =>
    [...rest.matchAll(/ (?:e|y|et) (\p{L}+)/giu)].some(([, verb = '']) =>
      Object.hasOwn(words.imperatives, verb.toLowerCase()),
    );

  function readQuestion(line: string, marked: boolean): string | null {
    const text = trim(line).replace(words.asksToTell, '');
    if (
      text.length > maxClauseLength ||
      text.split(' ').length > maxWords ||
      /[;?¿] |[.,] ?\p{L}/u.test(text)
    )
      return null;
    if ((!marked && words.need.test(text)) || words.wish.test(text) || ofFirstPerson.test(text)) return null;
    const yesNo = words.yesNo.exec(text);
    if (!words.asked.test(text) && yesNo === null) return null;
    const clause =
      words.order?.(lowerFirstLetter(text)) ?? (words.order === undefined ? lowerFirstLetter(text) : null);
    if (clause === null) return null;
    const addressed = address(clause);
    if (words.first.test(addressed)) return null;
    return words.asked.test(text) ? addressed : `${words.whether} ${addressed}`;
  }

  return {
    readTask,
    readQuestion,
    isQuestion: (line) => words.asked.test(trim(line)) || words.yesNo.test(trim(line)),
  };
}

function toInfinitive(word: string, words: RomanceWords): string | null {
  if (Object.hasOwn(words.imperatives, word)) return words.imperatives[word] ?? null;
  const plain = word.replace(/(?<=\p{L}{3})(?:mi|me|-moi|-me)$/u, '');
  if (
    plain !== word &&
    !forSomeone.test(word) &&
    !words.regular.some((verb) => words.toImperatives(verb).includes(word))
  )
    return null;
  return words.regular.find((verb) => words.toImperatives(verb).includes(plain)) ?? null;
}

const lowerFirstLetter = (text: string) => (text[0]?.toLowerCase() ?? '') + text.slice(1);
