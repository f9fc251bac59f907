/** `ask` is words with gaps such as `{topic}`, which its list of templates fills. */
export interface QuestionTemplate {
  ask: string;
  why: string;
}

/** What a rule asks, before it has a prior. */
export interface Ask {
  question: string;
  why: string;
}

/** Fills gaps such as `{topic}`; null if a gap has no filling. What a filling holds is not looked at again. */
export function fillTemplate(template: string, fillings: Readonly<Record<string, string>>): string | null {
  let whole = true;
  const filled = template.replaceAll(/\{(\w+)\}/gu, (_, name: string) => {
    const filling = Object.hasOwn(fillings, name) ? fillings[name] : undefined;
    if (filling === undefined) whole = false;
    return filling ?? '';
  });
  return whole ? filled : null;
}
