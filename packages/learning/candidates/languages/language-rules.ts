/** What a language understands of a request; null where it is not sure, and the request is quoted. */
export interface LanguageRules {
  /** The task as words that fit into the templates `task`, or `wish` for what the user will do. */
  readTask(line: string): { kind: 'task' | 'wish'; act: string } | null;
  /** The question as a clause behind "want to know"; `marked` if it ended with a question mark. */
  readQuestion(line: string, marked: boolean): string | null;
  isQuestion(line: string): boolean;
}

export const maxClauseLength = 110;

/** Words in the place of others, each a whole word; a capital inside of the line begins a name. */
export function replaceWords(line: string, replacements: Readonly<Record<string, string>>): string {
  return line.replaceAll(/[\p{L}\p{M}]+/gu, (word, at: number) => {
    if (at > 0 && /^\p{Lu}/u.test(word)) return word;
    const lower = word.toLowerCase();
    return Object.hasOwn(replacements, lower) ? (replacements[lower] ?? word) : word;
  });
}

export const lowerFirstOf = (line: string, words: ReadonlySet<string>) => {
  const [first = ''] = line.split(' ');
  return words.has(first.toLowerCase()) ? first.toLowerCase() + line.slice(first.length) : line;
};
