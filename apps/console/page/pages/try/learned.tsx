import { useEffect, useState } from 'react';
import { get } from '../../api.ts';
import { duration, facetWords, signed } from '../../format.ts';
import { Card, Level, Scrollable, Tag } from '../../ui/parts.tsx';
import type { Interaction, Prompt } from './types.ts';

const pollIntervalMs = 100;
const timeoutMs = 60_000;

/** Polls until every consumer has learned from the selection. */
function useLearning(interactionId: string): { now: Interaction | undefined; seconds: number | undefined } {
  const [now, setNow] = useState<Interaction>();
  const [seconds, setSeconds] = useState<number>();
  useEffect(() => {
    const started = performance.now();
    let timer: number | undefined;
    let unmounted = false;
    async function poll() {
      const interaction = await get<Interaction>(`/v1/interactions/${interactionId}`).catch(() => undefined);
      if (unmounted) return;
      if (interaction) setNow(interaction);
      const passed = performance.now() - started;
      if (interaction?.learned) return setSeconds(passed / 1000);
      if (passed < timeoutMs) timer = window.setTimeout(poll, pollIntervalMs);
    }
    void poll();
    return () => {
      unmounted = true;
      window.clearTimeout(timer);
    };
  }, [interactionId]);
  return { now, seconds };
}

export function Learned({ prompt }: { prompt: Prompt }) {
  const { now, seconds } = useLearning(prompt.interaction_id);
  return (
    <div className="columns">
      <Card
        title="What was learned"
        note={seconds === undefined ? 'waiting …' : `within ${duration(seconds)}`}
      >
        <div aria-live="polite">
          {now?.learning ? (
            <LearnedByConsumer learning={now.learning} />
          ) : (
            <p className="loading">Accepted …</p>
          )}
        </div>
      </Card>
      <Card title="Enriched prompt" note={`about ${prompt.tokens_estimate} tokens`}>
        <Scrollable label="Enriched prompt">
          <pre>{prompt.enriched_prompt}</pre>
        </Scrollable>
      </Card>
    </div>
  );
}

function LearnedByConsumer({ learning }: { learning: NonNullable<Interaction['learning']> }) {
  const { memory, persona } = learning;
  const deltas = Object.entries(persona.facet_deltas ?? {});
  return (
    <ul className="learned">
      <li>
        <State {...learning['training-log']}>Training log: the display and the choice are on disk.</State>
      </li>
      <li>
        <State {...memory}>
          Memory{' '}
          {memory.memories
            .filter(({ type }) => type !== 'history')
            .map(({ memory_id, type, content }) => (
              <Tag key={memory_id}>{type === 'preference' ? content : `${type}: ${content}`}</Tag>
            ))}
        </State>
      </li>
      <li>
        <State {...persona}>
          Persona{' '}
          {deltas.map(([name, by]) => (
            <Tag key={name}>
              {facetWords[name] ?? name} {signed(by)}
            </Tag>
          ))}
        </State>
      </li>
    </ul>
  );
}

function State({ status, error, children }: { status: string; error?: string; children: React.ReactNode }) {
  if (status === 'learned') return <Level level="good">{children}</Level>;
  if (status === 'pending') return <Level level="attention">{children} – under way</Level>;
  return <Level level="bad">Given up on: {error}</Level>;
}
