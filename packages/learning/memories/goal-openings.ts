/** How a question begins that offers to do something, in the languages in which questions are asked. */
const openings = {
  en: "(?:do|did|would|will) you (?:also |still |maybe )?(?:(?:want|need|wish|plan|like|prefer|intend)(?: for)?(?: me)? to|(?:want|need))|would you like(?: for)?(?: me)?(?: to)?|(?:are|were) you (?:also |still |maybe |perhaps )?(?:(?:interested|looking|searching|hoping|planning|going|trying|wanting|wishing|aiming|about|curious|asking|wondering|needing|thinking)(?: of)?(?: (?:in|for|to|about))?(?: (?:see|seeing|find|finding)(?= (?:out|if|how|what|where)\\b))?)|would you be interested in|(?:should|shall|can|could|may) (?:i|we)(?: help you(?: to| with)?| provide(?: you)?(?: with)?)?|(?:i|we)(?: would|'d)? (?:want|need|like|wish|plan|intend|have) to|(?:i'm|i am|we're|we are) (?:trying|planning|going|hoping) to|let's|let us|please",
  de: '(?:möchten|wollen|brauchen|suchen|planen|benötigen) sie|(?:möchtest|willst|brauchst|suchst|planst|benötigst) du|(?:soll|kann|darf) ich(?: (?:ihnen|dir)(?: (?:dabei )?helfen,)?)?|(?:sollen|können) wir|interessieren sie sich für|interessierst du dich für|haben sie vor,|hast du vor,',
  fr: "(?:est-ce que )?(?:vous voulez|tu veux|vous souhaitez|tu souhaites)|(?:voulez|souhaitez|aimeriez|désirez|cherchez|recherchez|avez)-vous(?: besoin de)?(?: que je)?|(?:veux|souhaites|aimerais|cherches|as)-tu(?: besoin de)?(?: que je)?|êtes-vous intéressée? par|(?:dois|puis)-je(?: vous aider à| t'aider à)?",
  es: '(?:quieres|quiere|desea|deseas|necesitas|necesita|buscas|busca)(?: usted)?(?: que)?|(?:te|le) (?:gustaría|interesa)|(?:debo|puedo)(?: ayudarte a| ayudarle a)?',
  it: '(?:vuoi|vuole|desideri|desidera|cerchi|cerca)(?: che)?|(?:ti|le) (?:piacerebbe|interessa)|(?:hai|ha) bisogno di|(?:devo|posso)(?: aiutarti a| aiutarla a)?',
  nl: '(?:wil je|wilt u|wil u)(?: dat ik)?|(?:zou je|zou u)(?: graag)?|(?:zoek je|zoekt u|heb je|hebt u)|(?:zal|moet|kan|mag) ik(?: je helpen met| u helpen met)?|ben je geïnteresseerd in|bent u geïnteresseerd in',
  pt: '(?:você |o senhor |a senhora )?(?:quer|deseja|gostaria de|precisa de|precisa|procura|tem interesse em|pretende)(?: que eu)?|(?:devo|posso)(?: ajudar você a| te ajudar a)?',
};
const elided = "(?:avez-vous|as-tu) besoin d['’]";
const opening = new RegExp(
  String.raw`^[\s¿¡]*(?:${elided}|(?:${Object.values(openings).join('|')})(?![\p{L}'])\s*)`,
  'iu',
);

const chinese =
  /^(?:你|您)?(?:要不要|是否|是不是)?(?:想要|想|需要|要|希望)(?:让|请)?我?(?<goal>.+?)(?:吗|呢)?[？?。]*$/u;
const japanese =
  /^(?<goal>.+?)(?:(?<polite>ましょうか|ますか|ませんか)|(?<wish>たい|ほしい)(?:です)?か)[？?。]*$/u;

/** "This" or "it" without a noun: what it means stands elsewhere. */
const bare =
  /(?<![\p{L}'’-])(?:dies|das|ça|cela|ceci|eso|esto|ello|questo|quello|ciò|dit|dat|isso|isto|aquilo|这个|それ)(?=\s*(?:$|[,.;:?!]|(?:für|pour|para|per|voor|mit|avec|con|com|met)(?!\p{L})|(?:(?:zu|te)\s)?\p{L}+e?n\s*[?.!]*$))|(?<!\p{L})(?:le faire|hacerlo|farlo|farla|fazê-lo|es tun|het doen)(?!\p{L})/iu;

/**
 * What a question offers to do, without its opening; null if it has none, or if a language other than English leaves open
 * what it is about.
 */
export function cutOpening(question: string): string | null {
  const goal = cutEuropean(question) ?? cutChinese(question) ?? cutJapanese(question);
  return goal === null || bare.test(goal) ? null : goal;
}

function cutEuropean(question: string): string | null {
  const goal = question.replace(opening, '');
  return goal === question ? null : goal;
}

const cutChinese = (question: string) => chinese.exec(question)?.groups?.['goal'] ?? null;

/** With the verb as in a statement: "説明しますか" asks for "説明します". */
function cutJapanese(question: string): string | null {
  const { goal, polite, wish } = japanese.exec(question)?.groups ?? {};
  if (goal === undefined) return null;
  return goal + (polite === undefined ? (wish ?? '') : 'ます');
}
