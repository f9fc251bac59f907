import { type MouseEvent, useSyncExternalStore } from 'react';

const moved = new EventTarget();

function subscribe(onMove: () => void): () => void {
  moved.addEventListener('move', onMove);
  window.addEventListener('popstate', onMove);
  return () => {
    moved.removeEventListener('move', onMove);
    window.removeEventListener('popstate', onMove);
  };
}

/** For example `/users/ada`. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

export function goTo(path: string): void {
  window.history.pushState(null, '', path);
  window.scrollTo(0, 0);
  moved.dispatchEvent(new Event('move'));
}

/** Navigates within the page; clicks with a modifier key are left to the browser. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  goTo(new URL(event.currentTarget.href).pathname);
}
