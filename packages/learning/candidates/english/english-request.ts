import type { QuestionKind } from './indirect-question.ts';

/** What a request in English asks for, in words that fit behind "Do you want". */
export type EnglishRequest =
  /** `act`: "me to call Ann" or "to go to Rome"; `after`: "I call Ann", behind "before". */
  | { shape: 'task'; task: string; act: string; after: string }
  | { shape: 'question'; kind: QuestionKind; clause: string }
  | { shape: 'how-to'; do: string }
  | { shape: 'about' | 'thing' | 'need'; thing: string }
  | { shape: 'report' | 'problem' | 'complaint'; clause: string }
  | { shape: 'small talk'; kind: string };
