import { useCallback, useEffect, useState } from 'react';
import { get, Refused } from './api.ts';

export interface Data<T> {
  value: T | undefined;
  error: Refused | undefined;
  /** Asks again. */
  reload(): void;
}

const asRefused = (error: unknown) =>
  error instanceof Refused ? error : new Refused(0, 'unknown', String(error));

/** What a path answers; what was answered before stays until there is something newer. */
export function useData<T>(path: string): Data<T> {
  const [state, setState] = useState<{ path: string; value?: T; error?: Refused }>({ path });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    get<T>(path)
      .then((value) => wanted && setState({ path, value }))
      .catch((error: unknown) => wanted && setState({ path, error: asRefused(error) }));
    return () => {
      wanted = false;
    };
  }, [path, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const mine = state.path === path ? state : undefined;
  return { value: mine?.value, error: mine?.error, reload };
}

const retryMs = 3_000;

/** What `/api/live/<path>` streams. When the stream breaks, `/api/<path>` says why, and it is opened again. */
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
        .catch((error: unknown) => setState((was) => ({ ...was, path, error: asRefused(error) })));
      timer = window.setTimeout(reload, retryMs);
    };
    return () => {
      source.close();
      window.clearTimeout(timer);
    };
  }, [path, turn]);
  const mine = state.path === path ? state : undefined;
  return { value: mine?.value, error: mine?.error, reload };
}
