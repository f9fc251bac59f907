import { tokenize } from '../../text/tokenize.ts';

export interface TaggedWord {
  text: string;
  lower: string;
  /** Universal part of speech, such as VERB. */
  pos: string;
}

const contractions: readonly [RegExp, string][] = [
  [/\b(what|who|where|when|how|that|there|it|here)(?:['’]s)\b/giu, '$1 is'],
  [/\b(what|where|when|how)s\b(?=\s+(?:the|my|your|a|an|it|this|that|going|up|in|on)\b)/giu, '$1 is'],
  [/\b(what|who|where|when|how)['’]re\b/giu, '$1 are'],
  [/\bi(?:['’]m|m)\b/giu, 'I am'],
  [/\b(i|you|we|they)['’]ve\b/giu, '$1 have'],
  [/\b(i|you|we|they|he|she|it)['’]d\b/giu, '$1 would'],
  [/\b(i|you|we|they|he|she|it|that)['’]ll\b/giu, '$1 will'],
  [/\b(you|we|they)['’]re\b/giu, '$1 are'],
  [/\bcan(?:['’]t|t| not)\b/giu, 'cannot'],
  [/\bwon['’]?t\b/giu, 'will not'],
  [/\b(do|does|did|is|are|was|were|has|have|had|would|could|should)n['’]?t\b/giu, '$1 not'],
  [/\bwanna\b/giu, 'want to'],
  [/\b(?:have got|have gotta|gotta|got) to\b/giu, 'have to'],
  [/\bgotta\b/giu, 'have to'],
  [/\bgonna\b/giu, 'going to'],
  [/\b(what|the|a) \1\b/giu, '$1'],
  [/\bto do list/giu, 'to-do list'],
  [/\bif whether(?: or not)?\b/giu, 'whether'],
];

/** What stands behind is a lyric or a title, and stays as it is written. */
const citation =
  /^.*?\b(?:goes like|that goes|lyrics|(?<!was |were |is |are )(?:called|titled|entitled)|saying|that says)\b|^(?:(?:please|can|could|would|you|go ahead and) )*(?:play|sing|hum)\b/iu;

/** Written out, so that subject and verb are words of their own: "what's" is "what is". */
export function expandContractions(line: string): string {
  const cited = citation.exec(line)?.[0].length ?? line.length;
  const expanded = contractions.reduce(
    (text, [short, full]) => text.replaceAll(short, full),
    line.slice(0, cited),
  );
  return expanded + line.slice(cited);
}

/** Words with the punctuation that is attached to them. */
export function tagWords(line: string): TaggedWord[] {
  const tokens = tokenize(line);
  let next = 0;
  return line
    .split(' ')
    .filter((text) => text !== '')
    .map((text) => {
      let pos: string | null = null;
      for (let rest = text; next < tokens.length; next += 1) {
        const written = tokens[next]?.written ?? '';
        if (written === '' || !rest.includes(written)) break;
        pos ??= tokens[next]?.pos ?? null;
        rest = rest.slice(rest.indexOf(written) + written.length);
      }
      return {
        text,
        lower: text.toLowerCase().replaceAll(/[^\p{L}\p{N}'’/&+.-]|[.]$/gu, ''),
        pos: pos ?? 'X',
      };
    });
}

export const joinWords = (words: readonly TaggedWord[]) => words.map(({ text }) => text).join(' ');
