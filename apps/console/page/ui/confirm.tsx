import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Refused } from '../api.ts';
import './confirm.css';

interface Asking {
  title: string;
  children: ReactNode;
  /** Label of the confirming button. */
  action: string;
  onConfirm(): Promise<void>;
  onClose(): void;
}

/** Escape and the first button cancel. */
export function Confirm({ title, children, action, onConfirm, onClose }: Asking) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  async function confirm() {
    setWorking(true);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure instanceof Refused ? failure.message : String(failure));
      setWorking(false);
    }
  }
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      {children}
      {error && <p role="alert">{error}</p>}
      <div className="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Leave it
        </button>
        <button type="button" className="danger" disabled={working} onClick={confirm}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
