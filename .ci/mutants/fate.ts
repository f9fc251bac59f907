/** What became of a mutant: one small change of a line, and whether a test noticed it. */
export interface MutantFate {
  file: string;
  line: number;
  /** The line as it is in the file, without indentation. */
  text: string;
  /** The code that was replaced, with its white space collapsed. */
  original: string;
  replacement: string;
  mutator: string;
  status:
    | 'Killed'
    | 'Survived'
    | 'NoCoverage'
    | 'Timeout'
    | 'CompileError'
    | 'RuntimeError'
    | 'Ignored'
    /** No time was left for it. */
    | 'Untried'
    /** Not noticed, and listed as changing nothing. */
    | 'Equivalent';
}

/**
 * A change after which the code does what it did before, so that no test can notice it. It is named by the text of its
 * line and not by a number, which changes with every line above. `pnpm test:mutants` writes both fields of `change` to
 * test-output/mutants.jsonl, as `original` and `replacement`.
 */
export interface EquivalentMutant {
  file: string;
  /** The text of the line on which the change begins, without indentation. */
  line: string;
  /** The code that is replaced, and what replaces it; white space counts as one space. */
  change: [original: string, replacement: string];
  /** Why nothing changes that a caller could see. */
  reason: string;
}

export const collapse = (code: string) => code.replaceAll(/\s+/gu, ' ').trim();

/** The fates, where those that no test noticed and that are listed count as equivalent. */
export function markEquivalents(fates: MutantFate[], listed: EquivalentMutant[]): MutantFate[] {
  return fates.map((fate) =>
    /Survived|NoCoverage/u.test(fate.status) && listed.some((mutant) => isSame(fate, mutant))
      ? { ...fate, status: 'Equivalent' }
      : fate,
  );
}

/** Those of the listed mutants that a test noticed after all. */
export function findNoticed(fates: MutantFate[], listed: EquivalentMutant[]): EquivalentMutant[] {
  const killed = fates.filter(({ status }) => status === 'Killed');
  return listed.filter((mutant) => killed.some((fate) => isSame(fate, mutant)));
}

/** Those of the listed mutants whose line, or the code to replace on it, is not in their file any more. */
export function findGone(listed: EquivalentMutant[], read: (file: string) => string): EquivalentMutant[] {
  return listed.filter(({ file, line, change: [original] }) => {
    const lines = read(file).split('\n');
    return !lines.some(
      (text, at) => text.trim() === line && collapse(lines.slice(at).join(' ')).includes(collapse(original)),
    );
  });
}

function isSame(
  fate: MutantFate,
  { file, line, change: [original, replacement] }: EquivalentMutant,
): boolean {
  return (
    fate.file === file &&
    fate.text === line.trim() &&
    fate.original === collapse(original) &&
    collapse(fate.replacement) === collapse(replacement)
  );
}
