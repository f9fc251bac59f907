import { type LanguageRules, maxClauseLength } from './language-rules.ts';

/** The stem before "ましょうか" of requests that end with these; suru verbs are any noun with し. */
const endings: readonly [RegExp, string][] = [
  [/(?:を)?(?:見せて|表示して見せて)$/u, 'を見せ'],
  [/を?(?:教えて|おしえて)$/u, 'をお教えし'],
  [/(?:かけて|かける)$/u, 'かけ'],
  [/(?:止めて|とめて|止める|とめる)$/u, '止め'],
  [/(?:消して|消す)$/u, '消し'],
  [/(?:流して|流す)$/u, '流し'],
  [/(?:探して|探す)$/u, '探し'],
  [/(?:開いて|開く|ひらいて)$/u, '開き'],
  [/(?:開けて|開ける)$/u, '開け'],
  [/(?:閉じて|閉じる)$/u, '閉じ'],
  [/(?:入れて|入れる)$/u, '入れ'],
  [/(?:加えて|加える)$/u, '加え'],
  [/(?:聞かせて|聞かせる)$/u, '聞かせ'],
  [/(?:見つけて|見つける)$/u, '見つけ'],
  [/(?:送って|送る)$/u, '送り'],
  [/(?:読んで|読む)$/u, '読み'],
  [/(?:書いて|書く)$/u, '書き'],
  [/(?:作って|作る)$/u, '作り'],
  [/(?:読み上げて|読み上げる)$/u, '読み上げ'],
  [/(?:付けて|つけて|付ける|つける)$/u, 'つけ'],
  [/(?:変えて|変える)$/u, '変え'],
  [/(?:取り消して|取り消す)$/u, '取り消し'],
  [/(?:予約を取って|予約を取る)$/u, '予約を取り'],
  [/(?:起こして|起こす)$/u, '起こし'],
  [/(?:して|する|せよ|しろ)$/u, 'し'],
  [/(?<=[\p{Script=Han}\p{Script=Katakana}ー])$/u, 'し'],
];
const politeEnd =
  /(?:を?(?:お願い(?:し(?:ます|たい)|できますか)?|いただけますか|もらえますか|くれますか|くれ(?:る|ない)?|ください|下さい|ほしい(?:です)?|欲しい(?:です)?|頂戴|ちょうだい|くださいませんか))+$/u;
const interrogative =
  /(?:何|なに|いつ|どこ|だれ|誰|どう|どの|どれ|どんな|いくつ|いくら|なぜ|どうして|どちら)/u;
const plainVerbs: readonly [RegExp, string][] = [
  [/でしょうか$/u, 'か'],
  [/ですか$/u, 'か'],
  [/ありますか$/u, 'あるか'],
  [/なりますか$/u, 'なるか'],
  [/降りますか$/u, '降るか'],
  [/わかりますか$/u, 'わかるか'],
  [/かかりますか$/u, 'かかるか'],
  [/始まりますか$/u, '始まるか'],
  [/終わりますか$/u, '終わるか'],
  [/行きますか$/u, '行くか'],
  [/(?<=[来出寝着])ますか$/u, 'るか'],
  [/吹きますか$/u, '吹くか'],
  [/していますか$/u, 'しているか'],
  [/(?<=[えけせてねめれべげ見い])ますか$/u, 'るか'],
  [/(?<=\p{Script=Han}|か|が)しますか$/u, 'するか'],
  [/でしたか$/u, 'だったか'],
  [/(?:だった|か)$/u, 'か'],
];

/** Words that a tokenizer parted are joined again. */
const join = (line: string) =>
  line
    .replaceAll(/(?<=[^\p{Script=Latin}]) +| +(?=[^\p{Script=Latin}])/gu, '')
    .replace(/[。？?！!、]+$/u, '')
    .trim();

function readTask(line: string): ReturnType<LanguageRules['readTask']> {
  const text = join(line).replace(politeEnd, '');
  if (text.length > maxClauseLength || text.length < 3 || /[。？?]/u.test(text) || /か$/u.test(join(line)))
    return null;
  if (/私|僕|俺/u.test(text)) return null;
  if (/(?:必要|可能|予定|大丈夫|不要|好き)$/u.test(text)) return null;
  const found = endings.find(([pattern]) => pattern.test(text));
  if (found === undefined) return null;
  const act = text.replace(found[0], found[1]);
  // A bare noun names a thing; with a particle before it, it names what is to be done.
  const bare =
    /[\p{Script=Han}\p{Script=Katakana}ー]$/u.test(text) &&
    !/[をにへがと](?=[\p{Script=Han}\p{Script=Katakana}ー]+$)/u.test(text);
  return bare ? null : { kind: 'task', act };
}

function readQuestion(line: string): string | null {
  const topic = /^(.{2,60})は$/u.exec(join(line))?.[1];
  if (topic !== undefined && !/[、。]/u.test(topic)) return topic;
  const text = join(line).replace(/^(?:ねえ|ちょっと)[、 ]*/u, '');
  if (text.length > maxClauseLength || !/か$/u.test(text) || /[。？?]|私|僕|俺/u.test(text)) return null;
  const found = plainVerbs.find(([pattern]) => pattern.test(text));
  if (found === undefined || /ませんか$|ましたか$/u.test(text)) return null;
  const plain = text.replace(found[0], found[1]);
  if (/ますか$/u.test(plain)) return null;
  return interrogative.test(plain) ? plain : `${plain}どうか`;
}

export const japanese: LanguageRules = {
  readTask,
  readQuestion,
  isQuestion: (line) => /[か？?]$/u.test(join(line)) || interrogative.test(line),
};
