import { memoize } from '@learning-loop/async/memoize';
import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemToken, type ItsFunction } from 'wink-nlp';

/** A word of a text: as written, lower-cased, its lemma, its part of speech (universal tags). */
export interface Word {
  written: string;
  lower: string;
  lemma: string;
  pos: string;
}

const newReader = () => winkNLP(model, ['sbd', 'pos']);

/** wink-nlp keeps every word that it has met, about 130 bytes each: after so many texts a new reader takes over. */
const textsPerReader = 300_000;
let reader = newReader();
let textsRead = 0;

function nextReader() {
  textsRead += 1;
  if (textsRead % textsPerReader === 0) reader = newReader();
  return reader;
}

/** Characters of a text that are read. */
const readable = 2000;

/** Longer words are cut, since the reader keeps them. */
const longestWord = /(\S{40})\S+/gu;

/** The words of a text in order, without punctuation. Remembered, since the same texts return often. */
export const tokenize: (text: string) => readonly Word[] = memoize(read, 5000);

function read(text: string): readonly Word[] {
  const found: Word[] = [];
  const { readDoc, its } = nextReader();
  // wink-nlp declares its.lemma with other parameters than the ones its own out() takes.
  const lemma = its.lemma as ItsFunction<string>;
  readDoc(text.slice(0, readable).replaceAll(longestWord, '$1'))
    .tokens()
    .each((token: ItemToken) => {
      const type = token.out(its.type);
      if (type === 'punctuation' || type === 'tabCRLF') return;
      found.push({
        written: token.out(),
        lower: token.out(its.normal),
        lemma: token.out(lemma),
        pos: token.out(its.pos),
      });
    });
  return found;
}
