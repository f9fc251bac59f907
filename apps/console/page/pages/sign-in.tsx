import { type FormEvent, useState } from 'react';
import { post, Refused } from '../api.ts';
import './sign-in.css';

export function SignIn({ onDone }: { onDone(): void }) {
  const [error, setError] = useState('');
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get('key') ?? '').trim();
    try {
      await post('/api/session', { key });
      onDone();
    } catch (failure) {
      setError(failure instanceof Refused ? failure.message : String(failure));
    }
  }
  return (
    <main className="sign-in">
      <h1>Learning loop</h1>
      <p className="lead">
        Sign in with an API key of the role reader, to look, or admin, to change things too.
      </p>
      <form onSubmit={submit}>
        <label htmlFor="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          autoComplete="current-password"
          required
          placeholder="ll_…"
        />
        <button type="submit" className="primary">
          Sign in
        </button>
        {error && <p role="alert">{error}</p>}
      </form>
      <p className="note">
        A key is made with <code>pnpm keys create --role reader</code>.
      </p>
    </main>
  );
}
