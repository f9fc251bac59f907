import { type Intent, intentOf } from '../candidates/catalogue.ts';

const problem =
  /\b(?:bugs?|errors?|issues?|problems?|leaks?|crash(?:es)?|exceptions?|failures?|timeouts?|warnings?|defects?|typos?|conflicts?|deadlocks?|regressions?|vulnerabilit(?:y|ies))$/iu;
const tooSlow = /^(?:(?:the|my|our|your|a|an)\s+)?(?:slow|sluggish|laggy|inefficient)\s/iu;
const broken = /^(?:(?:the|my|our|your|a|an)\s+)?(?:broken|failing|flaky|buggy|crashing|faulty|stuck)\s/iu;

/** Whether a phrase names what is wrong, and not what it is wrong with. */
export function isProblem(phrase: string): boolean {
  return problem.test(phrase);
}

/** What someone wants to do about a thing of which they only say what is wrong with it: nobody builds a slow query. */
export function remedyFor(object: string): Intent | null {
  if (tooSlow.test(object)) return intentOf('optimise');
  return broken.test(object) || isProblem(object) ? intentOf('fix') : null;
}
