import { memoize } from '@learning-loop/async/memoize';
import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemToken, type ItsFunction } from 'wink-nlp';

export interface Word {
  written: string;
  lower: string;
  lemma: string;
  pos: string;
}

const newReader = () => winkNLP(model, ['sbd', 'pos']);

/** wink-nlp never forgets a word, about 130 bytes each: the reader is replaced after this many texts. */
const textsPerReader = 300_000;
let reader = newReader();
let textsRead = 0;

function nextReader() {
  textsRead += 1;
  if (textsRead % textsPerReader === 0) reader = newReader();
  return reader;
}

const maxTextLength = 2000;

/** Cut to 40 characters, since the reader keeps them. */
const longWord = /(\S{40})\S+/gu;

export const tokenize: (text: string) => readonly Word[] = memoize(read, 5000);

function read(text: string): readonly Word[] {
  const words: Word[] = [];
  const { readDoc, its } = nextReader();
  // wink-nlp declares its.lemma with parameters that its own out() does not accept.
  const lemma = its.lemma as ItsFunction<string>;
  readDoc(text.slice(0, maxTextLength).replaceAll(longWord, '$1'))
    .tokens()
    .each((token: ItemToken) => {
      const type = token.out(its.type);
      if (type === 'punctuation' || type === 'tabCRLF') return;
      words.push({
        written: token.out(),
        lower: token.out(its.normal),
        lemma: token.out(lemma),
        pos: token.out(its.pos),
      });
    });
  return words;
}
