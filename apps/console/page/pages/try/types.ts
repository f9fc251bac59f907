export interface Hypothesis {
  id: string;
  question: string;
  rationale: string;
  confidence: number;
  position: number;
  score: number;
  features: Record<string, number>;
  reasons?: string[];
}

interface Learning {
  status: string;
  error?: string;
}

export interface Interaction {
  interaction_id: string;
  user_id: string;
  input_text: string;
  model_id: string;
  hypotheses: Hypothesis[];
  none_confidence: number;
  learned: boolean;
  learning: {
    'training-log': Learning;
    memory: Learning & { memories: { memory_id: string; type: string; content: string }[] };
    persona: Learning & { facet_deltas?: Record<string, number>; decided_by?: string; reason?: string };
  } | null;
}

export interface Prompt {
  interaction_id: string;
  event_id: string;
  enriched_prompt: string;
  tokens_estimate: number;
}
