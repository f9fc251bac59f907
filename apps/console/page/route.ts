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

/** The path of the address, such as `/users/ada`. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

export function goTo(path: string): void {
  window.history.pushState(null, '', path);
  window.scrollTo(0, 0);
  moved.dispatchEvent(new Event('move'));
}

/** Makes a link move within the page; with a modifier key the browser does what it always does. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  goTo(new URL(event.currentTarget.href).pathname);
}
