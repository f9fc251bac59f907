import { memoize } from '@learning-loop/async/memoize';
import { type FacetName, type Facets, facetNames } from '@learning-loop/events/fields';

/** Words and signs that tell how an answer is meant to be given. */
const signs: Record<FacetName, RegExp> = {
  concise:
    /\b(?:brief(?:ly)?|short(?:er)?|quick(?:ly)?|concise|summar(?:y|ise|ize)|in a nutshell|one[- ]liner|tl;?dr|simple|minimal|overview)\b/giu,
  step_by_step:
    /\b(?:step[- ]by[- ]step|steps?|walk(?: me)? through|guide[ds]?|tutorial|detail(?:s|ed)?|thorough(?:ly)?|explain(?:ed)?|comprehensive|in depth)\b/giu,
  code_first:
    /\b(?:code|snippets?|example code|implementation|scripts?|runnable|boilerplate|source|function|copy[- ]paste)\b|`[^`]+`/giu,
  formal:
    /\b(?:formal(?:ly)?|professional(?:ly)?|official|academic|report|specification|policy|documentation|compliance|proposal)\b/giu,
};

/** How strongly a text shows each style, in [0, 1]: signs of it, however long the text is. */
export const styleOf: (text: string) => Readonly<Facets> = memoize((text) => {
  const style: Facets = { concise: 0, step_by_step: 0, code_first: 0, formal: 0 };
  for (const name of facetNames) {
    const distinct = new Set(text.match(signs[name])?.map((sign) => sign.toLowerCase()));
    style[name] = 1 - 0.5 ** distinct.size;
  }
  return style;
}, 5_000);

/** How a text's style fits a persona, in [-1, 1]; 0 when either says nothing. */
export function styleFit(text: string, facets: Facets): number {
  const style = styleOf(text);
  return facetNames.reduce((sum, name) => sum + style[name] * (facets[name] - 0.5), 0) / 2;
}
