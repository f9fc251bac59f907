import { memoize } from '@learning-loop/async/memoize';
import { bytesOf, readText, type TextVector, vectorOf } from './text/text-vector.ts';

/** What a memory says. */
export interface Turn {
  speaker: string | null;
  said: TextVector;
}

const remembered = 48e6;

/** Who says what, without the frame that the history puts round it. Remembered, as memories return. */
export const turnOf: (content: string) => Turn = memoize(
  (content) => {
    const text = content.replace(/^User requested: /u, '').replace(/ \| Selected: (?:none of these$)?/u, ' ');
    const named = /^(?:\[[^\]]*\] )?(\p{Lu}[\p{L}.' -]{0,30}): /u.exec(text);
    const said = named === null ? text : text.slice(named[0].length);
    return { speaker: named?.[1] ?? null, said: said === content ? vectorOf(said) : readText(said) };
  },
  remembered,
  ({ said }) => bytesOf(said),
);
