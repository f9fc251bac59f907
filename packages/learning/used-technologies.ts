import { type Mention, technologiesIn } from './text/technologies.ts';

/** What stands, in the user's own words, before a thing that they use. */
const cue = /\b(?:using|use|uses|with|in|on|via)\s+(?:an?\s+|the\s+)?(?:[\w.#+-]+(?:,| and| &)\s+)*$/iu;
const dropped =
  /\b(?:from|replace|replacing|instead of|without|not|no|rather than|than|over|compare|versus|vs|remove|leave|avoid)\s+(?:an?\s+|the\s+|my\s+|your\s+)?$/iu;

/** A technology that a text says is used, and what it calls it. */
export interface Used {
  text: string;
  mention: Mention;
}

/** What a question says is used; a question between two says of neither. */
export function usedIn(text: string): Used[] {
  if (/\bor\b/iu.test(text) && text.trim().endsWith('?') && technologiesIn(text).length > 1) return [];
  const mentions = technologiesIn(text).filter(({ start }) => !dropped.test(text.slice(0, start)));
  const distinct = [...new Map(mentions.map((mention) => [mention.name, mention])).values()];
  return distinct.map((mention) => ({ text: phraseOf(text, mention), mention }));
}

const listBefore = /\b(?:with|using)\s+(?:[^?.!;]*(?:,|\band)\s+)?$/iu;

/** The technology by name, in a list together with the noun that it describes: "FastAPI and Docker deployment". */
function phraseOf(text: string, { name, start, end }: Mention): string {
  const noun =
    /^ (?:deployment|authentication|integration|hosting|storage|caching|testing|containers?)(?=$|[?.!,;]| and\b)/iu.exec(
      text.slice(end),
    );
  return noun !== null && listBefore.test(text.slice(0, start)) ? `${name}${noun[0]}` : name;
}

/** What the user's own words say is used: only what stands where such things stand. */
export function usedBy(inputText: string): Used[] {
  return usedIn(inputText).filter(({ mention }) => cue.test(inputText.slice(0, mention.start)));
}
