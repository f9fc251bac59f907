/** A pattern for lines that begin with one of the phrases, each an expression without a capturing group. */
export const toOpening = (phrases: readonly string[]) =>
  new RegExp(`^(?:${phrases.join('|')})(?=\\W|$)`, 'iu');

const toPrefix = (before: string, phrases: readonly string[]) =>
  new RegExp(`^${before}(?:${phrases.join('|')}) +`, 'iu');

const canYou = '(?:(?:can|could|would|will) you (?:please |kindly )?)?(?:please )?';
const softly = '(?:really |just |also |will |may |might )*';

export const openings = {
  /** A question or a thing to know stands behind. */
  know: toPrefix('', [
    `${canYou}(?:tell me|let me know|inform me(?: of)?|find out|figure out|help me (?:figure|find) out|see|check|confirm|look up|remind me|explain(?: to me)?)`,
    'do you (?:happen to )?know',
    '(?:do you have )?any idea',
    `(?:i )?${softly}(?:want|need|would (?:really )?(?:like|love)|have|must|am trying|am curious|was hoping)(?: to)? (?:know|find out|figure out|see|understand|learn|hear)`,
    'i (?:must|should) know',
    'let me (?:know|see|understand|hear)',
    'what (?:can|could|do) you (?:tell me|know)',
    'i am (?:just )?(?:curious|wondering)(?: about(?= (?:what|which|who|when|where|why|how|if|whether)\\b)| to know)?',
    'i (?:wonder|was wondering)',
    'is there (?:a|any) way to (?:know|see|tell|find out)',
  ]),
  /** A thing to see or to get stands behind; the group is the verb. */
  see: /^(?:(?:can|could|would|will) you (?:please |kindly )?|please )?(show|give|get|read|bring|play) me (?!a hand\b)/iu,
  /** What is to be done stands behind. */
  how: toPrefix(
    `${canYou}(?:(?:tell|show|teach|help|explain to|instruct|walk) me |do you know |i ${softly}(?:want|need|would like|would love|have) to (?:know|learn|understand|find out|figure out|see) |i am (?:trying|hoping) to (?:learn|understand|figure out) |learn )?(?:exactly )?how `,
    [
      '(?:to|does one)(?: go about)?',
      '(?:do|can|could|would|should|might|must) (?:i|we|you|one)(?: go about)?',
      'i (?:can|could|should|would)(?: go about)?',
      'i(?= (?:get|go|make|find|use|change|set|open|start|apply|cook|reach)\\b)',
    ],
  ),
  wayTo: toPrefix(
    '(?:what is|what are|is there|are there|tell me|show me|do you know|what) (?:the |a |an |any |some )?',
    [
      '(?:(?:best|right|easiest|proper|correct|fastest|quick|easy|good|simple|possible) )?(?:ways?|process|steps?|procedure|method|trick)(?: should| do| can| to| would)+(?: i)?(?: take| use| follow)?(?: to)?',
    ],
  ),
  /** What the assistant is to do stands behind. */
  assistant: toPrefix('', [
    '(?:can|could|would|will|may) you(?! (?:please |kindly |just |maybe |also )*(?:like|prefer|say (?:i|my|that)|rather|be|mind|have|consider)\\b)(?: please| kindly| just| maybe| also)*',
    '(?:i )?(?:really |just )?(?:want|need|would like|would love|would prefer|require) (?:for )?you to(?: please)?',
    'you (?:must|need to|should|have to|will need to|ought to|can)(?! be\\b| have\\b)',
    'i would (?:appreciate it|like it|love it|be happy|be grateful) if you (?:could|would)',
    'it would be (?:helpful|great|nice|good) if you (?:could|would)',
    '(?:do you think|would it be possible for|is it possible for|can i (?:get|have)|may i ask|i am asking|i need for) you (?:to|could)',
    'do you mind if you',
    'go ahead and|remember to|be sure to|make sure to|feel free to|try to|we need to',
    '(?:your|the) (?:task|job) is to',
  ]),
  /** What the user wants to do or to have stands behind. */
  user: toPrefix('', [
    '(?:i |we )?(?:really )?need (?:your |some )?(?:help|assistance|guidance)(?: on| with| to| in)?',
    `(?:i|we) ${softly}(?:want|need|would like|would love|have to|am trying|plan|am planning|am looking|wish|am hoping|hope|must|intend|got|desire)(?: to| for(?= (?:a|an|the|my|our|some|any)\\b))?(?: please)?`,
    "let me|let us|let's(?: go ahead and)?|help us|i must|how about",
    'can i get (?:some )?help(?: with| on)?',
    `${canYou}(?:assist me|help me|give me a hand)(?: out)?(?: in| with| to)?`,
    'is it possible to',
    'is there (?:a|any) way (?:to|i can|you can)',
  ]),
} as const;
