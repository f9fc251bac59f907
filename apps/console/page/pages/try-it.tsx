import { type FormEvent, useState } from 'react';
import { get, post, Refused } from '../api.ts';
import { follow } from '../route.ts';
import { Card, Failure, Page } from '../ui/parts.tsx';
import { Hypotheses } from './try/hypotheses.tsx';
import { Learned } from './try/learned.tsx';
import type { Interaction, Prompt } from './try/types.ts';
import './try-it.css';

const ideas = ['build api', 'deploy my app', 'fix flaky tests'];

export function TryPage() {
  const [userId, setUserId] = useState('me');
  const [text, setText] = useState('');
  const [interaction, setInteraction] = useState<Interaction>();
  const [prompt, setPrompt] = useState<Prompt>();
  const [selectedId, setSelectedId] = useState<string | null>();
  const [error, setError] = useState<Refused>();

  async function attempt(step: () => Promise<void>) {
    setError(undefined);
    await step().catch((failure) =>
      setError(failure instanceof Refused ? failure : new Refused(0, 'unknown', String(failure))),
    );
  }
  const hypothesize = (input_text: string) =>
    attempt(async () => {
      setPrompt(undefined);
      setSelectedId(undefined);
      const { interaction_id } = await post<{ interaction_id: string }>('/v1/hypothesize', {
        user_id: userId,
        input_text,
      });
      setInteraction(await get<Interaction>(`/v1/interactions/${interaction_id}`));
    });
  const select = (hypothesis_id: string | null) =>
    attempt(async () => {
      if (!interaction) return;
      const { interaction_id, user_id, input_text } = interaction;
      setPrompt(await post<Prompt>('/v1/execute', { user_id, input_text, interaction_id, hypothesis_id }));
      setSelectedId(hypothesis_id);
    });

  return (
    <Page
      title="Try it"
      lead="Type what a user would type, pick what is meant, and see what is learned from it."
    >
      <Question {...{ userId, setUserId, text, setText }} onAsk={hypothesize} />
      {error && <Failure error={error} />}
      {interaction && <Hypotheses interaction={interaction} selectedId={selectedId} onSelect={select} />}
      {prompt && <Learned key={prompt.event_id} prompt={prompt} />}
      {prompt && interaction && (
        <p className="after">
          <button type="button" className="primary" onClick={() => hypothesize(interaction.input_text)}>
            Ask the same again
          </button>
          <a href={`/users/${encodeURIComponent(interaction.user_id)}`} onClick={follow}>
            Everything known of {interaction.user_id}
          </a>
        </p>
      )}
    </Page>
  );
}

interface QuestionProps {
  userId: string;
  setUserId(id: string): void;
  text: string;
  setText(text: string): void;
  onAsk(text: string): void;
}

function Question({ userId, setUserId, text, setText, onAsk }: QuestionProps) {
  function submit(event: FormEvent) {
    event.preventDefault();
    onAsk(text);
  }
  return (
    <Card title="Ask">
      <form className="ask" onSubmit={submit}>
        <label>
          User
          <input
            value={userId}
            onChange={(event) => setUserId(event.target.value)}
            required
            maxLength={200}
          />
        </label>
        <label className="wide">
          What the user typed
          <input
            value={text}
            onChange={(event) => setText(event.target.value)}
            required
            maxLength={8000}
            placeholder="build api"
          />
        </label>
        <button type="submit" className="primary">
          What is meant?
        </button>
      </form>
      <p className="note ideas">
        Or{' '}
        {ideas.map((idea) => (
          <button
            key={idea}
            type="button"
            className="quiet"
            onClick={() => {
              setText(idea);
              onAsk(idea);
            }}
          >
            {idea}
          </button>
        ))}
      </p>
    </Card>
  );
}
