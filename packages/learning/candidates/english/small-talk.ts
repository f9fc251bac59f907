import { toOpening } from './openings.ts';

const patterns: readonly (readonly [string, RegExp])[] = [
  [
    'again',
    /^(?:(?:sorry|excuse me|pardon)[ ,]+)*(?:(?:i|we) (?:did not|do not|could not|cannot|can not|have not) (?:quite |really )?(?:hear|catch|get|understand|follow)(?: (?:you|that|it|what you (?:just )?said|a word|your question|the question))?(?: (?:well|clearly|properly|at all|very well))?(?:[,;. ]+(?:so |please |(?:can|could|would) you (?:please )?)*(?:say|repeat) (?:it|that|yourself)(?: again| once more)?(?: please)?)?|what did you (?:just )?say|(?:come|say what) again|pardon(?: me)?|(?:can|could|would|will) you (?:please )?(?:repeat|say) (?:that|it)(?: again)?(?: please)?|i have trouble (?:hearing|understanding) you|what was that)$/iu,
  ],
  [
    'naming',
    /^(?:(?:i|we) (?:will|am going to|want to|would like to|shall|wanna) (?:call|name|refer to) you\b|(?:from now on )?(?:your (?:new )?name (?:is|will be|should be)|you (?:are|will be) (?:called|named))\b|my (?:first |last |full |nick)?name is\b|(?:please )?(?:just )?call me (?!a\b|an\b|back\b|at\b|when\b|if\b|in\b|on\b|the\b|up\b|later\b|now\b|tomorrow\b|today\b)\S+(?: \S+)?(?: from now on)?$|(?:i am|you can|you may|you should|people) (?:called|call me)\b)/iu,
  ],
  [
    'thanks',
    toOpening([
      '(?:\\S+ ){0,2}thanks?',
      'thank you',
      'i (?:really |do )?(?:thank|appreciate)',
      'much appreciated',
      'cheers',
    ]),
  ],
  [
    'greeting',
    toOpening([
      '(?:hi|hello|hey)(?:[ ,]+\\S+){0,2}$',
      '(?:hi|hello|hey)[ ,]+(?:there[ ,]+)?(?:how (?:are|is)|what is up|nice)',
      'greetings',
      'good (?:morning|afternoon|evening|day)',
      'howdy',
      'yo',
      'what is up',
      'how are (?:you|things|you doing)',
      'how is it going',
      'nice to (?:meet|see)',
      'bonjour',
      'hola',
    ]),
  ],
  [
    'goodbye',
    toOpening([
      '(?:good ?)?bye',
      'adios',
      'ciao',
      'au revoir',
      'see (?:you|ya)',
      'farewell',
      'good night',
      'take (?:care|it easy)',
      'i (?:really )?enjoyed (?:talking|our|this)',
      'later',
      'until next time',
      'talk to you',
      'nice talking',
      'great (?:talk|chat)',
      'it was (?:nice|good|great)',
    ]),
  ],
  [
    'no',
    toOpening([
      'no|nope|nah|naw|negative|never|false|wrong|incorrect',
      'absolutely not|not at all',
      'i (?:do not|would not) (?:think|believe|agree)|i disagree',
      '(?:that|this|it|i|(?:that|this|the|your) (?:statement|answer|claim|information)) (?:is|was|would be|am|(?:will )?have to say) (?:a )?(?:no|wrong|false|incorrect|inaccurate|untrue)',
      '(?:that|this|it|(?:that|this|the|your) (?:statement|answer|claim|information)) is not (?:right|true|correct|it|what|the case|so|how|accurate|good)',
      'the answer is (?:no|false)',
      'you are (?:wrong|incorrect|mistaken)',
    ]),
  ],
  [
    'yes',
    toOpening([
      'yes|yep|yeah|yup|sure|correct|true|right|exactly|indeed|affirmative|absolutely|definitely|of course',
      'i (?:agree|believe so|think so|think that is (?:right|true|correct))',
      '(?:that|this|it|(?:that|this|the|your) (?:statement|answer|claim|information)) (?:is|was|sounds|seems|would be) (?:a )?(?:yes|right|true|correct|good|great|fine|affirmative|okay|ok|perfect)',
      'the answer is (?:yes|true)',
      'you are (?:right|correct)',
      'sounds good',
    ]),
  ],
  [
    'maybe',
    toOpening([
      'maybe|perhaps|possibly|dunno|could be|who knows|hard to say',
      'i am not (?:too |so |really |quite )*(?:sure|certain)',
      'i am (?:unsure|uncertain|undecided|torn|unaware)',
      'not (?:quite |too |really )?sure',
      'i (?:do not know|dunno)(?! \\S+ \\S+)',
      '(?:i have )?no (?:idea|clue)',
      'it (?:depends|could be)',
      'that (?:might|may|could)',
      'i will have to think',
    ]),
  ],
  [
    'stop',
    /^(?:(?:please|just|no|ok|okay|actually|sorry|wait)[ ,]+)*(?:(?:stop|cancel|abort|quit|exit|end|undo)(?: (?:it|that|this|now|doing that|(?:the )?action|process))*|never ?mind|forget (?:it|that|about it)|scratch that|(?:i (?:actually |really )?(?:do not|no longer) (?:want|need)(?: to (?:do|have))? (?:this|that|it)(?: any ?more| now)?|i (?:have )?changed my mind)(?:[,;. ]+(?:so |and )?(?:please |just )?(?:abort|cancel|stop|quit|end|forget|never ?mind)(?: (?:it|that|this|everything))?(?: please)?)?)[.! ]*$/iu,
  ],
  [
    'help',
    /^(?:help(?: me)?|can you help(?: me)?|i need (?:some )?(?:help|assistance)|what can (?:you do|i ask)(?: you)?(?: for me)?|what do you do|assist me)$/iu,
  ],
  ['joke', /^(?:\S+ ){0,6}jokes?\b/iu],
];
const maxLength = 60;

/** The kind of small talk, such as `thanks`; null for a text that asks for something. */
export function findSmallTalk(line: string): string | null {
  if (line.length > maxLength) return null;
  return patterns.find(([, pattern]) => pattern.test(line))?.[0] ?? null;
}
