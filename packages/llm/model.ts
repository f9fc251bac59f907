import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createAsker } from './ask.ts';
import type { ModelConfig } from './config.ts';
import { decision, howToAnswer, whatWasSaid } from './facet-deltas.ts';
import type { Llm } from './llm.ts';
import { filledUp, proposals, whatIsMeant } from './propose.ts';
import { rules } from './rules.ts';

/** A model answers, and the rules where it does not. */
export function connectModel(config: ModelConfig, log: Logger, metrics: Registry): Llm {
  const asker = createAsker(config, log, metrics);
  return {
    async propose(request) {
      const answer = await asker.ask(request.tenant_id, whatIsMeant, request);
      const proposed = answer ? proposals(answer) : [];
      if (proposed.length === 0) return rules.propose(request);
      return { proposals: filledUp(proposed, request), model_id: asker.model };
    },
    async facetDeltas(request) {
      const answer = await asker.ask(request.selection.tenant_id, howToAnswer, request);
      return answer ? { ...decision(answer), decided_by: asker.model } : rules.facetDeltas(request);
    },
    async feedbackDeltas(request) {
      // Thumbs and stars say nothing that a model could read more into than the rules.
      if (typeof request.given.value !== 'string') return rules.feedbackDeltas(request);
      const answer = await asker.ask(request.given.tenant_id, whatWasSaid, request);
      return answer ? { ...decision(answer), decided_by: asker.model } : rules.feedbackDeltas(request);
    },
    async [Symbol.asyncDispose]() {
      asker[Symbol.dispose]();
    },
  };
}
