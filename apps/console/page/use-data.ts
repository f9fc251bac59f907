import { useCallback, useEffect, useState } from 'react';
import { get, Refused } from './api.ts';

export interface Data<T> {
  value: T | undefined;
  error: Refused | undefined;
  reload(): void;
}

const toRefused = (error: unknown) =>
  error instanceof Refused ? error : new Refused(0, 'unknown', String(error));

/** Keeps the previous value until a newer one arrives. */
export function useData<T>(path: string): Data<T> {
  const [state, setState] = useState<{ path: string; value?: T; error?: Refused }>({ path });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    get<T>(path)
      .then((value) => isCurrent && setState({ path, value }))
      .catch((error: unknown) => isCurrent && setState({ path, error: toRefused(error) }));
    return () => {
      isCurrent = false;
    };
  }, [path, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const current = state.path === path ? state : undefined;
  return { value: current?.value, error: current?.error, reload };
}

const retryMs = 3_000;

/** Streams `/api/live/<path>`. After a failure it fetches `/api/<path>`, which gives the error, and reconnects. */
export function useLive<T>(path: string): Data<T> {
  const [state, setState] = useState<{ path: string; value?: T; error?: Refused }>({ path });
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    const source = new EventSource(`/api/live/${path}`);
    let timer: number | undefined;
    source.onmessage = ({ data }) => setState({ path, value: JSON.parse(data) });
    source.onerror = () => {
      source.close();
      get<T>(`/api/${path}`)
        .then((value) => setState({ path, value }))
        .catch((error: unknown) => setState((was) => ({ ...was, path, error: toRefused(error) })));
      timer = window.setTimeout(reload, retryMs);
    };
    return () => {
      source.close();
      window.clearTimeout(timer);
    };
  }, [path, turn]);
  const current = state.path === path ? state : undefined;
  return { value: current?.value, error: current?.error, reload };
}
