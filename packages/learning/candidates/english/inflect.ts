const irregularPast: Readonly<Record<string, string>> = Object.fromEntries(
  `be=was become=became begin=began break=broke bring=brought build=built buy=bought catch=caught choose=chose come=came
  cost=cost cut=cut do=did draw=drew drink=drank drive=drove eat=ate fall=fell feel=felt fight=fought find=found fly=flew
  forget=forgot freeze=froze get=got give=gave go=went grow=grew have=had hear=heard hide=hid hit=hit hold=held hurt=hurt
  keep=kept know=knew lay=laid lead=led learn=learned leave=left lend=lent let=let lie=lay lose=lost make=made mean=meant
  meet=met pay=paid put=put read=read ride=rode ring=rang rise=rose run=ran say=said see=saw sell=sold send=sent set=set
  shake=shook shoot=shot show=showed shut=shut sing=sang sit=sat sleep=slept speak=spoke spend=spent stand=stood steal=stole
  swim=swam take=took teach=taught tell=told think=thought throw=threw understand=understood wake=woke wear=wore win=won
  write=wrote`
    .split(/\s+/u)
    .map((pair) => pair.split('=') as [string, string]),
);

export function toPast(verb: string): string {
  const irregular = Object.hasOwn(irregularPast, verb) ? irregularPast[verb] : undefined;
  if (irregular !== undefined) return irregular;
  if (verb.endsWith('e')) return `${verb}d`;
  if (/[^aeiou]y$/u.test(verb)) return `${verb.slice(0, -1)}ied`;
  return /^[^aeiou]*[aeiou][bdgmnprt]$/u.test(verb) ? `${verb}${verb.at(-1)}ed` : `${verb}ed`;
}

/** "mean" is "means" after he, she or it. */
export function toThirdPerson(verb: string): string {
  if (verb === 'have') return 'has';
  if (verb === 'be') return 'is';
  if (/[^aeiou]y$/u.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh|[^aeiou]o)$/u.test(verb) ? `${verb}es` : `${verb}s`;
}

export const lowerFirst = (text: string) =>
  /^\p{Lu}(?!\p{Lu}|['’ ])|^A /u.test(text) ? (text[0]?.toLowerCase() ?? '') + text.slice(1) : text;
