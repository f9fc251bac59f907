import { type ReactNode, useEffect } from 'react';
import type { Refused } from '../api.ts';
import type { Data } from '../use-data.ts';
import './parts.css';

export function Page({
  title,
  lead,
  tools,
  children,
}: {
  title: string;
  lead: string;
  tools?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Learning loop`;
  }, [title]);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          <p className="lead">{lead}</p>
        </div>
        {tools}
      </header>
      {children}
    </>
  );
}

export function Card({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="card">
      <div className="card-head">
        <h2>{title}</h2>
        {note !== undefined && <span className="note">{note}</span>}
      </div>
      {children}
    </section>
  );
}

export function Stat({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div className="stat">
      <dt>{name}</dt>
      <dd>{value}</dd>
      {note && <dd className="note">{note}</dd>}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

export function Failure({ error, again }: { error: Refused; again?: (() => void) | undefined }) {
  return (
    <div className="failure" role="alert">
      <p>{error.message}</p>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Shows loading, the error, or the value. */
export function Loaded<T>({ data, children }: { data: Data<T>; children: (value: T) => ReactNode }) {
  return (
    <>
      {data.error && <Failure error={data.error} again={data.reload} />}
      {data.value === undefined ? !data.error && <p className="loading">Loading …</p> : children(data.value)}
    </>
  );
}

export function Level({ level, children }: { level: 'good' | 'attention' | 'bad'; children: ReactNode }) {
  const words = { good: 'All right', attention: 'Needs attention', bad: 'Broken' };
  return (
    <span className={`level ${level}`}>
      <span className="dot" role="img" aria-label={words[level]} />
      <span>{children}</span>
    </span>
  );
}

export const Tag = ({ children }: { children: ReactNode }) => <span className="tag">{children}</span>;

/** Scrollable with the arrow keys. */
export function Scrollable({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard cannot scroll (axe: scrollable-region-focusable)
    <section className="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
