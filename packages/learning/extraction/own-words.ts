/** What of a text its author says of themselves: not what they quote, paste, want translated or report of others. */
export function keepOwnWords(text: string): string {
  const own = text
    .slice(0, maxTextLength)
    .replaceAll(/```[\s\S]*?(?:```|$)|`[^`\n]*`/gu, ' … ')
    .split('\n')
    .filter((line) => !isLogLine(line) && !isOthersLine(line))
    .join('\n');
  return cutReported(cutQuotations(own));
}

const maxTextLength = 2000;

const logStart =
  /^\s*(?:\[?\d{4}-\d\d-\d\d|\[[A-Z]+\]|\d\d:\d\d:\d\d|at \S+ ?[(:]|File "|Traceback|Caused by|(?:[\w.]+\.)?\w*(?:Error|Exception)\b|(?:error|warn(?:ing)?|fatal|panic|debug|info|trace|err!)\b\s*:|npm err|failed (?:to|with)|failure|could ?n[o']t? |cannot |can't (?:connect|find|open|load|resolve|import|start|read)|unable to|connection (?:refused|reset|timed out|to)|segmentation fault|undefined (?:reference|symbol)|uncaught|unhandled|[$>#] |>>> |exit (?:code|status))/iu;
const logPart =
  /\bE(?:CONN\w+|NOENT|ACCES|ADDR\w+|TIMEDOUT)\b|\b\w*Exception\b|\b\w*Error:|\berrno\b|\b0x[0-9a-f]{4,}|\bexit (?:code|status) \d|\bline \d+, in\b|\bat \S+:\d+|\bno such file\b|\bpermission denied\b|\bstack ?trace\b|\bconnection (?:refused|reset)\b|\bis not (?:defined|a function)\b|\b(?:timed out|failed) (?:while|after|in|with|on)\b/u;

const isLogLine = (line: string) => logStart.test(line) || logPart.test(line);

const ownLabel =
  /^(?:note|notes|ps|p\.s\.|fyi|me|user|about me|background|context|preferences?|requirements?|update|edit|task|question|request|btw|also|please|hi|hello|hey)$/iu;

/** A line of a dialogue: "Bob: I love it". */
function isOthersLine(line: string): boolean {
  const speaker = /^\s*(?:\[[^\]]*\]\s*)?(\p{Lu}[\p{L}.'-]{0,20}(?: \p{Lu}[\p{L}.'-]{0,20})?):\s/u.exec(
    line,
  )?.[1];
  return speaker !== undefined && !ownLabel.test(speaker);
}

const quotation =
  /“[^”]{1,1000}”|„[^“”]{1,1000}[“”]|«[^»]{1,1000}»|"[^"]{1,1000}"|(?<![\p{L}\p{N}])(?:['‘](?:[^'’\n]|(?<=\p{L})['’](?=\p{L})){1,1000}['’])(?![\p{L}\p{N}])/gu;
const maxTitleWords = 4;

/** The name of a work keeps its place; a sentence goes. */
function cutQuotations(text: string): string {
  return text.replaceAll(quotation, (quoted) => {
    const inner = quoted.slice(1, -1).trim();
    const isTitle =
      inner.split(/\s+/u).length <= maxTitleWords &&
      /^[\p{Lu}\p{N}]/u.test(inner) &&
      !/^(?:i|we|no|not|don't)\b/iu.test(inner);
    return isTitle ? inner : ' … ';
  });
}

const languageWork =
  /\b(?:translat\w+|summari[sz]\w+|paraphras\w+|rephras\w+|rewrit\w+|reword\w*|proof ?read\w*|spell ?check|transcrib\w+|pronounce|(?:correct|check|fix|improve|polish|edit|shorten)\w* (?:this|the|my|following|these)[^.!?\n]*\b(?:sentence|text|grammar|spelling|typos?|paragraph|phrase|writing|essay|letter|e-?mail|message|review|tweet)|how (?:do|would|can|could|to|should) (?:you |i |we |one )?(?:say|write|spell|pronounce)|what does|what is the meaning|(?:classify|analy[sz]e|detect|rate|label|tag|interpret|explain)\w* (?:this|the|following)[^.!?\n]*\b(?:sentence|text|sentiment|tone|phrase|quote|review|lyrics|line|tweet)|sentiment of|role-?play|pretend|imagine|act as|suppose|übersetz\w*|korrigier\w*|formulier\w*|tradui\w+|traduc\w+|traduz\w*|resum\w+|résum\w+|riassum\w+|vertaal\w*|vertalen|samenvat\w*|corrig\w+|riscriv\w*|reescrib\w*|reescrev\w*|reformul\w*)(?![\p{L}])/iu;
const makes =
  'write|draft|compose|create|generate|make|continue|finish|complete|sing|tell|give|need|want|schreib\\w*|verfass\\w*|dichte|écri\\w*|rédige\\w*|compos\\w*|escrib\\w*|redact\\w*|scriv\\w*|schrijf|escrev\\w*|send|post|tweet|reply|answer';
const works =
  'poems?|story|stories|songs?|lyrics|letters?|e-?mails?|messages?|tweets?|posts?|essays?|speech|dialog(?:ue)?s?|jokes?|reviews?|captions?|scenes?|novels?|haikus?|limericks?|slogans?|quotes?|sentences?|paragraphs?|monologues?|raps?|toasts?|testimonials?|texts?|status|gedichte?|geschichten?|lied|brief|nachricht|poèmes?|histoires?|chansons?|lettres?|phrases?|poemas?|historias?|canci(?:ón|ones)|cartas?|mensajes?|correo|poesi[ae]|storia|canzone|lettera|messaggio|verhaal|bericht|liedje|história|canção|mensagem|frase';
const textWork = new RegExp(
  `(?<!\\p{L})(?:${makes})(?!\\p{L})[^.!?\\n]*(?<!\\p{L})(?:${works})(?!\\p{L})`,
  'iu',
);

const speech =
  /\b(?:says?|said|saying|wrote|writes|asks?|asked|repl(?:ies|ied)|told|tells?|claims?|states?|reads?|reading|titled|goes|sings?|shouts?|text|message|tweet|post|reply|type|put|sagt\w*|schreibt|dit|écrit|dice|dijo|scrive|zegt|diz|disse)\b[^.!?\n]{0,40}:[^\n]*/giu;

/** From a request to work on a text on, everything may belong to that text. */
function cutReported(text: string): string {
  const starts = [languageWork, textWork].map((pattern) => pattern.exec(text)?.index ?? text.length);
  return text.slice(0, Math.min(...starts)).replaceAll(speech, ' … ');
}

const opinion =
  /(?:^|(?<=[.!?,;:]\s*)|(?<=\b(?:and|but|because|since|as|that)\s))(?:i|we)(?:['’](?:d|ve|m|re)| would| have| am| are| can(?:['’]t|not)?| do(?:n['’]t| not))?\s+(?:[\p{L}]+\s+){0,2}?(?:love|like|prefer|enjoy|adore|favou?r|hate|dislike|detest|avoid|recommend|suggest|think|believe|find|use|know|stand|fan of|tired of|fond of|happy to)(?!\p{L})(?:[^.!?;]|\.(?=\S))*?(?=,\s*(?:shall|should|do|would|will|can|could|may|want|how|what|let)\b|[.!?;](?:\s|$)|$)/giu;

/** A candidate without quotations and without the opinions of the assistant that made it. */
export function cutOpinions(candidate: string): string {
  return cutQuotations(candidate).replaceAll(opinion, ' … ');
}
