import type { Polarity } from './polarity.ts';

/** What a clause says of its object, still as one phrase. */
export interface Attitude {
  polarity: Polarity;
  object: string;
  /** After "prefer", "to" and "over" introduce what is less liked. */
  comparative: boolean;
}

const adverbs =
  '(?:(?:also|always|often|usually|generally|typically|really|truly|absolutely|strongly|definitely|certainly|completely|totally|utterly|fully|firmly|deeply|greatly|highly|intensely|extremely|very|so|quite|rather|much|far|just|simply|still|even|ever|particularly|especially|mostly|mainly|primarily|personally|honestly|genuinely|actively|consciously|strictly|only|exclusively|severely|kind of|sort of|both|now|currently|actually|frankly|passionately|vehemently|thoroughly|ethically|morally|immensely)\\s+)*';
const denial =
  '(?:do not|never|no longer|not|can not|could not|could never|will not|will never|would not|hardly|rarely|seldom)';

const likeVerb =
  'prefer(?:ring)?|like|love|enjoy|adore|favou?r(?:ing)?|fancy|swear by|opt(?:ing)? for|lean towards?|gravitate towards?|thrive (?:in|on|with)|learn (?:best|better) (?:in|with|through|by|from)|stick to';
const dislikeVerb =
  'dislike|hate|detest|loathe|despise|abhor|avoid(?:ing)?|shun|boycott|oppose|steer clear of|steer away from|stay away from|keep away from|shy away from|struggle with|refuse|can not (?:stand|bear|tolerate|abide|eat|drink|digest|consume)|could not (?:stand|bear)|will not (?:touch|tolerate)';
const consumption =
  'use|eat|drink|consume|wear|watch|play|buy|own|drive|ride|read|listen to|attend|visit|participate in|engage in|take part in|support|care for|trust|cook|order|shop at|smoke|purchase|choose|pick|go for|work with|work in|deal with|keep|adopt|feed';
const consuming =
  'using|eating|drinking|consuming|wearing|watching|playing|buying|owning|driving|riding|reading|listening to|attending|visiting|participating in|engaging in|taking part in|supporting|cooking|ordering|shopping at|smoking|purchasing|choosing|picking|going for|working with|working in|dealing with|keeping|having|getting';

const degree = '(?:an? |my |such )?(?:(?:\\w+ |\\w+-\\w+ ){0,3}?)';
const likeState = `(?:am|are) ${adverbs}(?:${degree}(?:fan|lover) of|into|fond of|keen on|passionate about|partial to|crazy about|obsessed with|drawn to|enthusiastic about|in favou?r of)|have ${degree}(?:preference|love|passion|liking|fondness|soft spot|weakness|penchant|affinity) (?:for|of|towards?)`;
const deniedState = `(?:am|are) (?:not|no longer) ${adverbs}(?:${degree}(?:fan|lover) of|(?:that |very |really |much )*(?:into|fond of|keen on|passionate about|interested in|crazy about|comfortable (?:with|in|around)|drawn to|in favou?r of))|(?:do not )?have (?:no|zero|little|any|much) (?:interest|desire|patience|tolerance|appetite|love|liking) (?:in|for|to|of)|would (?:rather|prefer) not(?: to)?`;
const dislikeState = `(?:am|are) ${adverbs}(?:allergic to|intolerant (?:to|of)|sensitive to|averse to|opposed to|against|(?:afraid|scared|terrified|fearful|tired|sick|wary|weary) of|fed up with|bored (?:of|with|by)|(?:uncomfortable|uneasy) (?:with|around|in|on|about)|put off by|turned off by)|have ${degree}(?:aversion|dislike|hatred|distaste|disdain|allergy|allergies|intolerance|sensitivity|phobia|fear|low tolerance|hate|contempt|objections?) (?:to|of|for|towards?|against)|have (?:a hard time|trouble|difficulty) with|(?:have )?(?:stopped|quit|given up|gave up)(?= (?:${consuming})\\b)`;

const head = [
  `(?<deniedState>${deniedState})`,
  `(?<dislikeState>${dislikeState})`,
  `(?<likeState>${likeState})`,
  `(?<averse>(?:(?:need|want|try|tend|have|aim|strive|choose|like|prefer|love) to ${adverbs})?(?:${dislikeVerb}))`,
  `(?<prefersNot>(?:(?:try|tend|choose|like|prefer) (?:not to|to not|to never)))`,
  `(?<denied>${denial} ${adverbs}(?:${likeVerb}|${consumption}))`,
  `(?<habit>(?<=\\b(?:only|always|exclusively|strictly) )(?:${consumption}))`,
  `(?<like>${likeVerb})`,
].join('|');

const openings =
  '(?:(?:and|but|so|also|because|since|as|well|honestly|actually|personally|generally|usually|oh|hi|hello|hey|sorry|fyi|btw|by the way|in general|to be honest|for me|however|though|although|plus|unfortunately|please note(?: that)?|note(?: that)?|remember(?: that)?|please remember(?: that)?|keep in mind(?: that)?|just so you know|i think(?: that)?|i guess|i must say(?: that)?|i have to say(?: that)?|yes|no|nope|ok|okay|thanks|normally|as a rule|these days|when it comes to [^,]{3,40},)[,:]?\\s+)*';
const attitude = new RegExp(
  `^${openings}(?<subject>(?:i|we)\\s+)?(?:have (?=always|never|long|ever))?${adverbs}(?:${head})(?![\\p{L}\\p{N}])\\s*`,
  'iu',
);
const ownSubject = new RegExp(`^${openings}(?:i|we)\\b`, 'iu');
const otherSubject = /^(?:he|she|it|they|you|people|everyone|this|that|there|my|his|her|their)\b/iu;

/** Where a clause may begin; the first of a sentence begins at 0. */
const clauseStart =
  /[,;:(]\s*|\s(?:and|but|so|yet|or|although|though|while|whereas|because|since|as)\s+(?=\S)/giu;
const objectEnd =
  /[,;:]?\s+(?:because|since|due to|as (?:they|it|i|we|he|she|this|that|a)\b|so (?:that|i|we|please)\b|but|although|though|while|whereas|when(?:ever)?|if|unless|which|where|even|especially|particularly|given|thanks to|owing to|out of|for (?:health|ethical|personal|religious|medical|environmental|moral|safety|various|the sake)|in order|and (?:i|it|it's|they|we|my|that|this|would|want|need|am|do|have|think|believe|feel|try|can|could|will|find|always|never|only|cannot|please|therefore|instead|so|rather)\b|at all|any ?more|any longer|after all|so much|very much|the most|a lot|as well|too|(?:right )?now|again|these days|nowadays|whatsoever|please|thanks|thank you|compared (?:to|with)|more than|under any)(?=[\s,.!?;:]|$).*$|[;:!?].*$|\.(?:\s.*)?$|\s+[–—-]\s.*$/iu;

/** Statements in the first person, in English, in the order of the text. */
export function findAttitudes(text: string): Attitude[] {
  return text
    .split(/(?<=[.!?;])\s+|\n+|…/u)
    .flatMap((sentence) => readSentence(expandContractions(sentence)));
}

const contractions: [RegExp, string][] = [
  [/[’`]/gu, "'"],
  [/\b(i)'m\b|\bim\b(?= (?:not|really|a|allergic|tired|into))/giu, 'I am'],
  [/\bwe're\b/giu, 'we are'],
  [/\b(i|we)'ve\b/giu, '$1 have'],
  [/\b(i|we)'d\b/giu, '$1 would'],
  [/\b(?:cannot|can't|cant)\b/giu, 'can not'],
  [/\bwon't\b/giu, 'will not'],
  [/\bdont\b/giu, 'do not'],
  [/(\w)n't\b/giu, '$1 not'],
];

const expandContractions = (text: string) =>
  contractions
    .reduce((line, [pattern, full]) => line.replaceAll(pattern, full), text)
    .replaceAll(/[\s"]+/gu, ' ')
    .trim();

function readSentence(sentence: string): Attitude[] {
  const heads = findHeads(sentence);
  const stated = heads.flatMap(({ polarity, from, comparative }, i) => {
    const until = heads[i + 1]?.start ?? sentence.length;
    const object = sentence.slice(from, until).replace(objectEnd, '');
    return polarity === null ? [] : [{ polarity, comparative, object: trimEnd(object) }];
  });
  return [...stated, ...findFavourites(sentence), ...findJudgements(sentence)];
}

const trimEnd = (object: string) =>
  object
    .replace(/(?:[\s,.!?;:)]|\s(?:and|or|but|so|as|since|because|although|though|while|yet|whereas))+$/iu, '')
    .trim();

interface Head {
  start: number;
  from: number;
  polarity: Polarity | null;
  comparative: boolean;
}

function findHeads(sentence: string): Head[] {
  const heads: Head[] = [];
  let own = /^(?:definitely |strongly )?prefer\b/iu.test(sentence);
  for (const start of [
    0,
    ...[...sentence.matchAll(clauseStart)].map((match) => match.index + match[0].length),
  ]) {
    const rest = sentence.slice(start);
    if (ownSubject.test(rest)) own = true;
    else if (otherSubject.test(rest)) own = false;
    const match = attitude.exec(rest);
    if (match?.groups === undefined || (match.groups['subject'] === undefined && !own)) continue;
    const from = start + match[0].length;
    if (heads.at(-1) !== undefined && (heads.at(-1)?.from ?? 0) > start) continue;
    heads.push({ start, from, ...toPolarity(match.groups, sentence.slice(from)) });
  }
  return heads;
}

const reversed =
  /^(?:to\s+)?(?:only\s+)?(?:avoid(?:ing)?|not to|to not|never to|not|staying away from|without|steering clear of)\s/iu;

function toPolarity(
  groups: Record<string, string | undefined>,
  object: string,
): Pick<Head, 'polarity' | 'comparative'> {
  const { deniedState, dislikeState, averse, prefersNot, denied } = groups;
  const against = [deniedState, dislikeState, averse, prefersNot, denied].some(
    (group) => group !== undefined,
  );
  const comparative = /prefer|favou?r/iu.test(groups['like'] ?? '');
  if (!reversed.test(object)) return { polarity: against ? 'dislike' : 'like', comparative };
  return { polarity: against ? null : 'dislike', comparative: false };
}

const favourite =
  /(?:^|[,;]\s*|\band )(?:my|our) (?<least>least )?(?:all-time )?favou?rite (?:[\w-]+ ){1,4}?(?:is|are) (?<object>[^.!?;]+)/iu;

function findFavourites(sentence: string): Attitude[] {
  const match = favourite.exec(sentence);
  const object = match?.groups?.['object']?.replace(objectEnd, '').trim();
  if (object === undefined) return [];
  return [
    { polarity: match?.groups?.['least'] === undefined ? 'like' : 'dislike', object, comparative: false },
  ];
}

const negative =
  'annoying|boring|overwhelming|distracting|intense|stressful|difficult|frustrating|uncomfortable|unappealing|exhausting|cruel|tedious|disturbing|unpleasant|dull|pretentious|gimmicky|tiring|repulsive|disgusting|off-putting|impersonal|unethical|unbearable|awful|terrible|hard to \\w+';
const positive =
  'relaxing|enjoyable|fascinating|appealing|engaging|delightful|comforting|soothing|inspiring|delicious|wonderful';
const judgement = new RegExp(
  `(?:^|[,;]\\s*|\\band )(?:i|we) ${adverbs}find (?!it |this |that |them |him |her |myself |the )(?<object>[^,.!?;]{3,80}?) (?:to be )?(?:too |very |overly |really |so |quite |extremely |rather |incredibly |generally )*(?:\\w+ (?:and|or) )?(?:(?<bad>${negative})|(?<good>${positive}))(?![\\p{L}])`,
  'iu',
);
const condition =
  /\b(?:have|suffer from|live with) (?:an? |my )?(?:(?:severe|serious|mild|strong|bad|life-threatening|known|food) )*(?<object>(?!an?\b|the\b|no\b|any\b|phobia|fear)[\p{L}-]+(?: (?:and |or )?[\p{L}-]+){0,3}) (?:allergy|allergies|intolerance|phobia)\b/iu;

const given =
  /^(?:(?:please|and|but|so|now),? )*(?:not|no longer) (?<object>[^,.!?;]{3,60}?)(?: any ?more| any longer)(?:[\s,]*please)?[.!]?$/iu;

/** "I find lectures boring", "I have a peanut allergy", "not dark mode any more". */
function findJudgements(sentence: string): Attitude[] {
  const judged = judgement.exec(sentence)?.groups;
  const allergy = ownSubject.test(sentence) ? condition.exec(sentence)?.groups : undefined;
  const givenUp = given.exec(sentence)?.groups?.['object'];
  return [
    ...(givenUp === undefined ? [] : [{ polarity: 'dislike', object: givenUp, comparative: false } as const]),
    ...(judged?.['object'] === undefined
      ? []
      : [
          {
            polarity: judged['bad'] === undefined ? 'like' : 'dislike',
            object: judged['object'],
            comparative: false,
          } as const,
        ]),
    ...(allergy?.['object'] === undefined
      ? []
      : [{ polarity: 'dislike', object: allergy['object'], comparative: false } as const]),
  ];
}

export const transparentVerb = new RegExp(
  `^(?:to\\s+)?(?:only\\s+|ever\\s+)?(?:${consuming}|${consumption}|be around|being around|have|get|do|doing|see|seeing|going to|go to)\\s+(?=\\S)`,
  'iu',
);
