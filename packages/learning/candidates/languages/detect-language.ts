import data from './function-words.json' with { type: 'json' };

export type Language = 'de' | 'en' | 'es' | 'fr' | 'it' | 'ja' | 'nl' | 'pt' | 'zh';
type Listed = keyof typeof data;

const listed: readonly Listed[] = ['en', 'de', 'nl', 'fr', 'es', 'it', 'pt', 'other'];
const listsByWord = new Map<string, Listed[]>();
for (const language of listed) {
  for (const word of data[language].split(' '))
    listsByWord.set(word, [...(listsByWord.get(word) ?? []), language]);
}

/** Letters that few of the languages have. */
const letters: readonly [RegExp, readonly Listed[]][] = [
  [/ß|ä/iu, ['de']],
  [/[öü]/iu, ['de', 'other']],
  [/[ñ¿¡]/iu, ['es']],
  [/[ãõ]/iu, ['pt']],
  [/[êëïœâûôî]/iu, ['fr']],
  [/ç/iu, ['fr', 'pt', 'other']],
  [/[áéíóú]/iu, ['es', 'pt']],
  [/[èéà]/iu, ['fr', 'it']],
  [/[ìòù]|^\p{L}{3,}(?:ami|immi|emi)(?= )/iu, ['it']],
  [/[øåæşğıžčćšđłąęśźżőűřěůţțșăþð]/iu, ['other']],
];
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const han = /\p{Script=Han}/u;
const foreign = /(?![\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])\p{L}/u;
/** How an assistant is called in any language, and short forms that only English has. */
const calledUpon = /[ ,]+(?:ai|siri|alexa|google|cortana|bixby)[.!? ]*$/u;
const english =
  /\b(?:(?:that|it|what|who|where|how|there|here|let)['’]s|\p{L}+n['’]t|i['’]m|\p{L}+['’](?:re|ve|ll))\b/iu;
const letterWeight = 0.7;
/** What stands further behind may be a title. */
const maxWords = 8;
/** The first word tells most: what follows may be a title in any language. */
const firstWeight = 1.6;

/** The language of a line; null for one that the rules do not speak. Short lines without evidence are English. */
export function detectLanguage(line: string): Language | null {
  if (kana.test(line)) return 'ja';
  if (han.test(line)) return 'zh';
  if (foreign.test(line)) return null;
  const scores = scoreWords(line.toLowerCase().replace(calledUpon, ''));
  if (english.test(line)) scores.set('en', (scores.get('en') ?? 0) + firstWeight);
  for (const [pattern, languages] of letters) {
    if (!pattern.test(line)) continue;
    for (const language of languages)
      scores.set(language, (scores.get(language) ?? 0) + letterWeight / languages.length);
  }
  const [best, score] = [...scores].reduce((a, b) => (b[1] > a[1] ? b : a), ['en', 0] as [Listed, number]);
  if (best === 'en' || score <= (scores.get('en') ?? 0)) return 'en';
  return best === 'other' ? null : best;
}

/** A word that several lists hold counts for each of them by its share. */
function scoreWords(line: string): Map<Listed, number> {
  const scores = new Map<Listed, number>();
  const words = line.match(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]*)*/gu)?.slice(0, maxWords) ?? [];
  for (const [at, word] of words.entries()) {
    const languages =
      listsByWord.get(word.replace('’', "'")) ?? listsByWord.get(word.replace(/['’].*$/u, "'")) ?? [];
    for (const language of languages)
      scores.set(language, (scores.get(language) ?? 0) + (at === 0 ? firstWeight : 1) / languages.length);
  }
  return scores;
}
