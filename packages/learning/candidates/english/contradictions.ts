import type { QuestionTemplate } from '../template.ts';

/** What a template may add, and the words of a request that have settled it already. */
const settled: readonly { addition: RegExp; by: RegExp }[] = [
  {
    addition:
      /right (?:away|now)|as soon as|\blater\b|for now|from now on|otherwise|time that you name|made now|shortly before/u,
    by: /\b(?:now|right away|immediately|instantly|at once|once|twice|asap|a\.s\.a\.p|urgently|quickly|soon|today|tonight|tomorrow|yesterday|later|daily|weekly|monthly|yearly|hourly|nightly|every|each|everyday|always|forever|permanently|temporarily|until|till|while|when|whenever|before|after|next (?:week|weekend|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday|time)|this (?:morning|afternoon|evening|week|weekend|month|year)|for good|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mondays|weekdays|weekends?|january|february|march|april|june|july|august|september|october|november|december|noon|midnight|morning|evening|afternoon|in (?:\d+|an?|one|two|three|four|five|ten|half) \w+|from here on|o'?clock|\d+(?::\d\d)? ?(?:am|pm|a\.m|p\.m))\b/iu,
  },
  {
    // Another sentence says what else there should be.
    addition: /nothing but|best match|only what matters|few words|short|briefly/u,
    by: /[.!?;]\s+(?:mention|also|and|include|explain|add|give|list|you (?:need|must|should|can)|be sure|make sure|try|your|please|then|use|write|provide)\b/iu,
  },
  {
    // An explanation is what is asked for.
    addition: /nothing but|with the reasons|explained/u,
    by: /\b(?:explain|explaining|explanations?|why|reasons?|justify|justification)\b/iu,
  },
  {
    addition: /yes or no/u,
    by: /\bor\b/iu,
  },
  {
    addition: /this once/u,
    by: /\b(?:once|every|each|everyday|daily|weekly|monthly|hourly|always|repeat(?:ing)?|recurring|mondays|weekdays)\b/iu,
  },
  {
    addition: /only what matters|best match/u,
    by: /\b(?:all|every|everything|full|complete|entire|whole|carefully)\b/iu,
  },
  {
    addition:
      /short|brief|few words|longer|depth|detail|simpl|paragraph|list of|plain list|table|nothing but|only what matters|exercises|basics|examples?/u,
    by: /\b(?:briefly|brief|short|shorter|concise(?:ly)?|detail(?:s|ed)?|depth|longer|simple|simply|simpler|sentences?|paragraphs?|(?:in|than|of) \S+ words|bullet(?:ed)?|(?:as|in|using|with) an? (?:list|table)|step by step|examples?|elaborate|thorough(?:ly)?|comprehensive|extensive|(?:only|just) (?:the|a|one))\b/iu,
  },
  {
    addition: /single time|best of three|favourite|best match|everything that|each change|every step/u,
    by: /\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|once|twice|times|all|every|each|any|some|several|only|just|list|best)\b/iu,
  },
];

/** The templates that add nothing that the request excludes or says itself. */
export const dropSettled = (templates: readonly QuestionTemplate[], line: string) =>
  templates.filter(({ ask }) => !settled.some(({ addition, by }) => addition.test(ask) && by.test(line)));
