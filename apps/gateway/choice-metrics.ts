import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import { Counter, type Registry } from 'prom-client';

/** Counts accepted picks by model and outcome: the rates that say whether the guesses get better. */
export function choiceCounter(registry: Registry): (event: HypothesisSelected) => void {
  const choices = new Counter({
    name: 'learning_loop_choices_total',
    help: 'Accepted picks: of the first place, of another one, or of none; advanced automatically or not.',
    labelNames: ['model', 'outcome', 'auto_advanced'],
    registers: [registry],
  });
  return ({ model_id, hypotheses, selected_id, auto_advanced }) => {
    const picked = hypotheses.find(({ id }) => id === selected_id);
    const outcome = picked === undefined ? 'none' : picked.position === 1 ? 'first' : 'other';
    choices.inc({ model: model_id, outcome, auto_advanced: String(auto_advanced) });
  };
}
