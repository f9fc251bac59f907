import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemToken } from 'wink-nlp';
import { memoize } from './lru.ts';

/** A word of a text: lower-cased, its lemma, its stem, its part of speech (universal tags), as written. */
export interface Word {
  written: string;
  lower: string;
  lemma: string;
  stem: string;
  pos: string;
  stop: boolean;
}

const nlp = winkNLP(model, ['sbd', 'pos']);
const { its } = nlp;

/** Characters that are read of a text; the rest cannot change what it is about. */
const readable = 2000;

/** The words of a text in order, without punctuation. Remembered, since the same texts return often. */
export const words: (text: string) => readonly Word[] = memoize(read, 5000);

function read(text: string): readonly Word[] {
  const found: Word[] = [];
  nlp
    .readDoc(text.slice(0, readable))
    .tokens()
    .each((token: ItemToken) => {
      const type = token.out(its.type);
      if (type === 'punctuation' || type === 'tabCRLF') return;
      found.push({
        written: token.out(),
        lower: token.out(its.normal),
        lemma: token.out(its.lemma),
        stem: token.out(its.stem),
        pos: token.out(its.pos),
        stop: token.out(its.stopWordFlag),
      });
    });
  return found;
}
